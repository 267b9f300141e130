import { PipelineError } from '../errors.ts'

export interface TarFile {
  readonly name: string
  readonly bytes: Uint8Array
}

const blockSize = 512

/**
 * Reads a small tar of regular files held in memory: the control member of a package, an index, a signature.
 * The blocks of zeros at the end may be absent, as they are in all but the last member of an apk.
 * Strict where apk's own reader could understand something else: other kinds of entries, renaming or resizing
 * PAX records and bytes behind the end are refused.
 * @throws PipelineError `ARCHIVE_INVALID`.
 */
export function readTar(bytes: Uint8Array, label: string): TarFile[] {
  const invalid = (what: string): PipelineError =>
    new PipelineError('ARCHIVE_INVALID', `${label} is damaged: ${what}`, {
      hint: 'Remove the file and fetch it again.',
    })
  const files: TarFile[] = []
  for (let at = 0; at < bytes.length; ) {
    const header = bytes.subarray(at, at + blockSize)
    if (header[0] === 0) {
      if (bytes.subarray(at).some((byte) => byte !== 0)) throw invalid('bytes follow the end of the tar')
      break
    }
    const size = octal(header.subarray(124, 136))
    const end = at + blockSize + size
    if (header.length < blockSize || octal(header.subarray(148, 156)) !== checksum(header)) {
      throw invalid('not a tar header')
    }
    if (!(end <= bytes.length)) throw invalid('the tar is cut short')
    const body = bytes.subarray(at + blockSize, end)
    const type = String.fromCharCode(header[156] ?? 0)
    // abuild gives every file a PAX header with times, which mean nothing here.
    if (type === 'x') {
      if (/ (path|size)=/.test(latin1(body))) throw invalid('a PAX record changes a name or a size')
    } else if (type === '0' && header[345] === 0) {
      files.push({ name: latin1(header.subarray(0, 100)).replace(/\0.*/s, ''), bytes: body })
    } else throw invalid('an entry is not a plain file')
    at = end + padding(size)
  }
  return files
}

/**
 * Writes a deterministic tar of regular files: mode 0644, root, times as given in seconds. It is "cut": without
 * the end-of-archive blocks, so that another member can follow.
 */
export function writeTar(files: readonly TarFile[], mtime: number): Buffer {
  return Buffer.concat(
    files.flatMap(({ name, bytes }) => [
      header(name, bytes.length, mtime),
      bytes,
      Buffer.alloc(padding(bytes.length)),
    ]),
  )
}

/** What {@link writeTar} leaves out. */
export const endOfTar = Buffer.alloc(2 * blockSize)

function header(name: string, size: number, mtime: number): Buffer {
  if (name.length > 100) throw new Error(`too long a name for a tar header: ${name}`)
  const block = Buffer.alloc(blockSize)
  const number = (value: number, offset: number, digits: number): void => {
    block.write(value.toString(8).padStart(digits, '0'), offset, 'latin1')
  }
  block.write(name, 0, 'latin1')
  number(0o644, 100, 7)
  number(0, 108, 7)
  number(0, 116, 7)
  number(size, 124, 11)
  number(mtime, 136, 11)
  block.write('0', 156, 'latin1')
  block.write('ustar\x0000root', 257, 'latin1')
  block.write('root', 297, 'latin1')
  number(checksum(block), 148, 6)
  block.write('\0 ', 154, 'latin1')
  return block
}

/** The sum of a header's bytes, with its own field counted as spaces (POSIX ustar). */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0)
}

/** An octal field, which ends with a zero or a space; NaN when it is anything else. */
function octal(field: Uint8Array): number {
  const digits = /^ *([0-7]+)[\0 ]*$/.exec(latin1(field))?.[1]
  return digits === undefined ? Number.NaN : Number.parseInt(digits, 8)
}

function padding(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
