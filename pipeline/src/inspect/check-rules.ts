import type { InstalledPackage } from '../apk/installed.ts'
import { hashPackageFiles } from '../contents/hash-package-files.ts'
import { readContent } from '../contents/read-content.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import { ownedPaths } from '../normalise/owned-files.ts'
import type { Tree } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { followLinks } from '../tree/resolve.ts'
import { type Finding, rules, verifyTree } from '../verify/index.ts'
import type { Rule } from '../verify/rule.ts'
import { placeOfManifest } from './check-manifests.ts'
import { recipeChanges } from './recipe-changes.ts'
import type { RootfsView } from './rootfs-view.ts'

/** The rules that a finished rootfs can be held against; some need its recipe. */
export function rulesFor(recipe: LoadedRecipe | undefined): readonly Rule[] {
  return recipe === undefined ? rules.filter(({ needs }) => needs !== 'recipe') : rules
}

/**
 * Holds the rootfs against the rules of the step `verify`. Without its recipe, its services are taken to be those
 * that its runlevels hold.
 * @throws PipelineError `FILE_FAILED`; the signal's reason.
 */
export async function checkRules(
  { tree, manifest, reader, signal }: RootfsView,
  packages: readonly InstalledPackage[],
  loaded: LoadedRecipe | undefined,
): Promise<Finding[]> {
  const sha1 = await hashPackageFiles(tree, { packages, reader, signal })
  const more = manifest.manifests.flatMap(({ path }) => placeOfManifest(path) ?? [])
  const input = {
    tree,
    sha1,
    architecture: manifest.architecture,
    epoch: manifest.sourceDate.epoch,
    packages,
    changed: loaded ? recipeChanges(tree, loaded, { owned: ownedPaths(packages), more }) : new Set<never>(),
    services: loaded?.recipe.services ?? servicesOf(tree),
    setuid: new Set(loaded?.recipe.policy.setuid),
    head: async (path: Parameters<Tree['get']>[0], limit: number) => {
      signal.throwIfAborted()
      const entry = tree.get(path)
      if (entry?.type !== 'file') return new Uint8Array()
      return readContent(reader, { ...entry, size: Math.min(entry.size, limit) }, limit)
    },
  }
  return verifyTree(input, rulesFor(loaded))
}

/** What the runlevels hold, links among their folders followed. */
export function servicesOf(tree: Tree): Record<string, string[]> {
  const folder = followLinks(tree, treePath('etc/runlevels'))
  if (folder === undefined) return {}
  const links = [...tree.keys()].flatMap((path) => {
    const [, level = '', service = ''] = path.startsWith(`${folder}/`)
      ? (/^([^/]+)\/([^/]+)$/.exec(path.slice(folder.length + 1)) ?? [])
      : []
    return service === '' ? [] : [{ level, service }]
  })
  const levels = [...Map.groupBy(links, ({ level }) => level)]
  return Object.fromEntries(levels.map(([level, all]) => [level, all.map(({ service }) => service)]))
}
