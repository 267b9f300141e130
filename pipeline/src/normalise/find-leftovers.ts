import type { Entry, Tree, TreePath } from '../tree/entry.ts'
import { ancestorPaths } from '../tree/path.ts'
import { placeOf } from '../tree/place-of.ts'

/** What a running system, or the host, fills anew. */
const emptied = /^(dev|proc|run|sys|tmp|var\/cache\/apk|var\/tmp)\/./

/**
 * Docker's mark, the backups and the lock of programs that change accounts, and the folder from which apk 2 runs
 * package scripts.
 */
const removed =
  /^(\.dockerenv$|etc\/((passwd|group|shadow|gshadow|subuid|subgid)-|\.pwd\.lock)$|(usr\/)?lib\/apk\/exec(\/|$))/

/**
 * The traces of the build: contents of mount points and caches, logs, and what account programs and engines
 * leave. What a package owns is none, e.g. `/dev/pts`, and neither is a folder above it.
 */
export function findLeftovers(tree: Tree, owned: Iterable<TreePath>): Entry[] {
  const kept = new Set<TreePath>()
  for (const path of owned) {
    const place = placeOf(tree, path)
    if (place === undefined) continue
    for (const folder of ancestorPaths(place)) kept.add(folder)
    kept.add(place)
  }
  return [...tree.values()].filter((entry) => isTrace(entry) && !kept.has(entry.path))
}

function isTrace({ path, type }: Entry): boolean {
  return emptied.test(path) || removed.test(path) || (path.startsWith('var/log/') && type !== 'directory')
}
