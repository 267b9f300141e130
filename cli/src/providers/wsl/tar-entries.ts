import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

export interface TarEntry {
  /** Without `./` at its beginning. */
  readonly path: string
  readonly content: Buffer
}

const block = 512

/**
 * Yields the regular files of a tar file, compressed by gzip or not, that `isWanted` says yes to, reading no further
 * than its caller wants. Long names are not put together: what is looked for has short ones.
 */
export async function* tarEntries(
  file: string,
  isWanted: (path: string) => boolean,
): AsyncGenerator<TarEntry> {
  const input = createReadStream(file)
  const gunzip = createGunzip()
  try {
    const [first] = await Array.fromAsync(createReadStream(file, { end: 1 }))
    const isGzip = Buffer.from(first ?? '').toString('hex') === '1f8b'
    if (isGzip) input.once('error', (error) => gunzip.destroy(error))
    const bytes = byteReader(isGzip ? input.pipe(gunzip) : input)
    for (;;) {
      const header = await bytes.read(block)
      if (header === undefined || header[0] === 0) return
      const [name, prefix] = [text(header, 0, 100), text(header, 345, 155)]
      const path = `${prefix === '' ? '' : `${prefix}/`}${name}`.replace(/^\.\//, '')
      const size = Number.parseInt(text(header, 124, 12), 8) || 0
      const isFile = ['0', '\0', ''].includes(text(header, 156, 1))
      if (isFile && isWanted(path)) {
        const content = await bytes.read(size)
        if (content === undefined) return
        yield { path, content }
      } else await bytes.skip(size)
      await bytes.skip((block - (size % block)) % block)
    }
  } finally {
    input.destroy()
    gunzip.destroy()
  }
}

function text(bytes: Buffer, at: number, length: number): string {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? length : end).trim()
}

interface ByteReader {
  /** Exactly as many bytes; undefined where there are not as many. */
  read(length: number): Promise<Buffer | undefined>
  skip(length: number): Promise<void>
}

function byteReader(stream: AsyncIterable<Buffer>): ByteReader {
  const chunks = stream[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  async function next(): Promise<boolean> {
    const { done, value } = await chunks.next()
    if (done) return false
    rest = rest.length === 0 ? value : Buffer.concat([rest, value])
    return true
  }
  return {
    async read(length) {
      while (rest.length < length) if (!(await next())) return undefined
      const taken = rest.subarray(0, length)
      rest = rest.subarray(length)
      return taken
    },
    async skip(length) {
      for (let left = length; left > 0; ) {
        const dropped = Math.min(left, rest.length)
        rest = rest.subarray(dropped)
        left -= dropped
        if (left > 0 && !(await next())) return
      }
    },
  }
}
