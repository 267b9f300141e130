import { displayPath } from '../tree/path.ts'
import type { Header } from './header.ts'
import type { Refuse } from './refusal.ts'

/** What stood in front of a member's header, to replace parts of it. */
export interface Overrides {
  /** PAX records (type 'x'). */
  readonly pax?: ReadonlyMap<string, string>
  /** GNU's long name (type 'L') and long link name (type 'K'). */
  readonly longName?: string
  readonly longLinkName?: string
}

/** Records that say how a member is to be read. */
const meaningful = /^(?:path|linkpath|size|uid|gid|mtime|SCHILY\.xattr\..*)$/s
/** Records without a meaning for a root filesystem: names of owners, other times, the charset of byte strings. */
const meaningless = /^(?:atime|ctime|uname|gname|comment|hdrcharset|[A-Z][A-Za-z0-9-]*\..*)$/s
/** Vendors' records that change what a member is: sparse files, other types and sizes. */
const dangerous = /^(?:GNU\.sparse\..*|SCHILY\.(?:realsize|filetype|devmajor|devminor|offset))$/

/** The largest size that a header block holds in octal digits; PAX has `size` for larger ones. */
const largestOctal = 8 ** 11 - 1

/**
 * A header with what stood in front of it applied.
 * @throws PipelineError `ARCHIVE_INVALID` where parsers differ in how they read it.
 */
export function withOverrides(
  header: Header,
  { pax = new Map(), longName, longLinkName }: Overrides,
  refuse: Refuse,
): Header & { readonly xattrs: ReadonlyMap<string, Uint8Array> } {
  const number = (key: string, pattern: RegExp): number | undefined => {
    const text = pax.get(key)
    if (text === undefined) return undefined
    const value = Math.floor(Number(text))
    if (!pattern.test(text) || !Number.isSafeInteger(value))
      throw refuse(`its PAX ${key} is not a number that can be`)
    return value
  }
  const xattrs = new Map<string, Uint8Array>()
  for (const [key, value] of pax) {
    if (dangerous.test(key) || !(meaningful.test(key) || meaningless.test(key))) {
      throw refuse(`the PAX record "${displayPath(key)}" is not supported`)
    }
    if (key.startsWith(xattrPrefix)) xattrs.set(parseXattrName(key, refuse), Buffer.from(value, 'latin1'))
  }
  const size = number('size', /^[0-9]+$/)
  // A parser that ignores the record would read the content as members (CVE-2025-62518).
  if (size !== undefined && size !== header.size && size <= largestOctal) {
    throw refuse(`its PAX size ${size} is not the ${header.size} of its header`)
  }
  return {
    ...header,
    name: pax.get('path') ?? longName ?? header.name,
    linkName: pax.get('linkpath') ?? longLinkName ?? header.linkName,
    size: size ?? header.size,
    uid: number('uid', /^[0-9]+$/) ?? header.uid,
    gid: number('gid', /^[0-9]+$/) ?? header.gid,
    mtime: number('mtime', /^-?[0-9]+(?:\.[0-9]*)?$/) ?? header.mtime,
    xattrs,
  }
}

/**
 * Refuses records for all following members (type 'g') that change how these are read: GNU tar and Python
 * apply them, bsdtar does not.
 * @throws PipelineError `ARCHIVE_INVALID`.
 */
export function checkGlobalRecords(records: ReadonlyMap<string, string>, refuse: Refuse): void {
  for (const key of records.keys()) {
    if (!meaningless.test(key) || meaningful.test(key) || dangerous.test(key)) {
      throw refuse(`the global PAX record "${displayPath(key)}" is not supported`)
    }
  }
}

const xattrPrefix = 'SCHILY.xattr.'

/** GNU tar writes `=` and `%` in names as `%3D` and `%25`, others as they are: such names are refused. */
function parseXattrName(key: string, refuse: Refuse): string {
  const name = key.slice(xattrPrefix.length)
  if (name === '' || name.includes('%')) throw refuse('it has an extended attribute without a plain name')
  return name
}
