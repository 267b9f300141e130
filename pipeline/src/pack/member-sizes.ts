import type { PackedBytes } from '../packed-bytes.ts'
import type { TreePath } from '../tree/entry.ts'
import { PackedPosition } from './packed-position.ts'

/**
 * Shares the bytes of a packed tar out to its members while it is written. Members of one block of the compressor
 * share what became of it by length; nothing is lost or counted twice.
 */
export class MemberSizes {
  readonly members = new Map<TreePath, PackedBytes>()
  readonly #position = new PackedPosition()
  /** Members that have begun and are not packed to their end. */
  readonly #waiting: { readonly path: TreePath; readonly start: number; readonly end: number }[] = []
  #begun = 0
  #unpacked = 0
  #packedEnd = 0

  /** The next member has `bytes` of the tar. */
  begin(path: TreePath, bytes: number): void {
    const start = this.#begun
    this.#begun += bytes
    this.#waiting.push({ path, start, end: this.#begun })
  }

  /** The next `unpacked` bytes of the tar became `packed` ones. */
  pack(packed: number, unpacked: number): void {
    this.#position.add(packed, unpacked)
    this.#unpacked += unpacked
    const isLater = this.#waiting.findIndex(({ end }) => end > this.#unpacked)
    for (const { path, start, end } of this.#waiting.splice(0, isLater === -1 ? Infinity : isLater)) {
      const packedEnd = Math.round(this.#position.at(end))
      this.members.set(path, { packed: packedEnd - this.#packedEnd, unpacked: end - start })
      this.#packedEnd = packedEnd
    }
  }
}
