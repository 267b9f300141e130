/** What something takes of a packed tar, and of the tar itself. */
export interface PackedBytes {
  readonly packed: number
  readonly unpacked: number
}
