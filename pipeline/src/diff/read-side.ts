import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { RootfsManifest } from '../describe/manifest.ts'
import type { Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import { Meter } from '../inspect/meter.ts'
import { isGzip, readHandle } from '../inspect/packed-file.ts'
import { readManifest } from '../inspect/read-manifest.ts'
import { PackedPosition } from '../pack/packed-position.ts'
import type { Progress } from '../progress.ts'
import { shownPath } from '../render/shown-path.ts'
import { orFileError } from '../store/file-error.ts'
import { type Contents, describeContents } from './contents.ts'
import type { SideFiles } from './find-side.ts'
import { gunzip } from './gunzip.ts'
import { scanTar } from './scan.ts'
import { type MeasuredSizes, measure } from './sizes.ts'

/** All that is known of one of the two to compare. */
export interface RootfsFacts {
  readonly manifest: RootfsManifest
  /** Undefined where there is the manifest alone. */
  readonly contents: (Contents & { readonly sizes: MeasuredSizes }) | undefined
}

export interface ReadOptions {
  readonly progress: Pick<Required<Progress>, 'bytes'>
  readonly signal: AbortSignal
}

/**
 * Reads a manifest, and the root filesystem beside it in one pass that writes nothing to the disk.
 * @throws PipelineError `ARCHIVE_INVALID` when either is damaged or hostile, `CHECKSUM_MISMATCH` when they do not
 *   belong together, `FILE_FAILED`; the signal's reason.
 */
export async function readSide(
  { manifest: file, rootfs }: SideFiles,
  options: ReadOptions,
): Promise<RootfsFacts> {
  const manifest = await readManifest(file)
  return {
    manifest,
    contents: rootfs === undefined ? undefined : await readRootfs(rootfs, manifest, options),
  }
}

async function readRootfs(file: string, manifest: RootfsManifest, { progress, signal }: ReadOptions) {
  const { rootfs } = manifest.files
  const label = shownPath(file)
  await using handle = await orFileError(file, () => open(file))
  const isPacked = await isGzip(handle, file)
  const packed = new Meter({ signal, onBytes: (done) => progress.bytes(done, rootfs.size) })
  const tar = new Meter({ signal })
  const position = new PackedPosition()
  const packedEnds: number[] = []
  async function* chunks() {
    for await (const chunk of readHandle(handle, file)) {
      packed.add(chunk)
      yield chunk
    }
  }
  async function* unpacked() {
    const source = chunks()
    const parts = isPacked ? gunzip(source, { label, onPart: (from, to) => position.add(from, to) }) : source
    for await (const part of parts) {
      tar.add(part)
      yield part
    }
  }
  const scan = await scanTar(unpacked(), {
    label,
    largestSize: Math.max(rootfs.unpackedSize, 1024),
    onEnd: (place) => void packedEnds.push(position.at(place)),
  })
  const expected = { size: rootfs.unpackedSize, sha256: rootfs.unpackedSha256 }
  if (isPacked) assertSame(packed, rootfs, label)
  assertSame(tar, expected, isPacked ? `the tar in ${label}` : label)
  const contents = describeContents(scan, manifest)
  const packedSize = isPacked ? packed.size : undefined
  const sizes = measure(contents, { tar: tar.size, packed: packedSize, ends: scan.ends, packedEnds })
  return { ...contents, sizes }
}

function assertSame(found: Meter, expected: { size: number; sha256: Sha256 }, what: string): void {
  const { sha256 } = found.written()
  if (sha256 === expected.sha256) return
  const facts = `sha256 ${sha256}, not ${expected.sha256}`
  throw new PipelineError('CHECKSUM_MISMATCH', `${what} is not the one of its manifest: it has ${facts}`, {
    hint: `Get ${basename(what)} and its manifest again; \`npm run verify\` lists what is wrong.`,
  })
}
