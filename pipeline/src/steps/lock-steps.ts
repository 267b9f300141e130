import type { ListrTask } from 'listr2'
import { loadRecipe } from '../load/load-recipe.ts'
import { readLock } from '../load/read-lock.ts'
import { diffPackagesLock } from '../locks/diff.ts'
import { parsePackagesLock } from '../locks/parse.ts'
import { printPackagesLock } from '../locks/print.ts'
import { renderLockDiff } from '../locks/render-diff.ts'
import type { PackagesLock } from '../locks/schema.ts'
import { assertCoherent } from './assert-coherent.ts'
import { assertMadeFor } from './assert-made-for.ts'
import { clusterChanges } from './lock-changes.ts'
import type { Locking } from './locking.ts'
import { readClusterLocks } from './read-cluster-locks.ts'
import { resolveCluster } from './resolve-cluster.ts'
import { step } from './step.ts'

const recipe = step<Locking>({
  name: 'recipe',
  title: 'Read the recipe',
  async run(locking) {
    locking.loaded = await loadRecipe(locking.options.recipe)
    return { done: locking.loaded.recipe.name }
  },
})

const packages = step<Locking>({
  name: 'packages',
  title: 'Resolve the base and the packages',
  async run(locking, progress) {
    const { loaded, options } = locking
    const file = loaded.lockFiles.packages
    const before = await readLock(file, parsePackagesLock)
    const { architectures } = loaded.recipe
    if (options.onlyArchitecture) assertMadeFor(loaded.recipe, options)
    // What the recipe is no longer made for goes with the rest.
    const kept = options.onlyArchitecture ? before?.architectures : {}
    const after: PackagesLock = { version: 1, architectures: { ...kept } }
    const wanted = options.onlyArchitecture ? [options.architecture] : architectures
    for (const architecture of wanted) {
      progress.line(`resolving ${architecture}`)
      const agent = await locking.agent(architecture)
      after.architectures[architecture] = await locking.resolve({ loaded, architecture, agent, progress })
    }
    locking.packages = after
    const diff = diffPackagesLock(before, after)
    if (diff.length > 0)
      locking.changes.push({ file, text: printPackagesLock(after), diff: renderLockDiff(diff) })
    return { done: wanted.join(', ') }
  },
})

const cluster = step<Locking>({
  name: 'cluster',
  title: 'Resolve the manifests and the images',
  async run(locking, progress) {
    const { loaded, options, packages } = locking
    const { manifests: base, images: preload } = loaded.recipe
    if (base === undefined && preload === undefined) return { skipped: 'the recipe has none' }
    const before = await readClusterLocks(loaded)
    // The images are the same for every architecture: any whose programs run here can be asked.
    const architecture = packages.architectures[options.architecture]
      ? options.architecture
      : (loaded.recipe.architectures[0] ?? options.architecture)
    const lock = packages.architectures[architecture]
    if (lock === undefined) throw new Error('no architecture is resolved')
    const { acceptMoved } = options
    const everyLock = Object.values(packages.architectures)
    // What no images could mend, before any registry is asked.
    for (const one of everyLock) assertCoherent(loaded, one, { manifests: undefined, images: undefined })
    const agent = await locking.agent(architecture)
    const question = { loaded, architecture, agent, lock, before, acceptMoved, progress }
    const after = await resolveCluster(locking, question)
    for (const one of everyLock) assertCoherent(loaded, one, after)
    locking.changes.push(...clusterChanges(before, after, loaded))
    return {
      done: `${after.manifests?.manifests.length ?? 0} manifests, ${after.images?.images.length ?? 0} images`,
    }
  },
})

/** The steps of `npm run lock`, in order; the command writes the result. */
export const lockSteps: readonly ListrTask<Locking>[] = [recipe, packages, cluster]
