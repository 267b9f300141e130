import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isFullSweep, sweepOf } from '../../../pipeline/test/support/sweep.ts'
import { isKaweezleError, KaweezleError } from '../../src/errors.ts'
import type { ExecOptions, Provider } from '../../src/providers/provider.ts'

/** The verbs that change something, and may be killed. */
export type Verb =
  | 'takeSnapshot'
  | 'restoreSnapshot'
  | 'removeSnapshot'
  | 'importRootfs'
  | 'activate'
  | 'removeRootfs'
  | 'start'
  | 'stop'
  | 'remove'

/** A host with a provider. Nothing is there of `kwsl`, `kwsl-data` and `other` at first, nor afterwards. */
export interface ContractWorld extends AsyncDisposable {
  readonly provider: Provider
  /** Another one for the same host, which the signal ends. */
  interruptible(signal: AbortSignal): Provider
  /** Alpine with a stand-in for iknite. `/etc/kaweezle-rootfs` says `first` or `second`. */
  readonly first: string
  readonly second: string
  /** The beginning of the first. */
  readonly truncated: string
  /** A whole one, whose iknite does not run. */
  readonly foreign: string
  freePort(): Promise<number>
  /** Calls a verb in a process of its own, which writes a line as soon as it begins. */
  spawn(verb: Verb, args: readonly unknown[]): ChildProcess
  /** What is left of our things on the host, by any name. */
  leftovers(): Promise<readonly string[]>
}

const cluster = 'kwsl'
const sibling = 'kwsl-data'
const nothing = { hasData: false, rootfs: [], active: undefined, state: 'absent', snapshots: [] }

/**
 * The promises of a {@link Provider}; each provider's tests call this.
 * @param usually at which parts of a verb's whole duration its process is killed, unless `KAWEEZLE_SWEEP=full`
 */
export function runProviderContract(
  title: string,
  make: () => Promise<ContractWorld>,
  usually: readonly number[] = [],
): void {
  const killedAt = isFullSweep ? [0.05, 0.3, 0.5, 0.7, 0.9] : usually
  describe(`${title} is a provider`, () => {
    let world: ContractWorld
    let provider: Provider
    let apiPort: number

    beforeAll(async () => {
      world = await make()
      provider = world.provider
      apiPort = await world.freePort()
    })
    afterEach(async () => {
      for (const name of [cluster, sibling, 'other']) await provider.remove(name)
      expect(await world.leftovers()).toEqual([])
    })
    afterAll(() => world?.[Symbol.asyncDispose]())

    async function install(name = cluster, rootfs = 'one', tarball = world.first): Promise<void> {
      await provider.importRootfs(name, rootfs, tarball)
      await provider.activate(name, rootfs)
    }

    async function run(argv: readonly [string, ...string[]], options: Partial<ExecOptions> = {}) {
      return provider.exec(cluster, argv, { timeLimit: 30_000, ...options })
    }

    async function sh(script: string, name = cluster): Promise<string> {
      const argv = ['/bin/sh', '-ec', script] as const
      const { status, stdout, stderr } = await provider.exec(name, argv, { timeLimit: 60_000 })
      expect(status, `${script}\n${stdout}${stderr}`).toBe(0)
      return stdout.trim()
    }

    async function started(name = cluster): Promise<void> {
      await install(name)
      await provider.start(name, { apiPort })
    }

    test('it can work here, and says with what', async () => {
      expect(await provider.probe()).toMatchObject({ isUsable: true, detail: expect.stringMatching(/\w/) })
      expect((await provider.freeBytes()) ?? 1).toBeGreaterThan(0)
    })

    test('it measures the data, of a machine that runs or does not, and leaves it as it is', async () => {
      expect(await provider.dataBytes(cluster)).toBeUndefined()
      await started()
      const before = (await provider.dataBytes(cluster)) ?? 0
      await sh('dd if=/dev/zero of=/var/lib/kaweezle/big bs=1M count=3 2>/dev/null; sync')
      const running = (await provider.dataBytes(cluster)) ?? 0
      expect(running - before).toBeGreaterThanOrEqual(3 * 1024 * 1024)
      expect((await provider.inspect(cluster)).state).toBe('running')
      await provider.stop(cluster)
      expect(await provider.dataBytes(cluster)).toBe(running)
      expect((await provider.inspect(cluster)).state).toBe('stopped')
    })

    test('its machines have the architecture that it says', async () => {
      await started()
      expect(await sh('uname -m')).toBe(await provider.architecture())
    })

    test('nothing is there of a cluster that was never installed, and to remove all of it succeeds', async () => {
      expect(await provider.list()).toEqual([])
      expect(await provider.inspect(cluster)).toEqual(nothing)
      await provider.stop(cluster)
      await provider.removeSnapshot(cluster, 'none')
      await provider.removeRootfs(cluster, 'none')
      await provider.remove(cluster)
    })

    test('every verb may be called twice', async () => {
      const twice = async (verb: () => Promise<void>) => {
        await verb()
        await verb()
      }
      await twice(() => provider.importRootfs(cluster, 'one', world.first))
      expect(await provider.inspect(cluster)).toEqual({ ...nothing, hasData: true, rootfs: ['one'] })
      await twice(() => provider.activate(cluster, 'one'))
      const active = { ...nothing, hasData: true, rootfs: ['one'], active: 'one', state: 'stopped' }
      expect(await provider.inspect(cluster)).toEqual(active)
      await twice(() => provider.start(cluster, { apiPort }))
      expect(await provider.inspect(cluster)).toEqual({ ...active, state: 'running' })
      await twice(() => provider.stop(cluster))
      expect(await provider.inspect(cluster)).toEqual(active)
      await twice(() => provider.takeSnapshot(cluster, 'before'))
      expect(await provider.inspect(cluster)).toEqual({ ...active, snapshots: ['before'] })
      await twice(() => provider.restoreSnapshot(cluster, 'before'))
      await twice(() => provider.removeSnapshot(cluster, 'before'))
      await twice(() => provider.importRootfs(cluster, 'two', world.second))
      await twice(() => provider.activate(cluster, 'two'))
      await twice(() => provider.removeRootfs(cluster, 'one'))
      expect(await provider.inspect(cluster)).toEqual({ ...active, rootfs: ['two'], active: 'two' })
      expect(await provider.list()).toEqual([cluster])
      await twice(() => provider.remove(cluster))
      expect(await provider.inspect(cluster)).toEqual(nothing)
    }, 120_000)

    test('the data outlive a stop and an exchange of the root filesystem, which is as it was imported', async () => {
      await started()
      await sh('echo kept >/var/lib/kaweezle/note; echo lost >/etc/note; cat /etc/kaweezle-rootfs')
      await provider.stop(cluster)
      await provider.start(cluster, { apiPort })
      expect(await sh('cat /var/lib/kaweezle/note')).toBe('kept')
      await provider.stop(cluster)
      await provider.importRootfs(cluster, 'two', world.second)
      await provider.activate(cluster, 'two')
      await provider.start(cluster, { apiPort })
      expect(await sh('cat /etc/kaweezle-rootfs /var/lib/kaweezle/note; ls /etc/note || echo none')).toBe(
        'second\nkept\nnone',
      )
      await provider.stop(cluster)
      await provider.activate(cluster, 'one')
      await provider.start(cluster, { apiPort })
      expect(await sh('cat /etc/kaweezle-rootfs /var/lib/kaweezle/note')).toBe('first\nkept')
    }, 120_000)

    test('a copy of the data keeps bytes, owners, modes, times and links, and stays when it is restored', async () => {
      await started()
      await sh(`cd /var/lib/kaweezle
        mkdir -p tree/.hidden 'tree/a b'
        head -c 3000000 /dev/urandom >tree/random
        echo x >'tree/a b/x'; ln tree/random tree/hard; ln -s ../nowhere tree/soft; mkfifo tree/fifo
        chown -h 1234:5678 tree/soft 'tree/a b/x'; chown 0:70000 tree/.hidden
        chmod 4751 tree/random; chmod 1777 'tree/a b'; chmod 000 'tree/a b/x'
        touch -d '2001-02-03 04:05:06' tree/random tree/.hidden`)
      const look = `cd /var/lib/kaweezle; find tree -exec stat -c '%n %F %a %u:%g %h %s %N' {} + | sort;
        stat -c %Y tree/random tree/.hidden 'tree/a b';
        md5sum tree/random; stat -c %i tree/random tree/hard | uniq | wc -l`
      const before = await sh(look)
      await provider.stop(cluster)
      await provider.takeSnapshot(cluster, 'before')
      await provider.start(cluster, { apiPort })
      const spoil = 'cd /var/lib/kaweezle; rm -r tree; echo new >.new; mkdir tree; echo changed >tree/random'
      for (let round = 0; round < 2; round++) {
        await sh(spoil)
        await provider.stop(cluster)
        await provider.restoreSnapshot(cluster, 'before')
        await provider.start(cluster, { apiPort })
        expect(await sh(look)).toBe(before)
      }
    }, 120_000)

    test('data are neither copied nor restored, nor a rootfs exchanged, while the machine runs', async () => {
      await started()
      await provider.importRootfs(cluster, 'two', world.second)
      const failed = { code: 'PROVIDER_FAILED', hint: expect.stringMatching(/\w/) }
      await expect(provider.takeSnapshot(cluster, 'before')).rejects.toMatchObject(failed)
      await expect(provider.restoreSnapshot(cluster, 'before')).rejects.toMatchObject(failed)
      await expect(provider.activate(cluster, 'two')).rejects.toMatchObject(failed)
      await expect(provider.removeRootfs(cluster, 'one')).rejects.toMatchObject(failed)
      expect(await provider.inspect(cluster)).toMatchObject({
        active: 'one',
        state: 'running',
        snapshots: [],
      })
    })

    test('what is not there is neither activated, started, restored nor asked to run a program', async () => {
      const failed = { code: 'PROVIDER_FAILED', hint: expect.stringMatching(/\w/) }
      await expect(provider.activate(cluster, 'one')).rejects.toMatchObject(failed)
      await expect(provider.start(cluster, { apiPort })).rejects.toMatchObject(failed)
      await expect(provider.takeSnapshot(cluster, 'one')).rejects.toMatchObject(failed)
      await expect(provider.restoreSnapshot(cluster, 'one')).rejects.toMatchObject(failed)
    })

    test('a program is run in no machine but one that runs, and what to do is said', async () => {
      const stopped = { code: 'NOT_READY', hint: expect.stringMatching(/kaweezle start --name kwsl/) }
      const both = async () => {
        await expect(run(['true'])).rejects.toMatchObject(stopped)
        await expect(provider.attach(cluster, ['true'])).rejects.toMatchObject(stopped)
      }
      await both()
      await install()
      await both()
      await provider.start(cluster, { apiPort })
      await run(['true'])
      await provider.stop(cluster)
      await both()
    })

    test('a machine that runs keeps its port, and gets no other before it is stopped', async () => {
      await started()
      await sh('setsid sleep 9876 </dev/null >/dev/null 2>&1 &')
      const other = await world.freePort()
      await expect(provider.start(cluster, { apiPort: other })).rejects.toMatchObject({
        code: 'PROVIDER_FAILED',
        hint: expect.stringMatching(/kaweezle stop/),
      })
      expect(await sh('ps -o args | grep -c "[s]leep 9876"')).toBe('1')
      await provider.stop(cluster)
      await provider.start(cluster, { apiPort: other })
    })

    test('two clusters run at once, or the second is not started while the first runs', async () => {
      await started()
      await install(sibling)
      const second = { apiPort: await world.freePort() }
      if (provider.rivals === undefined) {
        await provider.start(sibling, second)
      } else {
        expect(await provider.rivals(cluster)).toEqual([])
        expect(await provider.rivals(sibling)).toEqual([cluster])
        await expect(provider.start(sibling, second)).rejects.toMatchObject({
          code: 'PROVIDER_FAILED',
          message: expect.stringMatching(/ kwsl:/),
          hint: expect.stringMatching(/kaweezle stop --name kwsl`/),
        })
        expect((await provider.inspect(sibling)).state).toBe('stopped')
        expect(await sh('hostname')).toBe(cluster)
        await provider.stop(cluster)
        await provider.start(sibling, second)
      }
      expect(await sh('hostname', sibling)).toBe(sibling)
    })

    test('a damaged or a foreign root filesystem is refused, and leaves nothing', async () => {
      for (const tarball of [world.truncated, world.foreign]) {
        await expect(provider.importRootfs(cluster, 'one', tarball)).rejects.toMatchObject({
          code: 'PROVIDER_FAILED',
          hint: expect.stringMatching(/\w/),
        })
        expect(await world.leftovers()).toEqual([])
      }
      await provider.importRootfs(cluster, 'one', world.first)
    })

    test('clusters whose names begin alike, or look like a part of another, are apart', async () => {
      for (const name of [sibling, cluster]) {
        await install(name)
        await provider.start(name, { apiPort })
        const note = `echo ${name} >>/var/lib/kaweezle/note; cat /var/lib/kaweezle/note`
        expect(await sh(`hostname; ${note}`, name)).toBe(`${name}\n${name}`)
        await provider.stop(name)
      }
      await provider.start(sibling, { apiPort })
      expect(await provider.list()).toEqual([cluster, sibling])
      await provider.takeSnapshot(cluster, 'data')
      await provider.remove(cluster)
      expect(await sh('hostname; cat /var/lib/kaweezle/note', sibling)).toBe(`${sibling}\n${sibling}`)
      expect(await provider.inspect(sibling)).toMatchObject({
        state: 'running',
        snapshots: [],
        rootfs: ['one'],
      })
      expect(await provider.list()).toEqual([sibling])
    }, 120_000)

    test('a program gets its arguments, input, variables and place as they are, and gives back its status', async () => {
      await started()
      const strange = ['', ' a  b', '$HOME', '"quoted"', "it's", 'ü€', '*', '-n', 'new\nline']
      const shown = await run(['/bin/sh', '-c', 'for a; do printf "[%s]" "$a"; done', 'sh', ...strange])
      expect(shown.stdout).toBe(strange.map((argument) => `[${argument}]`).join(''))
      const outcome = await run(['/bin/sh', '-c', 'pwd; id -u; echo "$GIVEN" >&2; exit 42'], {
        environment: { GIVEN: 'a b' },
      })
      expect(outcome).toEqual({ status: 42, stdout: '/\n0\n', stderr: 'a b\n' })
      expect(await run(['/no/such/program'])).toMatchObject({ status: expect.toBeOneOf([126, 127]) })
      const input = Buffer.alloc(3_000_000, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)))
      expect((await run(['sha256sum'], { input })).stdout).toContain(
        createHash('sha256').update(input).digest('hex'),
      )
      expect((await run(['cat'], { input: new Uint8Array() })).stdout).toBe('')
      expect((await run(['cat'])).stdout).toBe('')
    })

    test('lines come as they are written, of both streams, and only the end of much output is kept', async () => {
      await started()
      const lines: [string, string, number][] = []
      await run(['/bin/sh', '-c', 'echo one; sleep 1; echo two >&2; printf three'], {
        onLine: (line, stream) => lines.push([line, stream, Date.now()]),
      })
      expect(lines.map(([line, stream]) => [line, stream])).toEqual([
        ['one', 'stdout'],
        ['two', 'stderr'],
        ['three', 'stdout'],
      ])
      expect((lines[1]?.[2] ?? 0) - (lines[0]?.[2] ?? 0)).toBeGreaterThan(500)
      const { stdout } = await run(['/bin/sh', '-c', 'head -c 20000000 /dev/zero | tr "\\0" x; printf END'])
      expect(stdout.length).toBe(4 * 1024 * 1024)
      expect(stdout.endsWith('xEND')).toBe(true)
    })

    test('a program that takes too long is killed with what it started, and the machine goes on', async () => {
      await started()
      const script = 'trap "" TERM INT HUP; sleep 7654 & echo begun7654; while :; do sleep 1; done'
      const since = Date.now()
      const failure = await run(['/bin/sh', '-c', script], { timeLimit: 1500 }).catch(
        (error: unknown) => error,
      )
      expect(isKaweezleError(failure, 'TIMED_OUT'), String(failure)).toBe(true)
      expect(Date.now() - since).toBeLessThan(10_000)
      expect(await sh('ps -o args | grep -c "[s]leep 7654" || true')).toBe('0')
      expect(await sh('ps -o args | grep -c "[b]egun7654" || true')).toBe('0')
    })

    test('an interrupted program is killed with what it started, and the machine goes on', async () => {
      await started()
      const interruption = new AbortController()
      const reason = new KaweezleError('INTERRUPTED', 'interrupted by a test')
      const script = 'trap "" TERM INT HUP; sleep 6543 & echo begun6543; while :; do sleep 1; done'
      let since = 0
      const failure = await world
        .interruptible(interruption.signal)
        .exec(cluster, ['/bin/sh', '-c', script], {
          timeLimit: 60_000,
          onLine() {
            since = Date.now()
            interruption.abort(reason)
          },
        })
        .catch((error: unknown) => error)
      expect(failure).toBe(reason)
      expect(Date.now() - since).toBeLessThan(10_000)
      expect(await sh('ps -o args | grep -c "[s]leep 6543" || true')).toBe('0')
      expect(await sh('ps -o args | grep -c "[b]egun6543" || true')).toBe('0')
    })

    test('an interrupted import is none, the next one ends it, and nothing is begun after an interruption', async () => {
      const interruption = new AbortController()
      const reason = new KaweezleError('INTERRUPTED', 'interrupted by a test')
      const interrupted = world.interruptible(interruption.signal)
      await interrupted.probe()
      const imported = interrupted.importRootfs(cluster, 'one', world.first).catch((error: unknown) => error)
      await sleep(100)
      interruption.abort(reason)
      expect(await imported).toBe(reason)
      expect((await provider.inspect(cluster)).rootfs).toEqual([])
      await expect(interrupted.importRootfs(cluster, 'one', world.first)).rejects.toBe(reason)
      await expect(interrupted.inspect(cluster)).rejects.toBe(reason)
      await started()
    })

    test('a program that leaves a daemon behind ends when it ends, and the daemon stays', async () => {
      await started()
      const since = Date.now()
      await sh('setsid sleep 8765 </dev/null >/dev/null 2>&1 &')
      expect(Date.now() - since).toBeLessThan(5000)
      expect(await sh('ps -o args | grep -c "[s]leep 8765"')).toBe('1')
    })

    test('orphans do not stay as zombies', async () => {
      await started()
      await sh('for i in 1 2 3 4 5; do (sleep 0.2 &) ; done')
      await sleep(1500)
      expect(await sh("grep -l '^State:.Z' /proc/[0-9]*/status || true")).toBe('')
    })

    if (killedAt.length === 0) return

    describe('a verb whose process is killed at any instant leaves what a second call ends', () => {
      /** Brings about what a verb needs, the verb, and what is to be seen when it has been ended. */
      const cases: readonly [Verb, () => readonly unknown[], () => Promise<void>, object][] = [
        [
          'importRootfs',
          () => [cluster, 'one', world.first],
          async () => {},
          { rootfs: ['one'], state: 'absent', hasData: true },
        ],
        [
          'activate',
          () => [cluster, 'two'],
          async () => {
            await install()
            await provider.importRootfs(cluster, 'two', world.second)
          },
          { active: 'two', state: 'stopped' },
        ],
        ['start', () => [cluster, { apiPort }], () => install(), { state: 'running' }],
        ['stop', () => [cluster], () => started(), { state: 'stopped' }],
        ['takeSnapshot', () => [cluster, 'before'], () => withData(), { snapshots: ['before'] }],
        ['restoreSnapshot', () => [cluster, 'before'], () => withSpoiltData(), { snapshots: ['before'] }],
        ['removeSnapshot', () => [cluster, 'before'], () => withSpoiltData(), { snapshots: [] }],
        [
          'removeRootfs',
          () => [cluster, 'two'],
          async () => {
            await install()
            await provider.importRootfs(cluster, 'two', world.second)
          },
          { rootfs: ['one'], active: 'one' },
        ],
        ['remove', () => [cluster], () => withData(), nothing],
      ]
      const count = 'cd /var/lib/kaweezle && cat file* | wc -c'
      const fill = 'cd /var/lib/kaweezle && for i in $(seq 400); do head -c 50000 /dev/zero >file$i; done'

      async function withData(): Promise<void> {
        await started()
        await sh(fill)
        await provider.stop(cluster)
      }

      async function withSpoiltData(): Promise<void> {
        await withData()
        await provider.takeSnapshot(cluster, 'before')
        await provider.start(cluster, { apiPort })
        await sh('rm /var/lib/kaweezle/file1*')
        await provider.stop(cluster)
      }

      test.each(sweepOf(cases, 3))(
        '%s',
        async (verb, args, prepare, wanted) => {
          let whole = 1000
          for (const part of [undefined, ...killedAt]) {
            await provider.remove(cluster)
            await prepare()
            const child = world.spawn(verb, args())
            const ended = once(child, 'exit')
            await once(child.stdout as NodeJS.ReadableStream, 'data')
            const since = Date.now()
            if (part !== undefined) {
              await sleep(whole * part)
              child.kill('SIGKILL')
            }
            const [status] = await ended
            if (part === undefined) {
              expect(status).toBe(0)
              whole = Date.now() - since
            }
            await (provider[verb] as (...args: readonly unknown[]) => Promise<void>)(...args())
            expect(await provider.inspect(cluster), `killed after ${part}`).toMatchObject(wanted)
            if (verb === 'takeSnapshot') await provider.restoreSnapshot(cluster, 'before')
            if (!verb.endsWith('Snapshot')) continue
            await provider.start(cluster, { apiPort })
            expect(await sh(verb === 'removeSnapshot' ? 'echo 20000000' : count)).toBe('20000000')
            await provider.stop(cluster)
          }
        },
        300_000,
      )
    })
  })
}
