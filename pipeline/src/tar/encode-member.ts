import { blockSize, checksumOf, paddingOf } from './format.ts'
import type { Header } from './header.ts'
import type { MemberHeader } from './member.ts'
import { encodePaxRecords } from './pax-records.ts'

const typeFlags: Readonly<Record<MemberHeader['type'], string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
}

/** The largest numbers of fields with 7 and with 11 octal digits. */
const largest7 = 8 ** 7 - 1
const largest11 = 8 ** 11 - 1

/**
 * The header blocks of a member: one ustar block, preceded by a PAX header only where that block cannot hold
 * something (POSIX pax). Owners are numbers only, and there are no times but `mtime`. The content follows, padded
 * to whole blocks.
 *
 * Bytes of names that are not ASCII stand in the ustar fields as they are: GNU tar, bsdtar and Python read them
 * so in every locale. Where they need PAX, `hdrcharset=BINARY` goes with them: without it bsdtar fails on a name
 * that its locale cannot write, and in the C locale that is any of them.
 */
export function encodeMember(member: MemberHeader): Uint8Array {
  const name = member.type === 'directory' ? `${member.path || '.'}/` : member.path
  const linkName = 'target' in member ? member.target : ''
  const size = member.type === 'file' ? member.size : 0
  const split = splitName(name)
  const records = new Map<string, string>()
  if (split === undefined) records.set('path', name)
  if (linkName.length > 100) records.set('linkpath', linkName)
  if (/[\x80-\xff]/.test([...records.values()].join())) records.set('hdrcharset', 'BINARY')
  if (size > largest11) records.set('size', String(size))
  if (member.uid > largest7) records.set('uid', String(member.uid))
  if (member.gid > largest7) records.set('gid', String(member.gid))
  if (member.mtime < 0 || member.mtime > largest11) records.set('mtime', String(member.mtime))
  for (const [key, value] of member.xattrs ?? [])
    records.set(xattrKey(key), Buffer.from(value).toString('latin1'))

  const block = encodeBlock({
    ...(split ?? { prefix: '', name: name.slice(0, 100) }),
    linkName: linkName.slice(0, 100),
    type: typeFlags[member.type],
    mode: member.mode,
    uid: records.has('uid') ? 0 : member.uid,
    gid: records.has('gid') ? 0 : member.gid,
    size: records.has('size') ? 0 : size,
    mtime: records.has('mtime') ? 0 : member.mtime,
    major: 'major' in member ? member.major : 0,
    minor: 'minor' in member ? member.minor : 0,
  })
  return records.size === 0 ? block : Buffer.concat([encodePaxHeader(records), block])
}

/** Sorted by key, which also puts `hdrcharset` before the paths that it explains. */
function encodePaxHeader(records: ReadonlyMap<string, string>): Buffer {
  const body = encodePaxRecords([...records].sort(([a], [b]) => (a < b ? -1 : 1)))
  const nobody = { prefix: '', linkName: '', mode: 0o644, uid: 0, gid: 0, mtime: 0, major: 0, minor: 0 }
  // The name that Python gives it, below which nothing is in a rootfs: parsers without PAX extract it as a file.
  const block = encodeBlock({ ...nobody, name: '././@PaxHeader', type: 'x', size: body.length })
  return Buffer.concat([block, body, Buffer.alloc(paddingOf(body.length))])
}

/** Splits a name at a slash into a ustar prefix of at most 155 bytes and a name of 1 to 100. */
function splitName(name: string): { prefix: string; name: string } | undefined {
  if (name.length <= 100) return { prefix: '', name }
  const slash = name.indexOf('/', name.length - 101)
  if (slash === -1 || slash > 155 || slash === name.length - 1) return undefined
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) }
}

function xattrKey(name: string): string {
  if (/[=%\0]/.test(name))
    throw new Error(`The extended attribute ${JSON.stringify(name)} has no form in a tar`)
  return `SCHILY.xattr.${name}`
}

/** A header whose name stands apart from what is in front of it. */
interface Block extends Header {
  readonly prefix: string
}

function encodeBlock(fields: Block): Buffer {
  const block = Buffer.alloc(blockSize)
  const octal = (value: number, offset: number, digits: number): void => {
    if (!Number.isInteger(value) || value < 0 || value >= 8 ** digits) {
      throw new Error(`${value} does not fit the tar header of ${JSON.stringify(fields.name)}`)
    }
    block.write(value.toString(8).padStart(digits, '0'), offset, 'latin1')
  }
  block.write(fields.name, 0, 100, 'latin1')
  octal(fields.mode, 100, 7)
  octal(fields.uid, 108, 7)
  octal(fields.gid, 116, 7)
  octal(fields.size, 124, 11)
  octal(fields.mtime, 136, 11)
  block.write(fields.type, 156, 'latin1')
  block.write(fields.linkName, 157, 100, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  octal(fields.major, 329, 7)
  octal(fields.minor, 337, 7)
  block.write(fields.prefix, 345, 155, 'latin1')
  // Six digits, a NUL, a space: as every writer since the first.
  octal(checksumOf(block), 148, 6)
  block[155] = 0x20
  return block
}
