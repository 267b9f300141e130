/** An icon of one image, all in all of `size` bytes, as a byte string. What is in the image, nobody looks at. */
export function anIcon(size = 64): string {
  const bytes = Buffer.alloc(size)
  bytes.writeUInt16LE(1, 2)
  bytes.writeUInt16LE(1, 4)
  bytes.writeUInt32LE(size - 22, 14)
  bytes.writeUInt32LE(22, 18)
  return bytes.toString('latin1')
}
