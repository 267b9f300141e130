import type { RootfsManifest } from '../describe/manifest.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import { nameOf } from '../locks/images.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import type { ClusterLocks } from '../steps/results.ts'

/** What a checkout would build from: a recipe, its locks, and the agent. */
export interface Checkout {
  readonly recipe: Pick<LoadedRecipe, 'recipe'>
  readonly lock: ArchitectureLock
  readonly clusterLocks: ClusterLocks
  /** Identities of the agent's packages, as they were built; none where the recipe has no agent. */
  readonly agent: readonly { readonly name: string; readonly checksum: string }[]
}

/**
 * A line for everything in which a release is told by its manifest to be made of something else than what a checkout
 * locks. Where there is one, building again cannot give the same bytes.
 */
export function releaseChanges(
  { name, base, packages, images, manifests, agent }: RootfsManifest,
  { recipe, lock, clusterLocks, agent: built }: Checkout,
): string[] {
  const released = packages.filter(({ from }) => from !== 'base' && from !== 'agent')
  const version = (one: { version: string; sha256?: string }) =>
    `${one.version} (${one.sha256?.slice(0, 12)})`
  const lockedImages = images.length === 0 ? [] : (clusterLocks.images?.images ?? [])
  return [
    ...(recipe.recipe.name === name
      ? []
      : [`the recipe is ${recipe.recipe.name}, and that of the release ${name}`]),
    ...(base.sha256 === lock.base.sha256
      ? []
      : [`the base is ${version(lock.base)} in the lock, and ${version(base)} in the release`]),
    ...compare('package', {
      locked: lock.packages.map((one) => [one.name, version(one)]),
      released: released.map((one) => [one.name, version(one)]),
    }),
    ...compare('image', {
      locked: lockedImages.map((one) => [nameOf(one), one.image.digest]),
      released: images.map((one) => [one.name, one.digest]),
    }),
    ...compare('manifest', {
      locked: (clusterLocks.manifests?.manifests ?? []).map((one) => [
        one.name,
        version({ ...one, version: one.tag }),
      ]),
      released: manifests.map((one) => [one.name, version({ ...one, version: one.tag })]),
    }),
    ...compare('package of the agent', {
      locked: built.map((one) => [one.name, one.checksum]),
      released: (agent?.packages ?? []).map((one) => [one.name, one.checksum]),
    }),
  ]
}

type Facts = readonly (readonly [name: string, fact: string])[]

function compare(what: string, { locked, released }: { locked: Facts; released: Facts }): string[] {
  const [here, there] = [new Map(locked), new Map(released)]
  return [...new Set([...here.keys(), ...there.keys()])].sort().flatMap((name) => {
    const [a, b] = [here.get(name), there.get(name)]
    if (a === b) return []
    return [`the ${what} ${name} is ${a ?? 'missing'} here, and ${b ?? 'missing'} in the release`]
  })
}
