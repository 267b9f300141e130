const header = 6
const directoryEntry = 16

/**
 * Whether bytes are an icon of Windows: a directory of images, each of them within the file
 * (https://learn.microsoft.com/previous-versions/ms997538).
 */
export function isIcon(bytes: Buffer): boolean {
  if (bytes.length < header || bytes.readUInt16LE(0) !== 0 || bytes.readUInt16LE(2) !== 1) return false
  const count = bytes.readUInt16LE(4)
  const directory = header + count * directoryEntry
  if (count === 0 || bytes.length < directory) return false
  for (let entry = header; entry < directory; entry += directoryEntry) {
    const size = bytes.readUInt32LE(entry + 8)
    const offset = bytes.readUInt32LE(entry + 12)
    if (size === 0 || offset < directory || offset + size > bytes.length) return false
  }
  return true
}
