import { gzipSync } from 'node:zlib'

/**
 * A small gzip member without a time, and with one name for the operating system: zlib writes its own.
 * Level 0 stores the bytes as they are.
 */
export function gzipMember(bytes: Uint8Array, { level = 9 }: { readonly level?: 0 | 9 } = {}): Buffer {
  const member = gzipSync(bytes, { level })
  member[9] = 3
  return member
}
