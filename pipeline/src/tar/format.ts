/** Bytes of a tar block: headers are one block, contents are padded to whole ones (POSIX pax, "ustar"). */
export const blockSize = 512

/** How many zeros follow a content of `size` bytes. */
export function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize
}

/** The sum that a header block carries in bytes 148 to 155, which count as spaces. */
export function checksumOf(block: Uint8Array): number {
  let sum = 8 * 0x20
  for (let i = 0; i < blockSize; i++) if (i < 148 || i >= 156) sum += block[i] as number
  return sum
}
