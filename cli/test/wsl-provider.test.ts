import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { wslProvider } from '../src/providers/wsl/wsl-provider.ts'
import { callWsl } from './support/wsl-double/transcript.ts'
import { wslDoubleMissing } from './support/wsl-double/wsl-double.ts'
import { type WslWorld, wslWorld } from './support/wsl-double/wsl-world.ts'

const withDouble = await requirement('the double of WSL', wslDoubleMissing)

withDouble('the provider of WSL', () => {
  let world: WslWorld
  beforeAll(async () => {
    world = await wslWorld()
  })
  afterEach(async () => {
    world.double.faults([])
    world.double.settings({ flavour: 'store', locale: 'en-US', idle: 15_000, keepsUnfinished: false })
    await world.provider.remove('kwsl')
    for (const name of ['Ubuntu', 'kwsl', 'other']) callWsl(world.double, ['--unregister', name])
    expect(await world.leftovers()).toEqual([])
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const foreign = (name: string) => {
    const place = join(world.double.folder, name)
    expect(callWsl(world.double, ['--import', name, place, world.first]).status).toBe(0)
  }
  const names = () => callWsl(world.double, ['-l', '-q']).stdout.toString().split('\r\n').filter(Boolean)
  const exec = async (script: string) => {
    const { status, stdout, stderr } = await world.provider.exec('kwsl', ['/bin/sh', '-c', script], {
      timeLimit: 30_000,
    })
    return `${stdout}${stderr}${status === 0 ? '' : `status ${status}`}`.trim()
  }
  async function install(): Promise<void> {
    await world.provider.importRootfs('kwsl', 'one', world.first)
    await world.provider.activate('kwsl', 'one')
  }

  test("the user's default distribution stays the default through all that comes and goes", async () => {
    foreign('Ubuntu')
    await install()
    expect(names()[0]).toBe('Ubuntu')
    await world.provider.remove('kwsl')
    expect(names()).toEqual(['Ubuntu'])
  })

  test('where there was none, the machine is the default, and stays it when its rootfs is exchanged', async () => {
    await install()
    expect(names()[0]).toBe('kwsl')
    foreign('Ubuntu')
    await world.provider.importRootfs('kwsl', 'two', world.second)
    await world.provider.activate('kwsl', 'two')
    expect(names()[0]).toBe('kwsl')
    await world.provider.remove('kwsl')
    expect(names()).toEqual(['Ubuntu'])
  })

  test('a default that a failed call left to another is the machine again after the next one', async () => {
    foreign('other')
    foreign('Ubuntu')
    await install()
    callWsl(world.double, ['--set-default', 'kwsl'])
    await world.provider.importRootfs('kwsl', 'two', world.second)
    // The machine is removed, and none comes in its place.
    world.double.faults([{ verb: 'import', action: 'fail', code: 'Wsl/Service/E_ACCESSDENIED' }])
    await expect(world.provider.activate('kwsl', 'two')).rejects.toMatchObject({ code: 'PROVIDER_FAILED' })
    await world.provider.activate('kwsl', 'two')
    expect(await world.provider.inspect('kwsl')).toMatchObject({ active: 'two', state: 'stopped' })
    expect(names()[0]).toBe('kwsl')
  })

  test("a distribution of the user's with the cluster's name is neither used nor removed", async () => {
    foreign('kwsl')
    expect(await world.provider.inspect('kwsl')).toMatchObject({ state: 'absent', active: undefined })
    await world.provider.importRootfs('kwsl', 'one', world.first)
    await expect(world.provider.activate('kwsl', 'one')).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      hint: expect.stringContaining('--name'),
    })
    await expect(world.provider.start('kwsl', { apiPort: 6443 })).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
    })
    await expect(exec('true')).rejects.toMatchObject({ code: 'NOT_READY' })
    await world.provider.remove('kwsl')
    expect(names()).toEqual(['kwsl'])
  })

  test.each(['store-old', 'inbox'] as const)(
    'all works with a build of the kind %s, in another language',
    async (flavour) => {
      world.double.settings({ flavour, locale: 'zh-CN', newline: '\r\r\n' })
      expect(await world.provider.probe()).toMatchObject({ isUsable: true })
      await install()
      await world.provider.start('kwsl', { apiPort: 6443 })
      expect(await exec('cat /etc/kaweezle-machine')).toBe('kwsl one')
      world.double.settings({ newline: '\r\n' })
    },
  )

  test('where WSL is not installed, probing says so', async () => {
    world.double.settings({ flavour: 'stub' })
    expect(await world.provider.probe()).toMatchObject({
      isUsable: false,
      hint: expect.stringContaining('--install'),
    })
  })

  test.each([
    [{ status: 50 }, /not installed/, /--install/],
    [{ code: 'Wsl/WSL_E_WSL_OPTIONAL_COMPONENT_REQUIRED' }, /OPTIONAL_COMPONENT/, /--no-distribution/],
    [{ code: 'Wsl/Service/HCS_E_SERVICE_NOT_AVAILABLE' }, /SERVICE/, /WslService/],
  ])('probing knows %j', async (fault, reason, hint) => {
    world.double.faults([{ verb: 'status', action: 'fail', text: 'Non.', ...fault }])
    expect(await world.provider.probe()).toEqual({
      isUsable: false,
      reason: expect.stringMatching(reason),
      hint: expect.stringMatching(hint),
    })
  })

  test('virtualisation that is off shows when something is imported, and nothing is left', async () => {
    const code = 'Wsl/Service/RegisterDistro/CreateVm/HCS/HCS_E_HYPERV_NOT_INSTALLED'
    world.double.faults([{ verb: 'import', action: 'fail', text: 'x', code }])
    await expect(world.provider.importRootfs('kwsl', 'one', world.first)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      hint: expect.stringContaining('firmware'),
    })
    expect(await world.leftovers()).toEqual([])
  })

  test('a full disk is an error of its own, and nothing is left', async () => {
    const stderr = 'bsdtar: usr/bin/kubelet: Write failed: No space left on device\n'
    const code = 'Wsl/Service/RegisterDistro/WSL_E_IMPORT_FAILED'
    world.double.faults([{ verb: 'import', action: 'fail', text: 'x', code, stderr }])
    await expect(world.provider.importRootfs('kwsl', 'one', world.first)).rejects.toMatchObject({
      code: 'DISK_FULL',
    })
    expect(await world.leftovers()).toEqual([])
  })

  test('a wsl.exe that hangs is ended in time, and never WSL itself', async () => {
    const impatient = wslProvider({
      environment: { KAWEEZLE_WSL_EXE: world.double.executable },
      folder: world.root,
      timeLimits: { ask: 1500, change: 1500, import: 1500 },
    })
    await world.double.forgetCalls()
    world.double.faults([{ verb: 'list', action: 'hang' }])
    const since = Date.now()
    await expect(impatient.inspect('kwsl')).rejects.toMatchObject({
      code: 'TIMED_OUT',
      hint: expect.stringContaining('wsl --shutdown'),
    })
    expect(Date.now() - since).toBeLessThan(6000)
    const calls = await world.double.calls()
    expect(calls.flatMap(({ args }) => args)).not.toContain('--shutdown')
    for (const { pid } of calls) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('a virtual machine that dies under the cluster is a stopped machine, whose data the next start has', async () => {
    await install()
    await world.provider.start('kwsl', { apiPort: 6443 })
    await exec('echo kept >/var/lib/kaweezle/note; sync')
    const address = await exec('ip -o -4 address show dev eth0')
    await world.double.crash()
    expect(await world.provider.inspect('kwsl')).toMatchObject({ state: 'stopped', hasData: true })
    await world.provider.start('kwsl', { apiPort: 6443 })
    expect(await exec('cat /var/lib/kaweezle/note')).toBe('kept')
    expect(await exec('ip -o -4 address show dev eth0')).not.toBe(address)
  })

  test('a machine runs on without anybody, for longer than WSL lets an idle one', async () => {
    await install()
    await world.provider.start('kwsl', { apiPort: 6443 })
    world.double.settings({ idle: 200 })
    await sleep(1000)
    expect((await world.double.running()).toSorted()).toEqual(['kwsl', 'kwsl.data'])
    expect((await world.provider.inspect('kwsl')).state).toBe('running')
    await world.provider.stop('kwsl')
    expect(await world.double.running()).toEqual([])
  })

  test('sessions that were killed are made again by the next start', async () => {
    await install()
    await world.provider.start('kwsl', { apiPort: 6443 })
    const held = (await world.double.calls())
      .filter(({ args }) => args.includes('kaweezle-session'))
      .slice(-2)
    for (const { pid } of held) process.kill(pid, 'SIGKILL')
    await world.provider.start('kwsl', { apiPort: 6443 })
    world.double.settings({ idle: 200 })
    await sleep(1000)
    expect((await world.provider.inspect('kwsl')).state).toBe('running')
  })

  test('a machine that somebody started by hand has no data, and gets them from a start', async () => {
    await install()
    callWsl(world.double, ['-d', 'kwsl', '--exec', '/bin/sh', '-c', 'echo other >/var/lib/kaweezle/note'])
    expect((await world.provider.inspect('kwsl')).state).toBe('running')
    await world.provider.start('kwsl', { apiPort: 6443 })
    expect(await exec('ls /var/lib/kaweezle/note')).toContain('No such file')
    await world.provider.start('kwsl', { apiPort: 6443 })
    expect(await exec('grep -c " /var/lib/kaweezle " /proc/self/mounts')).toBe('1')
  })

  test('data whose distribution was removed by hand are not made anew in silence', async () => {
    await install()
    callWsl(world.double, ['--unregister', 'kwsl.data'])
    expect((await world.provider.inspect('kwsl')).hasData).toBe(false)
    await expect(world.provider.start('kwsl', { apiPort: 6443 })).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      message: expect.stringContaining('no data store'),
    })
  })

  test('an import that was cut off is no root filesystem, and is done again', async () => {
    world.double.settings({ keepsUnfinished: true })
    world.double.faults([{ verb: 'import', action: 'die' }])
    await expect(world.provider.importRootfs('kwsl', 'one', world.first)).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
    })
    expect(await world.provider.inspect('kwsl')).toMatchObject({ rootfs: [] })
    await world.provider.importRootfs('kwsl', 'one', world.first)
    world.double.faults([{ verb: 'import', action: 'die' }])
    await expect(world.provider.activate('kwsl', 'one')).rejects.toMatchObject({ code: 'PROVIDER_FAILED' })
    expect(await world.provider.inspect('kwsl')).toMatchObject({
      rootfs: ['one'],
      active: undefined,
      state: 'absent',
    })
    await world.provider.activate('kwsl', 'one')
    expect(await world.provider.inspect('kwsl')).toMatchObject({ active: 'one', state: 'stopped' })
  })

  test('a clash names the port and the distribution that has it, and none is made by what does not listen', async () => {
    await install()
    foreign('other')
    expect(await world.provider.clashes('kwsl')).toEqual([])
    const argv = [
      '-d',
      'other',
      '--exec',
      '/bin/sh',
      '-c',
      'nc -l -p 6443 >/dev/null 2>&1 </dev/null & nc -l -p 8080 >/dev/null 2>&1 </dev/null & sleep 0.3',
    ]
    callWsl(world.double, argv)
    expect(await world.provider.clashes('kwsl')).toEqual([{ port: 6443, distribution: 'other' }])
    callWsl(world.double, ['-t', 'other'])
    await world.provider.start('kwsl', { apiPort: 6443 })
    await exec('nc -l -p 6443 >/dev/null 2>&1 </dev/null & sleep 0.3')
    callWsl(world.double, ['-d', 'other', '--exec', 'true'])
    expect(await world.provider.clashes('kwsl')).toEqual([])
  })

  test('every call asks for UTF-8 without warnings, and none goes through a shell of wsl.exe', async () => {
    await world.double.forgetCalls()
    await install()
    await world.provider.start('kwsl', { apiPort: 6443 })
    for (const { args, environment } of await world.double.calls()) {
      expect(environment).toMatchObject({ WSL_UTF8: '1', WSL_DISABLE_WARNINGS: '1' })
      if (args[0] === '-d') expect(args.slice(2, 7)).toEqual(['-u', 'root', '--cd', '/', '--exec'])
    }
  })

  test('the status and the streams of an attached program are its own', async () => {
    await install()
    await expect(world.provider.attach('kwsl', ['true'])).rejects.toMatchObject({ code: 'NOT_READY' })
    await world.provider.start('kwsl', { apiPort: 6443 })
    expect(await world.provider.attach('kwsl', ['/bin/sh', '-c', 'exit 7'])).toBe(7)
  })

  test('all files of a cluster are below one folder, which goes with it', async () => {
    await install()
    expect(await readdir(join(world.root, 'kwsl'))).toEqual(['data', 'machine-one', 'rootfs'])
    expect(await readdir(world.root)).toEqual(['kwsl'])
  })
})
