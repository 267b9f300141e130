import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { KaweezleError } from '../src/errors.ts'
import { callWsl } from './support/wsl-double/transcript.ts'
import { wslDoubleMissing } from './support/wsl-double/wsl-double.ts'
import { type WslWorld, wslWorld } from './support/wsl-double/wsl-world.ts'

const withDouble = await requirement('the double of WSL', wslDoubleMissing)
const reason = new KaweezleError('INTERRUPTED', 'interrupted by a test')

withDouble('a provider of WSL that is interrupted', () => {
  let world: WslWorld
  beforeAll(async () => {
    world = await wslWorld()
  })
  afterEach(async () => {
    world.double.faults([])
    await world.provider.remove('kwsl')
    callWsl(world.double, ['--unregister', 'Ubuntu'])
    expect(await world.leftovers()).toEqual([])
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  function begin() {
    const interruption = new AbortController()
    return { provider: world.interruptible(interruption.signal), abort: () => interruption.abort(reason) }
  }
  async function started(): Promise<void> {
    await world.provider.importRootfs('kwsl', 'one', world.first)
    await world.provider.activate('kwsl', 'one')
    await world.provider.start('kwsl', { apiPort: 6443 })
  }
  const count = async (what: string) => {
    const argv = ['/bin/sh', '-c', `ps -o args | grep -c "${what}" || true`] as const
    return (await world.provider.exec('kwsl', argv, { timeLimit: 30_000 })).stdout.trim()
  }

  test('ends a wsl.exe that hangs at once, and leaves no process of it', async () => {
    const { provider, abort } = begin()
    await world.double.forgetCalls()
    world.double.faults([{ verb: 'list', action: 'hang' }])
    const asked = expect(provider.inspect('kwsl')).rejects.toBe(reason)
    await sleep(500)
    const since = Date.now()
    abort()
    await asked
    expect(Date.now() - since).toBeLessThan(3000)
    for (const { pid } of await world.double.calls()) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('ends what it is attached to, and the machine goes on', async () => {
    await started()
    const { provider, abort } = begin()
    const attached = expect(provider.attach('kwsl', ['sleep', '5432'])).rejects.toBe(reason)
    while ((await count('[s]leep 5432')) !== '1') await sleep(50)
    abort()
    await attached
    expect(await count('[s]leep 5432')).toBe('0')
  })

  test('ends a copy of the data inside too, and the next one is whole', async () => {
    await started()
    const fill = 'cd /var/lib/kaweezle && for i in $(seq 3000); do echo $i >file$i; done'
    await world.provider.exec('kwsl', ['/bin/sh', '-c', fill], { timeLimit: 60_000 })
    await world.provider.stop('kwsl')
    const { provider, abort } = begin()
    const copied = expect(provider.takeSnapshot('kwsl', 'before')).rejects.toBe(reason)
    while (!(await world.double.running()).includes('kwsl.data')) await sleep(10)
    abort()
    await copied
    expect(await world.double.running()).toEqual([])
    expect((await world.provider.inspect('kwsl')).snapshots).toEqual([])
    await world.provider.takeSnapshot('kwsl', 'before')
    await world.provider.restoreSnapshot('kwsl', 'before')
    await world.provider.start('kwsl', { apiPort: 6443 })
    const look = ['/bin/sh', '-c', 'ls /var/lib/kaweezle | wc -l'] as const
    expect((await world.provider.exec('kwsl', look, { timeLimit: 30_000 })).stdout.trim()).toBe('3000')
  })

  test("leaves the user's default distribution to be brought back by the next call", async () => {
    const place = join(world.double.folder, 'Ubuntu')
    expect(callWsl(world.double, ['--import', 'Ubuntu', place, world.first]).status).toBe(0)
    await world.double.forgetCalls()
    const { provider, abort } = begin()
    const imported = expect(provider.importRootfs('kwsl', 'one', world.first)).rejects.toBe(reason)
    while (!(await world.double.calls()).some(({ args }) => args.includes('kwsl.rootfs-one'))) await sleep(10)
    abort()
    await imported
    await world.provider.importRootfs('kwsl', 'one', world.first)
    const names = callWsl(world.double, ['-l', '-q']).stdout.toString().split('\r\n')
    expect(names[0]).toBe('Ubuntu')
  })
})
