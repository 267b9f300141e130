import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeMissing } from '../../agent/test/support/node-rootfs.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { type WslProvider, wslProvider } from '../src/providers/wsl/wsl-provider.ts'
import { type NodeTarball, nodeTarball } from './support/wsl-double/node-tarball.ts'
import { callWsl } from './support/wsl-double/transcript.ts'
import { type WslDouble, wslDouble, wslDoubleMissing } from './support/wsl-double/wsl-double.ts'

const describeNode = await requirement(
  'the lab of nodes',
  async () => (await wslDoubleMissing()) ?? (await nodeMissing()),
)

describeNode('a cluster in WSL', () => {
  let double: WslDouble
  let tarball: NodeTarball
  let provider: WslProvider

  beforeAll(async () => {
    tarball = await nodeTarball()
    double = await wslDouble()
    const environment = { KAWEEZLE_WSL_EXE: double.executable }
    provider = wslProvider({ environment, folder: join(double.folder, 'kaweezle') })
  }, 600_000)
  afterAll(async () => {
    await double?.[Symbol.asyncDispose]()
    await tarball?.[Symbol.asyncDispose]()
  })

  async function run(...argv: [string, ...string[]]): Promise<string> {
    const { status, stdout, stderr } = await provider.exec('kwsl', argv, { timeLimit: 300_000 })
    expect(status, `${argv.join(' ')}\n${stdout}${stderr}`).toBe(0)
    return stdout
  }
  const address = async () =>
    /inet (172\S+)/.exec(await run('ip', '-4', 'address', 'show', 'dev', 'eth0'))?.[1]
  const note = () => run('kubectl', 'get', 'configmap', 'note', '-o', 'jsonpath={.data.text}')

  test('starts by hand, as the README has it', () => {
    const call = (...args: string[]) => {
      const { status, stdout, stderr } = callWsl(double, args)
      expect(status, `wsl ${args.join(' ')}\n${stdout}${stderr}`).toBe(0)
      return stdout.toString()
    }
    call('--import', 'manual', join(double.folder, 'manual'), tarball.path)
    expect(call('-d', 'manual', 'iknite', 'start')).toContain('is ready')
    expect(call('-d', 'manual', 'kubectl', 'get', 'nodes')).toMatch(/ Ready /)
    expect(call('-d', 'manual', 'iknite', 'kubeconfig')).toContain('kind: Config')
    call('--unregister', 'manual')
    call('--shutdown')
  }, 600_000)

  test('is installed, started and ready', async () => {
    await provider.createData('kwsl')
    await provider.importRootfs('kwsl', 'one', tarball.path)
    await provider.activate('kwsl', 'one')
    await provider.start('kwsl', { apiPort: 6443 })
    expect(await run('/usr/bin/iknite', 'start', '--name', 'kwsl')).toContain('kwsl is ready')
    await run('kubectl', 'create', 'configmap', 'note', '--from-literal=text=mine')
    expect(await run('cat', '/proc/sys/kernel/hostname')).toBe('kwsl\n')
  }, 600_000)

  test('is ready again after a power cut and with another address, with its data', async () => {
    const before = await address()
    await double.crash()
    expect((await provider.inspect('kwsl')).state).toBe('stopped')
    await provider.start('kwsl', { apiPort: 6443 })
    expect(await address()).not.toBe(before)
    await run('/usr/bin/iknite', 'start')
    expect(await note()).toBe('mine')
  }, 600_000)

  test('keeps its data when its root filesystem is exchanged', async () => {
    await run('/usr/bin/iknite', 'stop')
    await provider.stop('kwsl')
    await provider.takeSnapshot('kwsl', 'before')
    await provider.importRootfs('kwsl', 'two', tarball.path)
    await provider.activate('kwsl', 'two')
    await provider.removeRootfs('kwsl', 'one')
    await provider.start('kwsl', { apiPort: 6443 })
    await run('/usr/bin/iknite', 'start')
    expect(await note()).toBe('mine')
    expect(await run('cat', '/etc/kaweezle-machine')).toBe('kwsl two\n')
  }, 600_000)

  test('goes back to a copy of its data', async () => {
    await run('kubectl', 'delete', 'configmap', 'note')
    await run('/usr/bin/iknite', 'stop')
    await provider.stop('kwsl')
    await provider.restoreSnapshot('kwsl', 'before')
    await provider.start('kwsl', { apiPort: 6443 })
    await run('/usr/bin/iknite', 'start')
    expect(await note()).toBe('mine')
  }, 600_000)

  test('leaves nothing behind', async () => {
    await provider.remove('kwsl')
    expect(double.state().distributions).toEqual([])
    expect(await double.running()).toEqual([])
    expect(await provider.list()).toEqual([])
  })
})
