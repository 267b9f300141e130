import { createHash } from 'node:crypto'
import { parseInstalled } from '../apk/installed.ts'
import type { RootfsManifest } from '../describe/manifest.ts'
import type { MemberHeader } from '../tar/member.ts'
import type { TreePath } from '../tree/entry.ts'
import { displayPath } from '../tree/path.ts'
import { showPath } from '../verify/show.ts'
import { capabilityAttribute, describeCapabilities } from './capabilities.ts'
import { type Owner, ownerFinder } from './owners.ts'
import { asTree, type Scan } from './scan.ts'
import type { FileState } from './schema.ts'

/** What is known of one path of a root filesystem. */
export interface FileFacts {
  readonly state: FileState
  readonly owner: Owner
  readonly mtime: number
  /** Of devices. */
  readonly device: string | undefined
  /** A digest of the extended attributes other than capabilities; undefined where there are none. */
  readonly attributes: string | undefined
}

/** What a root filesystem holds, without its contents. */
export interface Contents {
  readonly members: ReadonlyMap<TreePath, MemberHeader>
  /** What is known of a path: put together when it is asked for, as most are the same on both sides. */
  readonly at: (path: TreePath) => FileFacts | undefined
}

/**
 * What is known of a root filesystem that was read.
 * @throws PipelineError `ARCHIVE_INVALID` when apk's database in it is damaged.
 */
export function describeContents(scan: Scan, { manifests }: Pick<RootfsManifest, 'manifests'>): Contents {
  const { members, sha256 } = scan
  const packages = scan.database === undefined ? [] : parseInstalled(scan.database)
  const ownerOf = ownerFinder({ packages, manifests, tree: asTree(members), sha1: scan.sha1 })
  const firstNames = namesOfOne(members)
  const at = (path: TreePath): FileFacts | undefined => {
    const member = members.get(path)
    return (
      member && {
        state: stateOf(member, { members, sha256 }, firstNames.get(path)),
        owner: ownerOf(path),
        mtime: member.mtime,
        device: 'major' in member ? `${member.major}:${member.minor}` : undefined,
        attributes: digestAttributes(member.xattrs),
      }
    )
  }
  return { members, at }
}

/** Of every file with several names, by each of them: the first, whichever of them the archive has the content at. */
function namesOfOne(members: Scan['members']): Map<TreePath, TreePath> {
  const links = [...members.values()].filter((member) => member.type === 'hardlink')
  const first = new Map<TreePath, TreePath>()
  for (const [target, group] of Map.groupBy(links, (link) => link.target)) {
    const names = [target, ...group.map(({ path }) => path)].sort()
    for (const name of names) first.set(name, names[0] as TreePath)
  }
  return first
}

function stateOf(
  member: MemberHeader,
  scan: Pick<Scan, 'members' | 'sha256'>,
  firstName: TreePath | undefined,
): FileState {
  const { path, mode, uid, gid } = member
  const inode = member.type === 'hardlink' ? scan.members.get(member.target) : member
  const capability = inode?.xattrs?.get(capabilityAttribute)
  const common = { mode: mode.toString(8).padStart(3, '0'), uid, gid }
  if (member.type === 'symlink') return { type: 'symlink', ...common, target: displayPath(member.target) }
  if (member.type !== 'file' && member.type !== 'hardlink') return { type: member.type, ...common }
  const isFirst = firstName === undefined || firstName === path
  return {
    type: 'file',
    ...common,
    size: isFirst && inode?.type === 'file' ? inode.size : 0,
    sha256: Buffer.from(scan.sha256.get(inode?.path ?? path) ?? '', 'latin1').toString('hex'),
    ...(firstName !== undefined && { firstName: showPath(firstName) }),
    ...(capability !== undefined && { capabilities: describeCapabilities(capability) }),
  }
}

function digestAttributes(xattrs: MemberHeader['xattrs']): string | undefined {
  const others = [...(xattrs ?? [])].filter(([name]) => name !== capabilityAttribute).sort(byKey)
  if (others.length === 0) return undefined
  const hash = createHash('sha256')
  for (const [name, value] of others) hash.update(`${name.length} ${value.length} ${name}`).update(value)
  return hash.digest('hex')
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}
