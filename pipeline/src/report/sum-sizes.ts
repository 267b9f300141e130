import type { PackedBytes } from '../packed-bytes.ts'

export const noBytes: PackedBytes = { packed: 0, unpacked: 0 }

export function addBytes(one: PackedBytes, other: PackedBytes): PackedBytes {
  return { packed: one.packed + other.packed, unpacked: one.unpacked + other.unpacked }
}

/** What is left of `whole` without `part`. */
export function subtractBytes(whole: PackedBytes, part: PackedBytes): PackedBytes {
  return { packed: whole.packed - part.packed, unpacked: whole.unpacked - part.unpacked }
}

/** The bytes of each owner. */
export function sumSizes<Path extends string>(
  members: ReadonlyMap<Path, PackedBytes>,
  ownerOf: (path: Path) => string,
): Map<string, PackedBytes> {
  const sums = new Map<string, PackedBytes>()
  for (const [path, bytes] of members) {
    const owner = ownerOf(path)
    sums.set(owner, addBytes(sums.get(owner) ?? noBytes, bytes))
  }
  return sums
}
