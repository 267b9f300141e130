import type { LoadedRecipe } from '../load/load-recipe.ts'
import { overlayEdits } from '../overlay/overlay-edits.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import { ancestorPaths, treePath } from '../tree/path.ts'
import { placeOf } from '../tree/place-of.ts'
import { runlevelLink } from '../verify/runlevels.ts'

/**
 * The paths of a finished rootfs that its recipe wrote on purpose, as far as the recipe names them, with the folders
 * that were made for them: those above that are in none of `owned`. `more` are further paths that the build wrote.
 */
export function recipeChanges(
  tree: Tree,
  { recipe, overlay, keyFiles, kustomization }: LoadedRecipe,
  { owned, more }: { owned: readonly TreePath[]; more: readonly TreePath[] },
): Set<TreePath> {
  const owner = { uid: 0, gid: 0 }
  const laid = overlayEdits([...overlay, ...kustomization], recipe, { ownerOf: () => owner, epoch: 0 })
  const services = Object.entries(recipe.services).flatMap(([level, names]) =>
    names.map((name) => runlevelLink(level, name).path),
  )
  const written = [
    ...laid.flatMap((edit) => (edit.type === 'put' ? [edit.entry.path] : [])),
    ...recipe.copies.map(({ to }) => treePath(to)),
    ...recipe.users.map(({ home }) => treePath(home)),
    ...[...keyFiles.keys()].map((name) => treePath(`etc/apk/keys/${name}`)),
    treePath('etc/apk/repositories'),
    ...more,
    ...services,
  ]
  const places = new Set(owned.map((path) => placeOf(tree, path)))
  const changed = new Set<TreePath>()
  for (const path of written) {
    const place = placeOf(tree, path) ?? path
    changed.add(path).add(place)
    for (const folder of ancestorPaths(place)) if (!places.has(folder)) changed.add(folder)
  }
  return changed
}
