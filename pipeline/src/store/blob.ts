import type { Sha256 } from '../digest.ts'

declare const verified: unique symbol

/**
 * A file of the store whose bytes were hashed in this process and have this digest. Only `store/` makes one,
 * so whoever holds one need not check again.
 */
export interface VerifiedBlob {
  readonly [verified]: true
  readonly sha256: Sha256
  /** Bytes. */
  readonly size: number
  /** Absolute path on the host. Never written to. */
  readonly path: string
}
