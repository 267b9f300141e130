import { createHash } from 'node:crypto'
import { PipelineError } from '../errors.ts'
import type { OpenContent } from '../tar/write-tar.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import type { Entry, Tree } from '../tree/entry.ts'
import { displayPath } from '../tree/path.ts'
import type { EntryExtras } from './encode-entry.ts'

/** Names of users and groups by number. Without a name a number stays as it is, but that of root. */
export interface OwnerNames {
  readonly users?: ReadonlyMap<number, string>
  readonly groups?: ReadonlyMap<number, string>
}

/** An entry as it goes into a data member. */
export interface PayloadEntry extends EntryExtras {
  readonly entry: Entry
}

export interface PayloadOptions {
  readonly openContent: OpenContent
  /** Seconds since 1970; what is newer gets this time. */
  readonly buildDate: number
  readonly owners?: OwnerNames | undefined
}

/** What apk reads of a number in a tar: octal digits, and no PAX record. */
const largestOwner = 8 ** 7 - 1
const largestSize = 8 ** 11 - 1

/**
 * What a package brings, in the order of its paths, with checksums. Every content is read once.
 * @throws PipelineError `PACKAGE_INVALID` for what apk would pass over or install as something else;
 *   `ARCHIVE_INVALID` where it is no tree.
 */
export async function planPayload(
  tree: Tree,
  { openContent, buildDate, owners: { users, groups } = {} }: PayloadOptions,
): Promise<PayloadEntry[]> {
  const payload: PayloadEntry[] = []
  for (const entry of canonicalTree(tree).values()) {
    if (entry.path === '') continue
    assertInstallable(entry)
    payload.push({
      entry: { ...entry, mtime: Math.max(0, Math.min(entry.mtime, buildDate)) },
      checksum: await checksumOf(entry, openContent),
      user: nameOf(entry.uid, users),
      group: nameOf(entry.gid, groups),
    })
  }
  return payload
}

function assertInstallable(entry: Entry): void {
  const { path, uid, gid } = entry
  if (path.startsWith('.')) throw refuse(path, 'begins with a dot, and apk would take it for its own')
  // apk's database is lines too.
  if ([...path].some((byte) => byte < ' ' || byte === '\x7f'))
    throw refuse(path, 'has a control character in its name')
  if (uid > largestOwner || gid > largestOwner) throw refuse(path, 'has an owner with too large a number')
  if (entry.type === 'file' && entry.size > largestSize) throw refuse(path, 'is too large')
}

/** Of a symbolic link apk wants the SHA-1 of its target; hard links have that of their file. */
async function checksumOf(entry: Entry, openContent: OpenContent): Promise<string | undefined> {
  if (entry.type !== 'file' && entry.type !== 'symlink') return undefined
  const hash = createHash('sha1')
  if (entry.type === 'symlink') hash.update(entry.target, 'latin1')
  else for await (const part of openContent(entry)) hash.update(part)
  return hash.digest('hex')
}

function nameOf(id: number, names: ReadonlyMap<number, string> = new Map()): string {
  const name = names.get(id) ?? (id === 0 ? 'root' : '')
  if (!/^(?:[A-Za-z_][A-Za-z0-9_.-]{0,30})?$/.test(name)) {
    throw new PipelineError(
      'PACKAGE_INVALID',
      `the owner ${id} of files has no name: ${JSON.stringify(name)}`,
    )
  }
  return name
}

function refuse(path: string, what: string): PipelineError {
  return new PipelineError('PACKAGE_INVALID', `${displayPath(path)} cannot be part of a package: it ${what}`)
}
