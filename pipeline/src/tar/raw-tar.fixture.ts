/** Builds tars byte by byte, right and wrong ones, for tests. Nothing of the codec under test is used. */

export interface RawFields {
  readonly type?: string
  readonly name?: string
  readonly linkName?: string
  readonly prefix?: string
  readonly magic?: string
  /** Field texts as they are to stand there; octal digits without their NUL for what is right. */
  readonly mode?: string
  readonly uid?: string
  readonly gid?: string
  readonly size?: string
  readonly mtime?: string
  readonly major?: string
  readonly minor?: string
  /** Anything else, by offset; before the checksum is computed. */
  readonly bytes?: Readonly<Record<number, string>>
  readonly checksum?: string
}

/** A header, its content and the content's padding. The size is the content's unless given. */
export function member(fields: RawFields, content: string | Uint8Array = ''): Buffer {
  const body = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
  const block = Buffer.alloc(512)
  const put = (text: string, offset: number): number => block.write(text, offset, 'latin1')
  put(fields.name ?? 'file', 0)
  put(fields.mode ?? '0000644', 100)
  put(fields.uid ?? '0000000', 108)
  put(fields.gid ?? '0000000', 116)
  put(fields.size ?? body.length.toString(8).padStart(11, '0'), 124)
  put(fields.mtime ?? '00000000000', 136)
  put(fields.type ?? '0', 156)
  put(fields.linkName ?? '', 157)
  put(fields.magic ?? 'ustar\x0000', 257)
  put(fields.major ?? '', 329)
  put(fields.minor ?? '', 337)
  put(fields.prefix ?? '', 345)
  for (const [offset, text] of Object.entries(fields.bytes ?? {})) put(text, Number(offset))
  const sum = block.reduce((total, byte) => total + byte, 8 * 32)
  put(fields.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

/** A PAX header of `records`, written as they are. */
export function pax(records: string, type = 'x'): Buffer {
  return member({ name: 'PaxHeader', type }, records)
}

/** A PAX record with its right length. */
export function record(key: string, value: string): string {
  const body = ` ${key}=${value}\n`
  const length = [1, 2, 3, 4, 5, 6, 7]
    .map((digits) => digits + body.length)
    .find((n, i) => String(n).length === i + 1)
  return `${length}${body}`
}

/** A GNU long name (`L`) or long link name (`K`). */
export function long(type: 'L' | 'K', text: string): Buffer {
  return member({ name: '././@LongLink', type }, `${text}\0`)
}

export const end = Buffer.alloc(1024)

/** `bytes` as a stream of chunks. */
export async function* chunksOf(bytes: Uint8Array, size = 700): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
