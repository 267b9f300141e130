import type { Architecture } from '@kaweezle/release-format/architecture.ts'
import type { Signed } from '@kaweezle/release-format/minisign.ts'
import type { RootfsManifest } from '@kaweezle/release-format/rootfs-manifest.ts'
import type { Location } from './source.ts'

/** A release that was found and checked, all but the bytes of its rootfs. */
export interface Release {
  readonly version: string
  /** On GitHub; undefined elsewhere. */
  readonly tag: string | undefined
  /** Where it was found, for people: without credentials. */
  readonly origin: string
  readonly architecture: Architecture
  readonly manifest: RootfsManifest
  /** Who vouches for it; undefined for a local build that was allowed without a signature. */
  readonly signed: Signed | undefined
  readonly rootfs: {
    readonly name: string
    /** Bytes. */
    readonly size: number
    readonly sha256: string
    /** May hold credentials. */
    readonly location: Location
  }
  /** What it was checked by, as it was read. */
  readonly files: ReleaseEvidence
}

export interface ReleaseEvidence {
  readonly checksums: Buffer | undefined
  readonly signature: Buffer | undefined
  readonly manifest: Buffer
}
