import type { ListrTask } from 'listr2'
import { loadRecipe } from '../load/load-recipe.ts'
import { readLock } from '../load/read-lock.ts'
import { assertMadeFor } from './assert-made-for.ts'
import type { Locking } from './locking.ts'
import { step } from './step.ts'

const recipe = step<Locking>({
  name: 'recipe',
  title: 'Read the recipe',
  async run(locking) {
    locking.loaded = await loadRecipe(locking.options.recipe)
    return { done: locking.loaded.recipe.name }
  },
})

const resolve = step<Locking>({
  name: 'resolve',
  title: 'Resolve the base and the packages',
  async run(locking, progress) {
    const { loaded, options } = locking
    if (loaded === undefined) throw new Error('the recipe is not read yet')
    const before = await readLock(loaded.lockFile)
    const { architectures } = loaded.recipe
    if (options.onlyArchitecture) assertMadeFor(loaded.recipe, options)
    // What the recipe is no longer made for goes with the rest.
    const kept = options.onlyArchitecture ? before?.architectures : {}
    const after = { version: 1 as const, architectures: { ...kept } }
    const wanted = options.onlyArchitecture ? [options.architecture] : architectures
    for (const architecture of wanted) {
      progress.line(`resolving ${architecture}`)
      after.architectures[architecture] = await locking.resolve(loaded, architecture, progress)
    }
    locking.outcome = { file: loaded.lockFile, before, after }
    return { done: wanted.join(', ') }
  },
})

/** The steps of `npm run lock`, in order; the command writes the result. */
export const lockSteps: readonly ListrTask<Locking>[] = [recipe, resolve]
