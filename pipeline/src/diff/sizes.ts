import type { RootfsManifest } from '../describe/manifest.ts'
import type { Contents } from './contents.ts'
import type { Cause, Sizes } from './schema.ts'

/** Bytes of a root filesystem by what they are there for. */
export interface CauseBytes {
  readonly packages: number | null
  readonly images: number | null
  readonly rest: number | null
  readonly total: number | null
}

export interface MeasuredSizes {
  readonly packed: CauseBytes
  readonly unpacked: CauseBytes
}

export interface Measures {
  /** Bytes of the tar, and of the packed file; undefined where it is not packed. */
  readonly tar: number
  readonly packed: number | undefined
  /** Where each member ends in the tar, and in the packed file, in order. */
  readonly ends: readonly number[]
  readonly packedEnds: readonly number[]
}

/** The manifest of one side, and its sizes where they were measured. */
export interface SizedSide {
  readonly manifest: Pick<RootfsManifest, 'packages' | 'images' | 'files'>
  readonly contents: { readonly sizes: MeasuredSizes } | undefined
}

/** Counts in an archive what its members take, headers and padding included; its end is of the rest. */
export function measure(
  { members, at }: Contents,
  { tar, packed, ends, packedEnds }: Measures,
): MeasuredSizes {
  const sums = { packages: { tar: 0, packed: 0 }, images: { tar: 0, packed: 0 } }
  let [start, packedStart] = [0, 0]
  for (const [index, path] of [...members.keys()].entries()) {
    const end = ends[index] ?? start
    const packedEnd = packedEnds[index] ?? packedStart
    const owner = at(path)?.owner ?? 'overlay'
    const sum = owner === 'images' ? sums.images : owner.startsWith('package:') ? sums.packages : undefined
    if (sum !== undefined) {
      sum.tar += end - start
      sum.packed += packedEnd - packedStart
    }
    ;[start, packedStart] = [end, packedEnd]
  }
  const { packages, images } = sums
  return {
    unpacked: split(tar, packages.tar, images.tar),
    packed:
      packed === undefined ? unknown : split(packed, Math.round(packages.packed), Math.round(images.packed)),
  }
}

/** The sizes of both, measured alike: in the archives where there are two, else as far as the manifests tell. */
export function compareSizes(old: SizedSide, next: SizedSide): Sizes {
  const isMeasured = old.contents !== undefined && next.contents !== undefined
  const [before, after] = [old, next].map(
    (side) => (isMeasured && side.contents?.sizes) || told(side.manifest),
  )
  const causes = (['packages', 'images', 'rest', 'total'] as const).map(
    (cause): Cause => ({
      cause,
      packed: { old: before?.packed[cause] ?? null, new: after?.packed[cause] ?? null },
      unpacked: { old: before?.unpacked[cause] ?? null, new: after?.unpacked[cause] ?? null },
    }),
  )
  return { measured: isMeasured ? 'archive' : 'manifest', causes }
}

const unknown: CauseBytes = { packages: null, images: null, rest: null, total: null }

function split(total: number, packages: number, images: number): CauseBytes {
  return { packages, images, rest: total - packages - images, total }
}

/** What packagers and layers say does not add up to the whole, so that there is no rest. */
function told({ packages, images, files }: SizedSide['manifest']): MeasuredSizes {
  const layers = new Map(images.flatMap((image) => image.layers.map(({ diffId, size }) => [diffId, size])))
  return {
    packed: { ...unknown, total: files.rootfs.size },
    unpacked: {
      packages: packages.reduce((sum, { installedSize }) => sum + installedSize, 0),
      images: [...layers.values()].reduce((sum, size) => sum + size, 0),
      rest: null,
      total: files.rootfs.unpackedSize,
    },
  }
}
