import { buffer } from 'node:stream/consumers'
import type { OpenContent } from '../tar/write-tar.ts'
import type { Entry, Tree, TreePath } from '../tree/entry.ts'
import { displayPath } from '../tree/path.ts'

interface CompareOptions {
  /** Only entries at and below it are compared. */
  readonly at: TreePath
  readonly open: OpenContent
}

/**
 * One line for every entry in which `actual` is not as `expected`. Times are not compared, and contents only with
 * those that `expected` holds in memory.
 */
export async function compareTrees(
  expected: Tree,
  actual: Tree,
  { at, open }: CompareOptions,
): Promise<string[]> {
  const faults: string[] = []
  for (const [path, wanted] of expected) {
    const found = actual.get(path)
    if (found === undefined) faults.push(`${displayPath(path)} is missing`)
    else if (factsOf(found) !== factsOf(wanted)) faults.push(`${displayPath(path)} is not what it should be`)
    else if (wanted.type === 'file' && found.type === 'file' && 'bytes' in wanted.content) {
      if (!(await buffer(open(found))).equals(wanted.content.bytes))
        faults.push(`${displayPath(path)} does not hold what it should`)
    }
  }
  for (const path of actual.keys()) {
    const isInside = path === at || path.startsWith(`${at}/`)
    if (isInside && !expected.has(path)) faults.push(`${displayPath(path)} should not be there`)
  }
  return faults
}

/** Everything that two entries must agree on, as a text. */
function factsOf({ type, mode, uid, gid, xattrs, ...entry }: Entry): string {
  const attributes = [...(xattrs ?? [])].map(([name, value]) => [name, Buffer.from(value).toString('hex')])
  return JSON.stringify([
    type,
    mode,
    uid,
    gid,
    attributes.sort(),
    'target' in entry && entry.target,
    'size' in entry && entry.size,
    'major' in entry && [entry.major, entry.minor],
  ])
}
