import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib'
import { PipelineError } from '../errors.ts'

/** A step through a gzip member: bytes of the file, and what came out of them. */
export interface Piece {
  readonly compressed: Uint8Array
  readonly inflated: readonly Uint8Array[]
}

/** One gzip member, to be read to its end before the next is asked for. */
export type Member = AsyncIterable<Piece>

/** Slices of the input, so that what one of them inflates to (up to 1,032 times as much) stays bounded. */
const sliceSize = 16 * 1024
/** Two length-limited fields and two short names; none of apk's tools writes any of it. */
const headerLimit = 128 * 1024

/**
 * Splits a concatenation of gzip members (RFC 1952), which is what an apk v2 package or index is. Memory is
 * bounded whatever the size. The CRC and length in each member's trailer are checked.
 * @throws PipelineError `ARCHIVE_INVALID` for anything that is not whole members up to the very end.
 */
export async function* splitMembers(
  chunks: AsyncIterable<Uint8Array>,
  label: string,
): AsyncGenerator<Member> {
  const source = new Source(chunks)
  try {
    do yield readMember(source, label)
    while (await source.more())
  } finally {
    await source.close()
  }
}

/** Reads a member of which little is expected, or returns `undefined` past `limit` inflated bytes. */
export async function collectMember(
  member: Member,
  limit: number,
): Promise<{ compressed: Buffer; inflated: Buffer } | undefined> {
  const compressed: Uint8Array[] = []
  const inflated: Uint8Array[] = []
  let size = 0
  for await (const piece of member) {
    compressed.push(piece.compressed)
    inflated.push(...piece.inflated)
    for (const bytes of piece.inflated) size += bytes.length
    if (size > limit) return undefined
  }
  return { compressed: Buffer.concat(compressed), inflated: Buffer.concat(inflated) }
}

async function* readMember(source: Source, label: string): AsyncGenerator<Piece> {
  const damaged = (what: string, cause?: unknown): PipelineError =>
    new PipelineError('ARCHIVE_INVALID', `${label} is damaged: ${what}`, {
      hint: 'Remove the file and fetch it again.',
      cause,
    })
  let header = headerLength(source.bytes)
  while (header === undefined) {
    if (source.bytes.length > headerLimit || !(await source.extend())) throw damaged('it is cut short')
    header = headerLength(source.bytes)
  }
  if (header < 0) throw damaged('a gzip member was expected')
  yield { compressed: source.take(header), inflated: [] }

  const inflate = createInflateRaw({ chunkSize: 64 * 1024 })
  let crc = 0
  let size = 0
  try {
    for (let ended = false; !ended; ) {
      if (!(await source.more())) throw damaged('it is cut short')
      const slice = source.bytes.subarray(0, sliceSize)
      const before = inflate.bytesWritten
      const inflated = await feed(inflate, slice).catch((cause: unknown) => {
        throw damaged('it cannot be decompressed', cause)
      })
      const used = inflate.bytesWritten - before
      ended = used < slice.length
      for (const bytes of inflated) {
        crc = crc32(bytes, crc)
        size += bytes.length
      }
      yield { compressed: source.take(used), inflated }
    }
  } finally {
    inflate.destroy()
  }

  while (source.bytes.length < 8) if (!(await source.extend())) throw damaged('it is cut short')
  const trailer = source.take(8)
  const expected = new DataView(trailer.buffer, trailer.byteOffset)
  if (expected.getUint32(0, true) !== crc || expected.getUint32(4, true) !== size % 2 ** 32) {
    throw damaged('a gzip checksum does not match')
  }
  yield { compressed: trailer, inflated: [] }
}

/** The length of the gzip header at the start of `bytes`: undefined when more is needed, -1 when it is none. */
function headerLength(bytes: Uint8Array): number | undefined {
  const [magic1, magic2, method, flags] = bytes
  if (flags === undefined) return undefined
  if (magic1 !== 0x1f || magic2 !== 0x8b || method !== 8 || flags > 0x1f) return -1
  let end = 10
  if (flags & 4) {
    const [low, high] = bytes.subarray(end, end + 2)
    if (low === undefined || high === undefined) return undefined
    end += 2 + low + high * 256
  }
  for (const named of [8, 16]) {
    if (!(flags & named)) continue
    const zero = bytes.indexOf(0, end)
    if (zero < 0) return undefined
    end = zero + 1
  }
  if (flags & 2) end += 2
  return end <= bytes.length ? end : undefined
}

/** Gives bytes to `inflate` and waits until it used them up or came to the end of its data within them. */
async function feed(inflate: InflateRaw, bytes: Uint8Array): Promise<Uint8Array[]> {
  const inflated: Uint8Array[] = []
  const read = (): void => {
    for (let chunk = inflate.read(); chunk !== null; chunk = inflate.read()) inflated.push(chunk)
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  inflate.on('readable', read).on('end', resolve).on('error', reject)
  // A failed write is told by the event as well, which must find its listener.
  inflate.write(bytes, (error) => error ?? resolve())
  await promise
  inflate.off('readable', read).off('end', resolve).off('error', reject)
  read()
  return inflated
}

/** Bytes that can be looked at before they are taken. */
class Source {
  bytes: Uint8Array = new Uint8Array(0)
  readonly #chunks: AsyncIterator<Uint8Array>

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** Reads another chunk behind what is there; false at the end. */
  async extend(): Promise<boolean> {
    const { done, value } = await this.#chunks.next()
    if (done) return false
    this.bytes = this.bytes.length === 0 ? value : Buffer.concat([this.bytes, value])
    return true
  }

  /** Whether there are bytes left. */
  async more(): Promise<boolean> {
    while (this.bytes.length === 0) if (!(await this.extend())) return false
    return true
  }

  /** Lets go of what the bytes come from, such as an open file. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  take(length: number): Uint8Array {
    const taken = this.bytes.subarray(0, length)
    this.bytes = this.bytes.subarray(length)
    return taken
  }
}
