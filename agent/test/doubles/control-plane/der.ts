/** What of DER a certificate needs: a writer of values, and a reader that walks over their headers. */
export interface Element {
  tag: number
  /** The whole element, header included. */
  whole: Buffer
  content: Buffer
}

export function element(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content])
}

export function sequence(...parts: Uint8Array[]): Buffer {
  return element(0x30, ...parts)
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

export function utf8(text: string): Buffer {
  return element(0x0c, Buffer.from(text))
}

/** UTCTime up to 2049 and GeneralizedTime after it, as RFC 5280 wants. */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return date.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits))
}

export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), bytes)
}

/** The elements inside `content`, one after the other. */
export function readElements(content: Buffer): Element[] {
  const found: Element[] = []
  for (let at = 0; at < content.length; ) {
    let start = at + 2
    let length = content[at + 1] ?? 0
    if (length >= 0x80) {
      const bytes = length & 0x7f
      length = content.readUIntBE(start, bytes)
      start += bytes
    }
    const end = start + length
    found.push({
      tag: content[at] ?? 0,
      whole: content.subarray(at, end),
      content: content.subarray(start, end),
    })
    at = end
  }
  return found
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length]
  if (length < 0x100) return [0x81, length]
  return [0x82, length >> 8, length & 0xff]
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}
