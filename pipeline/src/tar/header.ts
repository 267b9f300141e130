import { blockSize, checksumOf } from './format.ts'
import { parseNumber } from './number-field.ts'
import type { Refuse } from './refusal.ts'

/** A header block as it stands, before PAX records or GNU long names replace parts of it. */
export interface Header {
  /** One byte: '0' a file, 'x' PAX records for the next member, and so on. */
  readonly type: string
  readonly name: string
  readonly linkName: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly mtime: number
  /** 0 for what is not a device. */
  readonly major: number
  readonly minor: number
}

/**
 * Parses one header block: POSIX ustar, old GNU, or the still older form without a magic number.
 * @throws PipelineError `ARCHIVE_INVALID`.
 */
export function parseHeader(block: Uint8Array, refuse: Refuse): Header {
  const buffer = Buffer.from(block.buffer, block.byteOffset, blockSize)
  const number = (field: string, start: number, end: number): number => {
    const value = parseNumber(buffer.subarray(start, end))
    if (value === undefined) throw refuse(`its ${field} is not a number that can be`)
    return value
  }
  if (number('checksum', 148, 156) !== checksumOf(block)) throw refuse('its header has a wrong checksum')
  const prefix = parsePrefix(buffer, refuse)
  const name = cString(buffer, 0, 100)
  const type = buffer.toString('latin1', 156, 157)
  const isDevice = type === '3' || type === '4'
  return {
    type,
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: cString(buffer, 157, 257),
    mode: number('mode', 100, 108),
    uid: number('uid', 108, 116),
    gid: number('gid', 116, 124),
    size: number('size', 124, 136),
    mtime: number('mtime', 136, 148),
    major: isDevice ? number('major device number', 329, 337) : 0,
    minor: isDevice ? number('minor device number', 337, 345) : 0,
  }
}

/**
 * What stands in front of the name, in the form the magic number says. Where a form has no prefix, or has other
 * fields behind it, those bytes must be zeros: Python's tarfile takes them for a prefix whatever the magic number.
 */
function parsePrefix(block: Buffer, refuse: Refuse): string {
  const magic = block.toString('latin1', 257, 265)
  const unused =
    magic === 'ustar\x0000' ? 500 : magic === 'ustar  \0' ? 345 : magic === '\0'.repeat(8) ? 257 : -1
  if (unused === -1) throw refuse('its header is of no known tar format')
  if (block.subarray(unused).some((byte) => byte !== 0))
    throw refuse('its header has data where its format has none')
  return unused === 500 ? cString(block, 345, 500) : ''
}

function cString(block: Buffer, start: number, end: number): string {
  const nul = block.indexOf(0, start)
  return block.toString('latin1', start, nul === -1 || nul > end ? end : nul)
}
