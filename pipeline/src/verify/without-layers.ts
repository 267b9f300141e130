import type { Tree, TreePath } from '../tree/entry.ts'

/** The directory of a layer in the container storage, and all in it. */
const isInLayer = /^var\/lib\/containers\/storage\/overlay\/[^/]+\/diff(\/|$)/

/**
 * The tree without what container images bring in their layers. A file of a layer that has another name outside
 * stays: that name is a program of the rootfs.
 */
export function withoutLayers(tree: Tree): Tree {
  const entries = [...tree.values()]
  const outside = entries.filter(({ path }) => !isInLayer.test(path))
  if (outside.length === entries.length) return tree
  const linked = new Set<TreePath>(
    outside.flatMap((entry) => (entry.type === 'hardlink' ? [entry.target] : [])),
  )
  const kept = entries.filter(({ path }) => linked.has(path) || !isInLayer.test(path))
  return new Map(kept.map((entry) => [entry.path, entry]))
}
