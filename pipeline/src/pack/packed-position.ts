/** A part of a compressed stream: where it and what it unpacks to end. */
interface Point {
  readonly unpacked: number
  readonly packed: number
}

/**
 * Tells which part of a compressed stream a part of the uncompressed one takes. What was compressed together is
 * shared by length.
 */
export class PackedPosition {
  /** From the last place that was asked for. */
  #points: Point[] = [{ unpacked: 0, packed: 0 }]

  /** The next `packed` bytes unpack to `unpacked` ones. */
  add(packed: number, unpacked: number): void {
    const last = this.#points.at(-1) as Point
    this.#points.push({ packed: last.packed + packed, unpacked: last.unpacked + unpacked })
  }

  /** Where the byte `unpacked` is in the compressed stream. Places must be asked for in order. */
  at(unpacked: number): number {
    const next = this.#points.findIndex((point) => point.unpacked >= unpacked)
    if (next === -1) return (this.#points.at(-1) as Point).packed
    const to = this.#points[next] as Point
    const from = this.#points[next - 1] ?? to
    this.#points.splice(0, next - 1)
    const share =
      to.unpacked === from.unpacked ? 1 : (unpacked - from.unpacked) / (to.unpacked - from.unpacked)
    return from.packed + share * (to.packed - from.packed)
  }
}
