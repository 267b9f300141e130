import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KaweezleError } from '../errors.ts'
import type { ClusterContext } from './context.ts'
import { fakeProvider, pass, revive, type Trap, trap } from './fake-provider.fixture.ts'
import { install } from './install.ts'
import { recover } from './recover.ts'
import { endCluster, runCluster } from './run-cluster.ts'
import type { ClusterState, Installed, SwitchJournal } from './state.ts'
import { type StateStore, stateStore } from './state-store.ts'
import { switchTo } from './switch.ts'
import { uninstall } from './uninstall.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-state-'))
})

afterEach(() => rm(folder, { recursive: true }))

function installed(rootfs: string, version: string): Installed {
  return { rootfs, release: { version, sha256: 'a'.repeat(64) }, since: '2026-11-27T00:00:00Z' }
}

const one = installed('r1', '1.0.0')
const two = installed('r2', '2.0.0')
const fresh: ClusterState = { version: 1, name: 'kwsl', provider: 'docker', apiPort: 6443 }

function update(changes: Partial<SwitchJournal> = {}): SwitchJournal {
  return { kind: 'switch', verb: 'update', phase: 'staging', from: one, target: two, keep: 's1', ...changes }
}

/** A host whose writes go through the trap too. */
function world(set: Trap = trap()) {
  const provider = fakeProvider(set)
  const store = stateStore(folder)
  const trapped: StateStore = {
    ...store,
    async write(state) {
      pass(set)
      await store.write(state)
    },
    async remove(name) {
      pass(set)
      await store.remove(name)
    },
  }
  const events: string[] = []
  const context: ClusterContext = {
    provider,
    store: trapped,
    report: (event) => void events.push(JSON.stringify(event)),
    now: () => 0,
    wait: 60,
  }
  return { provider, store, context, events, machine: provider.machine }
}

/** A cluster of the first release that has run once. */
async function running(set: Trap) {
  const here = world(set)
  const state = await install(here.context, { state: fresh, target: one, tarball: 'one.tar.gz' })
  await runCluster(here.context, state)
  set.calls = 0
  return { ...here, state }
}

test('an install makes data, root filesystem and machine, and a start makes it ready', async () => {
  const { machine, state } = await running(trap())
  expect(state).toEqual({ ...fresh, current: one })
  expect(machine).toMatchObject({ active: 'r1', isReady: true, data: ['r1'] })
})

test('an update keeps the data, and what can be gone back to', async () => {
  const { context, machine, state, store } = await running(trap())
  const after = await switchTo(context, state, { journal: update(), tarball: 'two.tar.gz' })
  expect(after).toEqual({ ...fresh, current: two, former: { ...one, snapshot: 's1' } })
  expect(await store.read('kwsl')).toEqual(after)
  expect(machine).toMatchObject({ active: 'r2', isReady: true, data: ['r1', 'r2'] })
  expect(machine.snapshots.get('s1')).toEqual(['r1'])
})

test('a rollback brings back the data of then, and can itself be rolled back', async () => {
  const { context, machine, state } = await running(trap())
  const updated = await switchTo(context, state, { journal: update(), tarball: 'two.tar.gz' })
  const back = update({ verb: 'rollback', from: two, target: one, keep: 's2', restore: 's1' })
  const after = await switchTo(context, updated, { journal: back, tarball: undefined })
  expect(after).toEqual({ ...fresh, current: one, former: { ...two, snapshot: 's2' } })
  expect(machine).toMatchObject({ active: 'r1', data: ['r1', 'r1'] })
  expect([...machine.snapshots]).toEqual([['s2', ['r1', 'r2']]])
  expect([...machine.rootfs].toSorted()).toEqual(['r1', 'r2'])
})

test('a third release replaces what could be gone back to', async () => {
  const { context, machine, state } = await running(trap())
  const updated = await switchTo(context, state, { journal: update(), tarball: 'two.tar.gz' })
  const next = update({ from: two, target: installed('r3', '3.0.0'), keep: 's2' })
  await switchTo(context, updated, { journal: next, tarball: 'three.tar.gz' })
  expect([...machine.rootfs].toSorted()).toEqual(['r2', 'r3'])
  expect([...machine.snapshots.keys()]).toEqual(['s2'])
})

test('an update whose cluster does not get ready is undone by itself, and says so', async () => {
  const { context, provider, machine, state, store } = await running(trap())
  provider.broken.add('r2')
  await expect(switchTo(context, state, { journal: update(), tarball: 'two.tar.gz' })).rejects.toMatchObject({
    code: 'UPDATE_UNDONE',
    message: expect.stringMatching(/2\.0\.0 failed, and 1\.0\.0 is running again: etcd is not ready/),
  })
  expect(machine).toMatchObject({ active: 'r1', isReady: true, data: ['r1', 'r1'] })
  expect([...machine.rootfs]).toEqual(['r1'])
  expect([...machine.snapshots.keys()]).toEqual([])
  expect(await store.read('kwsl')).toEqual({ ...fresh, current: one })
})

test('an update after which something cannot be removed has ended well, and the next command removes it', async () => {
  const { context, provider, machine, state, events, store } = await running(trap())
  await provider.importRootfs('kwsl', 'stale', 'stale.tar.gz')
  const removeRootfs = () => Promise.reject(new KaweezleError('PROVIDER_FAILED', 'it is in use'))
  const stubborn = { ...context, provider: { ...provider, removeRootfs } }
  await switchTo(stubborn, state, { journal: update(), tarball: 'two.tar.gz' })
  expect(events.join()).toContain('it is in use')
  const left = await store.read('kwsl')
  expect(left).toMatchObject({ current: two, journal: { kind: 'clean-up' } })
  await recover(context, left ?? fresh)
  expect([...machine.rootfs].toSorted()).toEqual(['r1', 'r2'])
})

type Verb = readonly [title: string, run: (here: Awaited<ReturnType<typeof running>>) => Promise<unknown>]

const verbs: readonly Verb[] = [
  [
    'an update',
    ({ context, state }) => switchTo(context, state, { journal: update(), tarball: 'two.tar.gz' }),
  ],
  [
    'an update that fails by itself',
    ({ context, state, provider }) => {
      provider.broken.add('r2')
      return switchTo(context, state, { journal: update(), tarball: 'two.tar.gz' })
    },
  ],
]

test.each(verbs)(
  '%s that is killed or fails at any call ends as either release, with its data',
  async (_, run) => {
    for (const mode of ['kill', 'fail'] as const) {
      for (let after = 0; ; after += 1) {
        const set = trap()
        const here = await running(set)
        Object.assign(set, { mode, after, calls: 0 })
        await run(here).catch(() => {})
        const sprang = set.after === Number.POSITIVE_INFINITY || set.isDead
        revive(set)
        const where = `${mode} after ${after} calls`
        const state = await here.store.read('kwsl')
        if (state === undefined) throw new Error(`${where}: the state is lost`)
        const whole = await recover(here.context, state)
        if (whole === undefined) throw new Error(`${where}: the cluster is gone`)
        await runCluster(here.context, whole)

        const { machine } = here
        expect(whole.journal, where).toBeUndefined()
        expect(machine.active, where).toBe(whole.current?.rootfs)
        expect(machine.isReady, where).toBe(true)
        const { current, former } = whole
        const named = [current?.rootfs, former?.rootfs].filter((id) => id !== undefined)
        expect([...machine.rootfs].toSorted(), where).toEqual(named.toSorted())
        expect([...machine.snapshots.keys()], where).toEqual(former ? [former.snapshot] : [])
        // The first release wrote before all others, and the second one's writes went with it where it was undone.
        expect(machine.data?.[0], where).toBe('r1')
        if (whole.current?.rootfs === 'r1') expect(machine.data, where).not.toContain('r2')
        else expect(whole.former, where).toMatchObject({ rootfs: 'r1', snapshot: 's1' })
        if (!sprang) break
      }
    }
  },
)

test('an install that is killed at any call is ended or taken away by the next command', async () => {
  for (let after = 0; ; after += 1) {
    await rm(join(folder, 'kwsl'), { recursive: true, force: true })
    const set = trap()
    const { context, store, machine } = world(set)
    Object.assign(set, { mode: 'kill', after })
    await install(context, { state: fresh, target: one, tarball: 'one.tar.gz' }).catch(() => {})
    const sprang = set.isDead
    revive(set)
    const state = await store.read('kwsl')
    const whole = state && (await recover(context, state))
    if (whole === undefined) expect([machine.active, machine.data]).toEqual([undefined, undefined])
    else expect(whole.current).toEqual(one)
    await install(context, { state: whole ?? fresh, target: one, tarball: 'one.tar.gz' })
    expect(machine.active).toBe('r1')
    if (!sprang) break
  }
})

test('an uninstall that is killed at any call is ended by the next command', async () => {
  for (let after = 0; ; after += 1) {
    const set = trap()
    const { context, store, machine, state } = await running(set)
    Object.assign(set, { mode: 'kill', after, calls: 0 })
    await uninstall(context, state).catch(() => {})
    const sprang = set.isDead
    revive(set)
    const left = await store.read('kwsl')
    if (left?.journal !== undefined) await recover(context, left)
    else if (left !== undefined) await uninstall(context, left)
    expect([machine.active, machine.data, await store.read('kwsl')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    if (!sprang) break
  }
})

test('whoever interrupts a recovery does not undo a good update', async () => {
  const set = trap()
  const { context, state, provider, store } = await running(set)
  const stopAt = (call: 'start') => ({
    ...context,
    provider: { ...provider, [call]: () => Promise.reject(new KaweezleError('INTERRUPTED', 'interrupted')) },
  })
  const run = switchTo(stopAt('start'), state, { journal: update(), tarball: 'two.tar.gz' })
  await expect(run).rejects.toThrow('interrupted')
  const left = await store.read('kwsl')
  await expect(recover(stopAt('start'), left ?? fresh)).rejects.toThrow('interrupted')
  const whole = await recover(context, (await store.read('kwsl')) ?? fresh)
  expect(whole?.current).toEqual(two)
})

test('a cluster whose agent is broken can be stopped all the same', async () => {
  const { context, provider, machine, state, events } = await running(trap())
  const broken = {
    ...context,
    provider: { ...provider, exec: async () => ({ status: 1, stdout: 'Segmentation fault', stderr: '' }) },
  }
  await endCluster(broken, state)
  expect(machine.isRunning).toBe(false)
  expect(events.join()).toContain('did not stop in order')
})
