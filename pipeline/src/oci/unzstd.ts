import { pipeline, Readable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'
import { chunkSource } from '../tar/chunk-source.ts'
import { type TarSource, take } from '../tar/source.ts'

type Refuse = (reason: string) => Error

const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a50

/**
 * Decompresses all zstd frames of a stream (RFC 8878). Node's own decompressor stops after the first one without a
 * word, and layers that can be read in parts (zstd:chunked) have one for each file.
 * @throws what `refuse` makes, for what is no zstd or cut off, and zlib's errors.
 */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>, refuse: Refuse): AsyncGenerator<Uint8Array> {
  const source = chunkSource(chunks)
  try {
    for (;;) {
      const start = Buffer.from(await take(source, 4))
      if (start.length === 0) return
      const magic = start.length === 4 ? start.readUInt32LE() : 0
      if (magic >= skippableMagic && magic < skippableMagic + 16) {
        const size = Buffer.from(await exactly(source, 4, refuse)).readUInt32LE()
        if ((await source.skip(size)) < size) throw refuse('has a zstd stream that is cut off')
      } else if (magic === frameMagic) {
        yield* pipeline(Readable.from(frame(start, source, refuse)), createZstdDecompress(), () => {})
      } else throw refuse('is not zstd, or something follows the end')
    }
  } finally {
    await source.close()
  }
}

/** The bytes of one frame, up to its end. */
async function* frame(magic: Uint8Array, source: TarSource, refuse: Refuse): AsyncGenerator<Uint8Array> {
  yield magic
  const descriptor = Buffer.from(await exactly(source, 1, refuse))
  const flags = descriptor.readUInt8()
  const isSingle = (flags & 0x20) !== 0
  const sizeOfContentSize = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] as number
  const sizeOfDictionary = [0, 1, 2, 4][flags & 3] as number
  yield descriptor
  yield Buffer.from(await exactly(source, (isSingle ? 0 : 1) + sizeOfDictionary + sizeOfContentSize, refuse))
  for (let isLast = false; !isLast; ) {
    const header = Buffer.from(await exactly(source, 3, refuse))
    const fields = header.readUIntLE(0, 3)
    isLast = (fields & 1) === 1
    const isRun = ((fields >> 1) & 3) === 1
    yield header
    yield Buffer.from(await exactly(source, isRun ? 1 : fields >> 3, refuse))
  }
  if ((flags & 4) !== 0) yield Buffer.from(await exactly(source, 4, refuse))
}

async function exactly(source: TarSource, length: number, refuse: Refuse): Promise<Uint8Array> {
  const bytes = await take(source, length)
  if (bytes.length < length) throw refuse('has a zstd stream that is cut off')
  return bytes
}
