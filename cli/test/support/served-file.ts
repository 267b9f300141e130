import { createHash, randomBytes } from 'node:crypto'
import { openSync, readSync, statSync } from 'node:fs'

/** What a server can give any part of. */
export interface ServedFile {
  readonly size: number
  readonly sha256: string
  /** At most `length` bytes from `offset` on, at least one where there is one. */
  read(offset: number, length: number): Buffer
}

export function fileOf(content: Buffer | string): ServedFile {
  const bytes = Buffer.from(content)
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    read: (offset, length) => bytes.subarray(offset, offset + length),
  }
}

const block = 1 << 20

/** A file of the disk, which stays open. */
export function fileAt(path: string): ServedFile {
  const descriptor = openSync(path, 'r')
  const { size } = statSync(path)
  const read = (offset: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset))
  }
  const hash = createHash('sha256')
  for (let offset = 0; offset < size; offset += block) hash.update(read(offset, block))
  return { size, sha256: hash.digest('hex'), read }
}

/** A file of any size that takes one block of memory, and no part of which is like another. */
export function generatedFile(size: number): ServedFile {
  const random = randomBytes(block)
  const readBlock = (index: number): Buffer => {
    const whole = Buffer.from(random.subarray(0, Math.min(block, size - index * block)))
    for (let at = 0; at + 8 <= whole.length; at += 4096) whole.writeDoubleLE(index, at)
    return whole
  }
  const hash = createHash('sha256')
  for (let index = 0; index * block < size; index++) hash.update(readBlock(index))
  return {
    size,
    sha256: hash.digest('hex'),
    read(offset, length) {
      const index = Math.floor(offset / block)
      const start = offset - index * block
      return readBlock(index).subarray(start, start + length)
    },
  }
}
