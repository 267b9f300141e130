import { encodeMember } from '../tar/encode-member.ts'
import { blockSize, checksumOf, paddingOf } from '../tar/format.ts'
import type { MemberHeader } from '../tar/member.ts'
import { encodePaxRecords, parsePaxRecords } from '../tar/pax-records.ts'
import { refusal } from '../tar/refusal.ts'
import type { TreePath } from '../tree/entry.ts'

export interface EntryExtras {
  /** Hex SHA-1 of a file's content or of a symbolic link's target; other entries have none. */
  readonly checksum: string | undefined
  /** Names that win over the numbers where the system that installs the package knows them; '' for none. */
  readonly user: string
  readonly group: string
}

const checksumKey = 'APK-TOOLS.checksum.SHA1'

/**
 * The header blocks of an entry of a data member (apk v2): those of `encodeMember`, with the names of the owner
 * in the ustar block and the checksum among the PAX records.
 */
export function encodeEntry(member: MemberHeader, { checksum, user, group }: EntryExtras): Uint8Array {
  const encoded = encodeMember(member)
  const block = Buffer.from(encoded.subarray(-blockSize))
  block.write(user, 265, 31, 'latin1')
  block.write(group, 297, 31, 'latin1')
  seal(block)
  const records = readRecords(encoded)
  const all = checksum === undefined ? records : new Map([[checksumKey, checksum], ...records])
  return all.size === 0 ? block : Buffer.concat([encodePax(all), block])
}

/** The records of the PAX header that stands before the last block, where there is one. */
function readRecords(encoded: Uint8Array): Map<string, string> {
  const body = encoded.subarray(blockSize, -blockSize)
  return parsePaxRecords(body.subarray(0, body.lastIndexOf(0x0a) + 1), refusal('a header of our own', 0))
}

function encodePax(records: ReadonlyMap<string, string>): Buffer {
  const body = encodePaxRecords(records)
  const path = '././@PaxHeader' as TreePath
  const block = Buffer.from(
    encodeMember({ type: 'file', path, size: body.length, mode: 0o644, uid: 0, gid: 0, mtime: 0 }),
  )
  block.write('x', 156, 'latin1')
  seal(block)
  return Buffer.concat([block, body, Buffer.alloc(paddingOf(body.length))])
}

/** Writes the checksum of a changed block. */
function seal(block: Buffer): void {
  block.write(checksumOf(block).toString(8).padStart(6, '0'), 148, 'latin1')
}
