import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { isKaweezleError } from '../src/errors.ts'
import { callWsl } from './support/wsl-double/transcript.ts'
import { wslDoubleMissing } from './support/wsl-double/wsl-double.ts'
import { type WslWorld, wslWorld } from './support/wsl-double/wsl-world.ts'

const withDouble = await requirement('the double of WSL', wslDoubleMissing)
const cluster = 'kwsl'

/** What must be there; `note` is what a file in the data says. */
interface Model {
  hasData: boolean
  note: string
  rootfs: Set<string>
  active: string | undefined
  isRunning: boolean
  snapshots: Map<string, string>
}

const fresh = (): Model => ({
  hasData: false,
  note: '',
  rootfs: new Set(),
  active: undefined,
  isRunning: false,
  snapshots: new Map(),
})

interface Step {
  readonly verb: string
  readonly id: string
  readonly note: string
}

/** Changes the model as the verb should change the world; whether the verb should succeed. */
function expectStep(model: Model, { verb, id, note }: Step): boolean {
  switch (verb) {
    case 'importRootfs':
      model.rootfs.add(id)
      model.hasData = true
      return true
    case 'activate':
      if (!model.rootfs.has(id) || model.isRunning) return false
      model.active = id
      return true
    case 'removeRootfs':
      if (model.active === id) return false
      model.rootfs.delete(id)
      return true
    case 'start':
      if (model.active === undefined) return false
      model.isRunning = true
      return true
    case 'stop':
    case 'crash':
    case 'terminate':
      model.isRunning = false
      return true
    case 'takeSnapshot':
      if (model.isRunning || !model.hasData) return false
      if (!model.snapshots.has(id)) model.snapshots.set(id, model.note)
      return true
    case 'restoreSnapshot':
      if (model.isRunning || !model.snapshots.has(id)) return false
      model.note = model.snapshots.get(id) ?? ''
      return true
    case 'removeSnapshot':
      model.snapshots.delete(id)
      return true
    case 'write':
      if (model.active === undefined) return false
      Object.assign(model, { isRunning: false, note })
      return true
    case 'remove':
      Object.assign(model, fresh())
      return true
    default:
      throw new Error(verb)
  }
}

withDouble('random sequences of verbs', () => {
  let world: WslWorld
  beforeAll(async () => {
    world = await wslWorld()
    callWsl(world.double, ['--import', 'Ubuntu', join(world.double.folder, 'Ubuntu'), world.first])
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function perform({ verb, id, note }: Step): Promise<void> {
    const { provider, double } = world
    switch (verb) {
      case 'crash':
        return double.crash()
      case 'terminate':
        callWsl(double, ['--terminate', cluster])
        return
      case 'write':
        await provider.start(cluster, { apiPort: 6443 })
        await provider.exec(cluster, ['/bin/sh', '-c', `echo ${note} >/var/lib/kaweezle/note`], {
          timeLimit: 60_000,
        })
        return provider.stop(cluster)
      case 'importRootfs':
        return provider.importRootfs(cluster, id, id === 'one' ? world.first : world.second)
      case 'start':
        return provider.start(cluster, { apiPort: 6443 })
      case 'activate':
      case 'removeRootfs':
      case 'takeSnapshot':
      case 'restoreSnapshot':
      case 'removeSnapshot':
        return provider[verb](cluster, id)
      case 'stop':
      case 'remove':
        return provider[verb](cluster)
    }
  }

  /** As the data store itself has it, running or not. */
  async function noteOnDisk(): Promise<string> {
    const disk = join(world.root, cluster, 'data/ext4.vhdx')
    const store = join(disk, await readlink(join(disk, 'current')))
    expect(await readdir(join(disk, 'stores'))).toHaveLength(1)
    return (await readdir(store)).includes('note') ? (await readFile(join(store, 'note'), 'utf8')).trim() : ''
  }

  async function agrees(model: Model): Promise<void> {
    const { provider, double } = world
    expect(await provider.inspect(cluster)).toEqual({
      hasData: model.hasData,
      rootfs: [...model.rootfs].toSorted(),
      active: model.active,
      state: model.active === undefined ? 'absent' : model.isRunning ? 'running' : 'stopped',
      snapshots: [...model.snapshots.keys()].toSorted(),
    })
    const { distributions, default: first } = double.state()
    const wanted = [
      'Ubuntu',
      ...(model.active ? [cluster] : []),
      ...(model.hasData ? [`${cluster}.data`] : []),
    ]
    expect(distributions.map(({ name }) => name).toSorted()).toEqual(wanted.toSorted())
    expect(distributions.find(({ guid }) => guid === first)?.name).toBe('Ubuntu')
    if (model.hasData) expect(await noteOnDisk()).toBe(model.note)
    if (!model.isRunning) return
    const argv = [
      '/bin/sh',
      '-c',
      'cat /etc/kaweezle-rootfs /var/lib/kaweezle/note 2>/dev/null; true',
    ] as const
    const { stdout } = await provider.exec(cluster, argv, { timeLimit: 60_000 })
    const mark = model.active === 'one' ? 'first' : 'second'
    expect(stdout.trim().split('\n')).toEqual([mark, ...(model.note === '' ? [] : [model.note])])
  }

  const verbs = [
    'importRootfs',
    'activate',
    'start',
    'write',
    'write',
    'stop',
    'takeSnapshot',
    'restoreSnapshot',
  ]
  const seldom = ['removeSnapshot', 'removeRootfs', 'crash', 'terminate', 'remove']
  const steps = fc.array(
    fc.record({
      verb: fc.constantFrom(...verbs, ...verbs, ...seldom),
      id: fc.constantFrom('one', 'two'),
      note: fc.constantFrom('a', 'b', 'c', 'd'),
    }),
    { minLength: 8, maxLength: 16 },
  )
  /** Without it, most sequences fail at everything for want of a machine. */
  const begin: Step[] = ['importRootfs', 'activate'].map((verb) => ({
    verb,
    id: 'one',
    note: '',
  }))

  test('leave what they should, and fail where they must', async () => {
    const property = fc.asyncProperty(steps, fc.boolean(), async (sequence, isInstalled) => {
      await world.provider.remove(cluster)
      const model = fresh()
      for (const step of [...(isInstalled ? begin : []), ...sequence]) {
        const succeeds = expectStep(model, step)
        const error = await perform(step).then(
          () => undefined,
          (failure: unknown) => failure,
        )
        expect([error === undefined, String(error)], JSON.stringify(step)).toEqual([
          succeeds,
          expect.any(String),
        ])
        if (error !== undefined) expect(isKaweezleError(error, 'PROVIDER_FAILED'), String(error)).toBe(true)
        await agrees(model)
      }
    })
    const runs = Number(process.env['KAWEEZLE_PROPERTY_RUNS'] ?? 4)
    await fc.assert(property, { numRuns: runs, endOnFailure: true })
  }, 900_000)
})
