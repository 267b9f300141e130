import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFullSweep as isFull, sweepOf } from '../../../pipeline/test/support/sweep.ts'
import { machineOf, type ProviderFault, runWithFault } from './faulty-run.ts'
import { kubernetesOf } from './node-releases.ts'
import { type JourneyHost, openJourney } from './open-journey.ts'
import type { User } from './user.ts'

type Version = keyof typeof kubernetesOf

/** What is printed as an update or a rollback goes on; the time from one to the next is given to random. */
const updateSteps = ['Importing', 'Looking for', 'Keeping a copy', 'Stopping', 'Starting'] as const
const rollbackSteps = ['Stopping', 'Keeping a copy', 'Starting'] as const

const updateFaults: readonly ProviderFault[] = [
  { method: 'activate', isDone: true },
  { method: 'takeSnapshot', isDone: true },
  { method: 'importRootfs', isDone: false },
  { method: 'importRootfs', isDone: true },
  { method: 'exec', about: '"stop"', isDone: false },
  { method: 'stop', isDone: false },
  { method: 'stop', isDone: true },
  { method: 'takeSnapshot', isDone: false },
  { method: 'activate', isDone: false },
  { method: 'start', isDone: false },
  { method: 'start', isDone: true },
  { method: 'removeRootfs', isDone: false },
  { method: 'removeSnapshot', isDone: false },
  { method: 'exec', about: '"start"', isDone: true },
  { method: 'exec', about: '"start"', isDone: false },
]

/**
 * Cuts updates and rollbacks off, and lets them fail, at every step: afterwards the cluster runs either release with its
 * data. `KAWEEZLE_SWEEP=full` does so many times over.
 */
export function runUpdateSweep(openHost: (apiPort: number) => Promise<JourneyHost>): void {
  const stack = new AsyncDisposableStack()
  let host: JourneyHost
  let user: User
  /** What the cluster runs. */
  let version: Version = '1.0.0'

  beforeAll(async () => {
    const { releases, ...journey } = stack.use(await openJourney(openHost))
    ;({ host, user } = journey)
    await user.succeeds('start')
    releases.publish('1.1.0')
    await user.kubectl('create', 'configmap', 'note', '--from-literal=text=mine')
    await user.succeeds(
      'exec',
      'sh',
      '-c',
      'mkdir -p /var/lib/kaweezle/local-path && echo mine >/var/lib/kaweezle/local-path/file',
    )
  }, 600_000)
  afterAll(() => stack.disposeAsync())

  const isWhole = async (what: string): Promise<Version> => {
    const { ready, release, unfinished, agent, problems } = await user.document('status')
    expect({ ready, problems }, what).toEqual({ ready: true, problems: [] })
    expect([undefined, 'clean-up'], what).toContain(unfinished)
    expect(Object.keys(kubernetesOf), what).toContain(release.version)
    expect(agent.cluster.kubernetesVersion, what).toBe(kubernetesOf[release.version as Version])
    expect(await user.kubectl('get', 'configmap', 'note', '-o', 'jsonpath={.data.text}'), what).toBe('mine')
    expect(await user.succeeds('exec', 'cat', '/var/lib/kaweezle/local-path/file'), what).toBe('mine')
    return release.version
  }

  const switching = () => (version === '1.0.0' ? ['update'] : ['rollback'])

  /** Kills it with -9 some time after it has said that it does something. Whether it still ran. */
  async function killed(words: readonly string[], step: string, delay: number): Promise<boolean> {
    const run = user.begins(...words)
    let said = ''
    await new Promise<void>((resolve) => {
      run.stderr.on('data', (chunk) => {
        said += String(chunk)
        if (said.split('\n').some((line) => line.startsWith(step))) resolve()
      })
      void run.ended.then(() => resolve())
    })
    await sleep(delay)
    run.kill('SIGKILL')
    return (await run.ended).signal === 'SIGKILL'
  }

  test(
    'killed with -9 at any step, it is whole after the next command',
    async () => {
      const delay = randomDelays(20261127)
      let kills = 0
      for (let round = 0; round < (isFull ? 12 : 1); round++) {
        for (const index of isFull ? updateSteps.keys() : [2, 4]) {
          const steps = version === '1.0.0' ? updateSteps : rollbackSteps
          const step = steps[index % steps.length] ?? ''
          const after = delay()
          const what = `${switching()} killed ${after} ms after '${step}', at ${version}`
          if (await killed(switching(), step, after)) kills += 1
          // What puts that in order may be cut off as well.
          if (index % 4 === 2) await killed(['start'], 'Starting', delay())
          await user.succeeds('start')
          version = await isWhole(what)
        }
      }
      expect(kills).toBeGreaterThanOrEqual(1)
    },
    isFull ? 3_600_000 : 600_000,
  )

  const faults = sweepOf(updateFaults, updateFaults.length)
  test(
    'where a step fails, the release before runs again, by itself',
    async () => {
      // From the second update on there is something of the first to be removed.
      if (isFull && version === '1.0.0') {
        await user.succeeds('update')
        version = '1.1.0'
      }
      for (const fault of faults) {
        if (version === '1.1.0') await user.succeeds('rollback')
        const what = `update with a fault: ${JSON.stringify(fault)}`
        const { status, stderr, isMet } = await runWithFault(user, ['update'], fault)
        expect(isMet, what).toBe(true)
        const found = await isWhole(`${what}\n${stderr}`)
        if (status !== 0 && found === '1.1.0') expect(stderr, what).toContain('injected')
        version = found
      }
    },
    isFull ? 3_600_000 : 600_000,
  )

  test('no more is kept than what a rollback needs, and an uninstall removes it', async () => {
    await user.succeeds('start')
    const { rootfs, snapshots } = await machineOf(user)
    expect(rootfs.length).toBeLessThanOrEqual(2)
    expect(snapshots.length).toBeLessThanOrEqual(1)
    await user.succeeds('uninstall', '--yes', '--purge')
    expect(await host.leftovers()).toEqual([])
    expect(await user.files()).toEqual([])
  }, 600_000)
}

/** Milliseconds from 0 to 900, the same for the same seed. */
function randomDelays(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.round((state / 2 ** 32) * 900)
  }
}
