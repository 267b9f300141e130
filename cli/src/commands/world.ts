import type { Architecture } from '@kaweezle/release-format/architecture.ts'
import type { StateStore } from '../cluster/state-store.ts'
import type { Finding } from '../finding.ts'
import type { NamedAccess } from '../kubeconfig/own-entries.ts'
import type { ClusterEntry } from '../kubeconfig/read-entry.ts'
import type { PutResult, RemoveResult } from '../kubeconfig/update-kubeconfig.ts'
import type { ClusterName, Provider } from '../providers/provider.ts'
import type { CachedRelease } from '../releases/cached-releases.ts'
import type { FetchedRootfs } from '../releases/fetch-rootfs.ts'
import type { Release } from '../releases/release.ts'
import type { ReleaseEvent } from '../releases/release-event.ts'
import type { Folders } from '../settings/folders.ts'
import type { Settings } from '../settings/table.ts'

export type ProviderName = Provider['name']

/** How releases are found: what of the settings, what is installed, and who is told. */
export interface ReleaseRequest {
  readonly settings: Settings
  /** That of the provider's machines; without a provider, this machine's. */
  readonly architecture?: Architecture | undefined
  /** The version that must not be gone below, unless the settings allow it. */
  readonly installed?: string | undefined
  readonly onEvent: (event: ReleaseEvent) => void
}

/** Releases, as far as commands need them. */
export interface ReleaseSource {
  /** Finds and checks the release that the settings name, all of it but the bytes of its rootfs. */
  find(request: ReleaseRequest): Promise<Release>
  /** Brings its rootfs onto the disk, verified. */
  fetch(release: Release, request: ReleaseRequest): Promise<FetchedRootfs>
  cached(): Promise<readonly CachedRelease[]>
  /** Removes what is cached, but for these digests. */
  prune(keep: readonly string[]): Promise<void>
}

/** The kubeconfig that kubectl reads. `file` is that of `--kubeconfig`. */
export interface Kubeconfigs {
  put(
    access: NamedAccess,
    options: { file: string | undefined; useContext: boolean; overwrite: boolean },
  ): Promise<PutResult>
  remove(name: ClusterName, options: { file: string | undefined }): Promise<RemoveResult>
  /** What it says of a cluster. */
  read(name: ClusterName, options: { file: string | undefined }): Promise<ClusterEntry>
}

export interface LockRequest {
  /** Milliseconds to wait for another command. */
  readonly patience: number
  /** Called once when there is another one. */
  readonly onWait: () => void
}

/** Everything outside of this program. Tests have one of their own. */
export interface World {
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly folders: Folders
  readonly store: StateStore
  readonly providers: Readonly<Record<ProviderName, () => Promise<Provider>>>
  readonly releases: ReleaseSource
  readonly kubeconfigs: Kubeconfigs
  /** Runs `body` while no other command changes that cluster. */
  lock<T>(name: ClusterName, request: LockRequest, body: () => Promise<T>): Promise<T>
  /** Milliseconds since 1970. */
  now(): number
  isPortFree(port: number): Promise<boolean>
  /** Bytes free where `folder` is, or will be; undefined where that cannot be known. */
  freeBytes(folder: string): Promise<number | undefined>
  /** Writes a new file as a whole; one that is there is replaced. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>
  /** What `doctor` finds. */
  checks(settings: Settings): AsyncIterable<Finding>
  /** Says when to stop, and why. */
  readonly signal: AbortSignal
}
