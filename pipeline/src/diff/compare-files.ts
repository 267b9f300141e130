import { showPath } from '../verify/show.ts'
import type { Contents, FileFacts } from './contents.ts'
import type { Owner } from './owners.ts'
import type { aspects, FileDifference, FileDifferences, OwnerSum } from './schema.ts'

type Aspect = (typeof aspects)[number]

/** How many of the largest contents are named of each owner. */
const mostNamed = 5

/** What was added, removed and changed, by path, and the sums of each owner. */
export function compareFiles(old: Contents, next: Contents): FileDifferences {
  const list: FileDifference[] = []
  let onlyTimes = 0
  for (const path of [...new Set([...old.members.keys(), ...next.members.keys()])].sort()) {
    const [before, after] = [old.at(path), next.at(path)]
    const what = before !== undefined && after !== undefined ? aspectsOf(before, after) : []
    const states = { old: before?.state ?? null, new: after?.state ?? null }
    const common = { path: showPath(path), owner: ownerOf(before, after), what, ...states }
    if (before === undefined) list.push({ ...common, change: 'added' })
    else if (after === undefined) list.push({ ...common, change: 'removed' })
    else if (what.length > 0) list.push({ ...common, change: 'changed' })
    else if (before.mtime !== after.mtime) onlyTimes++
  }
  return { owners: sumOwners(list), list, onlyTimes }
}

function aspectsOf(a: FileFacts, b: FileFacts): Aspect[] {
  const [x, y] = [a.state, b.state]
  const differ: Readonly<Record<Aspect, boolean>> = {
    type: x.type !== y.type,
    // Of two types, that says it all.
    content: x.type === y.type && x.sha256 !== y.sha256,
    mode: x.mode !== y.mode,
    owner: x.uid !== y.uid || x.gid !== y.gid,
    target: x.type === y.type && x.target !== y.target,
    links: x.type === y.type && x.firstName !== y.firstName,
    device: x.type === y.type && a.device !== b.device,
    capabilities: x.capabilities !== y.capabilities,
    attributes: a.attributes !== b.attributes,
  }
  return (Object.keys(differ) as Aspect[]).filter((aspect) => differ[aspect])
}

/** Of two owners the one that changed it: who laid a file over that of a package, or took one back. */
function ownerOf(before: FileFacts | undefined, after: FileFacts | undefined): Owner {
  const owners = [before?.owner, after?.owner].filter((owner) => owner !== undefined).sort()
  return owners.find((owner) => !owner.startsWith('package:')) ?? owners[0] ?? 'overlay'
}

/** Those with the most differences first. */
function sumOwners(list: readonly FileDifference[]): OwnerSum[] {
  const sums = [...Map.groupBy(list, ({ owner }) => owner)].map(([owner, files]): OwnerSum => {
    const count = (change: FileDifference['change']) => files.filter((one) => one.change === change).length
    const largest = files
      .map(({ path, old, new: next }) => ({ path, size: Math.max(old?.size ?? 0, next?.size ?? 0) }))
      .filter(({ size }) => size > 0)
      .toSorted((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1))
      .slice(0, mostNamed)
    const bytes = files.reduce((sum, one) => sum + (one.new?.size ?? 0) - (one.old?.size ?? 0), 0)
    return {
      owner,
      added: count('added'),
      removed: count('removed'),
      changed: count('changed'),
      bytes,
      largest,
    }
  })
  const total = ({ added, removed, changed }: OwnerSum) => added + removed + changed
  return sums.toSorted((a, b) => total(b) - total(a) || (a.owner < b.owner ? -1 : 1))
}
