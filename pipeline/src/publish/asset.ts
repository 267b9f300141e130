import type { WantedAsset } from './state.ts'

/** A file of a release, with its bytes. */
export interface AssetSource extends WantedAsset {
  readonly contentType: string
  /** Where it lies: an absolute path, or its bytes. */
  readonly from: string | Uint8Array
}
