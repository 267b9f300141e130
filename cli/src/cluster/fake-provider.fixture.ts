import { KaweezleError } from '../errors.ts'
import type { ExecResult, Machine, Provider } from '../providers/provider.ts'

/** A host that is switched off at some call: that one and all later ones fail, until {@link revive}. */
export interface Trap {
  /** How many calls are let through; the next one springs it. */
  after: number
  /** `kill`: the caller is gone, and nothing more of it happens. `fail`: one call fails, and does nothing. */
  mode: 'kill' | 'fail'
  isDead: boolean
  calls: number
}

/** Stands for the end of this process: whatever it still does has no effect. */
export class Killed extends Error {}

export function trap(): Trap {
  return { after: Number.POSITIVE_INFINITY, mode: 'fail', isDead: false, calls: 0 }
}

/** Lets everything through again. */
export function revive(set: Trap): void {
  set.isDead = false
  set.after = Number.POSITIVE_INFINITY
}

/** To be called by everything that has an effect. */
export function pass(set: Trap): void {
  if (set.isDead) throw new Killed('killed')
  set.calls += 1
  if (set.calls <= set.after) return
  if (set.mode === 'kill') {
    set.isDead = true
    throw new Killed('killed')
  }
  set.after = Number.POSITIVE_INFINITY
  throw new KaweezleError('PROVIDER_FAILED', 'injected')
}

export interface FakeMachine {
  rootfs: Set<string>
  active: string | undefined
  isRunning: boolean
  isReady: boolean
  /** What the cluster has written, if it has a data store: the root filesystems that wrote, in order. */
  data: readonly string[] | undefined
  snapshots: Map<string, readonly string[]>
}

export interface FakeProvider extends Provider {
  readonly machine: FakeMachine
  /** Root filesystems whose cluster never gets ready. */
  readonly broken: Set<string>
}

/** One cluster in memory, whose agent writes its root filesystem's name into the data whenever it starts. */
export function fakeProvider(set: Trap = trap()): FakeProvider {
  const machine: FakeMachine = {
    rootfs: new Set(),
    active: undefined,
    isRunning: false,
    isReady: false,
    data: undefined,
    snapshots: new Map(),
  }
  const broken = new Set<string>()
  const answer = (document: object, status = 0): ExecResult => ({
    status,
    stdout: JSON.stringify(document),
    stderr: '',
  })

  function iknite(verb: string): ExecResult {
    const { active = '', data = [] } = machine
    if (verb === 'stop') {
      machine.isReady = false
      return answer({})
    }
    if (verb !== 'start')
      return answer({ schemaVersion: 1, state: 'ready', phase: 'ready', agentVersion: '1' })
    machine.data = [...data, active]
    if (broken.has(active)) return answer({ error: { code: 'TIMED_OUT', message: 'etcd is not ready' } }, 5)
    machine.isReady = true
    return answer({ name: 'kwsl', address: '192.168.99.2', kubernetesVersion: '1.36.5' })
  }

  function assertStopped(): void {
    if (machine.isRunning) throw new Error('the machine runs')
  }

  return {
    name: 'docker',
    machine,
    broken,
    probe: async () => ({ isUsable: true, detail: 'a fake' }),
    list: async () => (machine.data === undefined ? [] : ['kwsl']),
    freeBytes: async () => undefined,
    dataBytes: async () => undefined,
    architecture: async () => 'x86_64',
    examine: async () => [],
    async inspect(): Promise<Machine> {
      pass(set)
      const { active, isRunning, rootfs, snapshots, data } = machine
      const state = active === undefined ? 'absent' : isRunning ? 'running' : 'stopped'
      return {
        hasData: data !== undefined,
        rootfs: [...rootfs],
        active,
        state,
        snapshots: [...snapshots.keys()],
      }
    },
    async takeSnapshot(_, id) {
      pass(set)
      assertStopped()
      machine.snapshots.set(id, machine.data ?? [])
    },
    async restoreSnapshot(_, id) {
      pass(set)
      assertStopped()
      const copy = machine.snapshots.get(id)
      if (copy === undefined) throw new Error(`no snapshot ${id}`)
      machine.data = copy
    },
    async removeSnapshot(_, id) {
      pass(set)
      machine.snapshots.delete(id)
    },
    async importRootfs(_, id) {
      pass(set)
      machine.data ??= []
      machine.rootfs.add(id)
    },
    async activate(_, id) {
      pass(set)
      assertStopped()
      if (!machine.rootfs.has(id)) throw new Error(`no root filesystem ${id}`)
      machine.active = id
    },
    async removeRootfs(_, id) {
      pass(set)
      if (machine.active === id) throw new Error(`${id} is active`)
      machine.rootfs.delete(id)
    },
    async start() {
      pass(set)
      if (machine.active === undefined) throw new Error('there is no machine')
      machine.isRunning = true
    },
    async stop() {
      pass(set)
      machine.isRunning = false
      machine.isReady = false
    },
    async exec(_, [, verb = '']) {
      pass(set)
      return iknite(verb)
    },
    attach: async () => 0,
    async remove() {
      pass(set)
      Object.assign(machine, {
        rootfs: new Set(),
        active: undefined,
        isRunning: false,
        isReady: false,
        data: undefined,
      })
      machine.snapshots.clear()
    },
  }
}
