/**
 * CRC-64/GO-ISO, which tar-split keeps of each content: x^64 + x^4 + x^3 + x + 1, reflected, inverted at both ends.
 * What leaves at the low end comes back only in the top 36 bits, so four bytes are taken at a time, without a table.
 */
export class Crc64 {
  #low = ~0
  #high = ~0

  update(bytes: Uint8Array): void {
    let low = this.#low
    let high = this.#high
    const words = bytes.length & ~3
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i < words; i += 4) {
      const x = low ^ view.getInt32(i, true)
      low = high ^ (x << 31) ^ (x << 29) ^ (x << 28)
      high = x ^ (x >>> 1) ^ (x >>> 3) ^ (x >>> 4)
    }
    for (let i = words; i < bytes.length; i++) {
      const x = (low ^ (bytes[i] as number)) << 24
      low = (low >>> 8) | (high << 24)
      high = (high >>> 8) ^ x ^ (x >>> 1) ^ (x >>> 3) ^ (x >>> 4)
    }
    this.#low = low
    this.#high = high
  }

  /** Eight bytes, the highest first. */
  digest(): Buffer {
    const bytes = Buffer.alloc(8)
    bytes.writeInt32BE(~this.#high, 0)
    bytes.writeInt32BE(~this.#low, 4)
    return bytes
  }
}
