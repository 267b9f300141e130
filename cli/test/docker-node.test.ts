import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeMissing, nodeRootfs } from '../../agent/test/support/node-rootfs.ts'
import { freePort } from '../../pipeline/test/support/free-port.ts'
import { kubectlBinary } from '../../pipeline/test/support/kubectl.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { dockerProvider } from '../src/providers/docker/docker-provider.ts'
import type { Provider } from '../src/providers/provider.ts'
import { startTestDaemon, type TestDaemon, testDaemonMissing } from './support/docker-daemon.ts'
import { nodeTarball } from './support/docker-node-rootfs.ts'
import { everything } from './support/docker-world.ts'

const withNode = await requirement(
  'Docker and a node',
  async () => (await testDaemonMissing()) ?? (await nodeMissing()),
)

const cluster = 'kwsl'

withNode('a cluster in a machine of Docker', () => {
  const stack = new AsyncDisposableStack()
  let daemon: TestDaemon
  let provider: Provider
  let folder: string
  let apiPort: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kaweezle-docker-node-'))
    stack.defer(() => rm(folder, { recursive: true }))
    const tarball = await nodeTarball(await nodeRootfs(), folder)
    daemon = stack.use(await startTestDaemon())
    provider = dockerProvider({ surroundings: { environment: { DOCKER_HOST: daemon.host } } })
    apiPort = await freePort()
    await provider.createData(cluster)
    await provider.importRootfs(cluster, 'one', tarball)
    await provider.activate(cluster, 'one')
    await provider.start(cluster, { apiPort })
  }, 600_000)
  afterAll(() => stack.disposeAsync())

  async function iknite(...argv: string[]) {
    return provider.exec(cluster, ['/usr/bin/iknite', ...argv], { timeLimit: 240_000 })
  }

  async function kubectl(...argv: string[]): Promise<string> {
    const { stdout: config } = await iknite('kubeconfig')
    const file = join(folder, 'kubeconfig')
    await writeFile(file, config, { mode: 0o600 })
    const server = `https://127.0.0.1:${apiPort}`
    const { stdout } = await execa(await kubectlBinary(), ['--kubeconfig', file, '--server', server, ...argv])
    return stdout
  }

  test('it gets ready, and its API answers the host with the credentials of its kubeconfig', async () => {
    const lines: string[] = []
    const onLine = (line: string) => lines.push(line)
    const argv = ['/usr/bin/iknite', 'start', '--name', cluster] as const
    const outcome = await provider.exec(cluster, argv, { timeLimit: 300_000, onLine })
    expect(outcome.status, outcome.stderr).toBe(0)
    expect(lines.length).toBeGreaterThan(5)
    expect(await kubectl('get', 'nodes')).toMatch(/kwsl\s+Ready/)
    await kubectl('create', 'configmap', 'note', '--from-literal=text=mine')
  }, 400_000)

  test('a restart of the daemon brings it back by itself, with what was in it', async () => {
    await daemon.restart()
    expect((await provider.inspect(cluster)).state).toBe('running')
    await readyWithin(180)
    expect(await kubectl('get', 'configmap', 'note', '-o', 'jsonpath={.data.text}')).toBe('mine')
  }, 300_000)

  test('stopped by Kaweezle, it stays so over a restart of the daemon, and does not start by itself', async () => {
    expect((await iknite('stop')).status).toBe(0)
    await provider.stop(cluster)
    await daemon.restart()
    expect((await provider.inspect(cluster)).state).toBe('stopped')
    await provider.start(cluster, { apiPort })
    await sleep(2000)
    const { stdout } = await iknite('status', '--json')
    expect(JSON.parse(stdout).state).toBe('stopped')
    expect((await iknite('start')).status).toBe(0)
    expect(await kubectl('get', 'configmap', 'note', '-o', 'jsonpath={.data.text}')).toBe('mine')
  }, 400_000)

  test('nothing is left of it', async () => {
    await provider.remove(cluster)
    expect(await everything(daemon.docker)).toEqual([])
  })

  async function readyWithin(seconds: number): Promise<void> {
    const until = Date.now() + seconds * 1000
    for (;;) {
      const { status, stdout } = await iknite('status')
      if (status === 0) return
      if (Date.now() > until) throw new Error(`not ready:\n${stdout}`)
      await sleep(1000)
    }
  }
})
