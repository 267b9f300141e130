import { type FileHandle, open, rm } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { isZlibError } from '../oci/zlib-error.ts'
import type { Written } from '../store/draft.ts'
import { orFileError } from '../store/file-error.ts'
import { hashFile } from '../store/hash-file.ts'
import { temporaryPath } from '../store/leftovers.ts'
import { Meter } from './meter.ts'
import { isGzip, readHandle } from './packed-file.ts'

export interface OpenOptions {
  /** For the unpacked tar, as long as it is needed. */
  readonly folder: string
  /** Where the manifest says that the tar ends: what goes on is not written to the disk. */
  readonly largestTar: number
  readonly signal: AbortSignal
  /** Told the bytes of the file that are done. */
  readonly onBytes?: (done: number) => void
}

/** A rootfs whose tar can be read in any order; disposing of it removes what was unpacked. */
export interface OpenRootfs extends AsyncDisposable {
  /** The compressed file; undefined when the file is the tar itself. */
  readonly packed: Written | undefined
  /** The tar, or why there is none. */
  readonly tar: (Written & { readonly path: string }) | { readonly fault: string }
}

const chunkSize = 2 ** 18

/**
 * Opens a rootfs, compressed or not, hashing file and tar in one pass.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`; the signal's reason. Then nothing is left on the disk.
 */
export async function openRootfs(file: string, options: OpenOptions): Promise<OpenRootfs> {
  await using source = await orFileError(file, () => open(file))
  if (await isGzip(source, file)) return await unpack(source, file, options)
  const meter = new Meter(options)
  for await (const chunk of readHandle(source, file)) meter.add(chunk)
  return { packed: undefined, tar: { ...meter.written(), path: file }, [Symbol.asyncDispose]: async () => {} }
}

async function unpack(source: FileHandle, file: string, options: OpenOptions): Promise<OpenRootfs> {
  const path = temporaryPath(options.folder)
  const remove = () => orFileError(path, () => rm(path, { force: true }))
  const packed = new Meter(options)
  let isWhole = false
  async function* metered(): AsyncGenerator<Uint8Array> {
    for await (const chunk of readHandle(source, file)) {
      packed.add(chunk)
      yield chunk
    }
    isWhole = true
  }
  const gunzip = createGunzip({ chunkSize })
  const end = async (tar: OpenRootfs['tar']): Promise<OpenRootfs> => {
    const whole = isWhole ? packed.written() : await hashFile(file)
    return { packed: whole, tar, [Symbol.asyncDispose]: remove }
  }
  try {
    const tar = await write(
      path,
      pipeline(Readable.from(metered()), gunzip, () => {}),
      options,
    )
    if (tar === undefined) return await end({ fault: `unpacks to more than ${options.largestTar} bytes` })
    if (!isWhole || gunzip.bytesWritten < packed.written().size)
      return await end({ fault: 'goes on after its compressed data' })
    return await end({ ...tar, path })
  } catch (error) {
    await remove()
    if (isZlibError(error)) return end({ fault: 'cannot be decompressed' })
    throw error
  }
}

/** Undefined when there is more than may be. */
async function write(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { largestTar, signal }: OpenOptions,
): Promise<Written | undefined> {
  const meter = new Meter({ signal })
  await using target = await orFileError(path, () => open(path, 'wx', 0o600))
  for await (const chunk of chunks) {
    meter.add(chunk)
    if (meter.size > largestTar) return undefined
    // Not `write`, which may write less than it was given without failing.
    await orFileError(path, () => target.writeFile(chunk))
  }
  return meter.written()
}
