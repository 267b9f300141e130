import type { BuiltAgent } from '../agent/build-agent.ts'
import type { InstalledPackage } from '../apk/installed.ts'
import type { ContentReader } from '../contents/content-reader.ts'
import type { Sha256 } from '../digest.ts'
import type { Sandbox } from '../engine/engine.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { ImagesLock } from '../locks/images.ts'
import type { ManifestsLock } from '../locks/manifests.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import type { StoredImage } from '../oci/stored-image.ts'
import type { Packed } from '../pack/pack-tree.ts'
import type { Fetched } from '../resolve/fetch-locked.ts'
import type { FetchedManifest } from '../resolve/fetch-manifests.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import type { Edit } from '../tree/apply-edits.ts'
import type { Tree, TreePath } from '../tree/entry.ts'

/** What each step adds to a build, by name. */
export interface Results {
  readonly recipe: LoadedRecipe
  /** Undefined where the recipe has none. */
  readonly agent: BuiltAgent | undefined
  readonly lock: ArchitectureLock
  readonly clusterLocks: ClusterLocks
  readonly standing: Standing
  readonly fetched: FetchedAll
  readonly sandbox: Sandbox
  readonly installed: Installed
  readonly overlay: readonly Edit[]
  readonly services: readonly Edit[]
  readonly manifests: readonly Edit[]
  readonly preloaded: Preloaded
  readonly rootfs: Rootfs
  readonly packed: Packed
}

/** What the other locks say; undefined where the recipe has nothing to lock in one. */
export interface ClusterLocks {
  readonly images: ImagesLock | undefined
  readonly manifests: ManifestsLock | undefined
}

export interface FetchedAll extends Fetched {
  readonly manifests: readonly FetchedManifest[]
}

/** The rootfs as the engine gave it, with its packages and nothing else. */
export interface Installed {
  readonly tree: Tree
  readonly reader: ContentReader
  readonly packages: readonly InstalledPackage[]
  /** The source date: seconds since 1970. */
  readonly epoch: number
}

/** The images as they are put into the rootfs. */
export interface Preloaded {
  readonly images: readonly StoredImage[]
  /** Everything that holds them; empty where there are none. */
  readonly tree: Tree
}

/** The finished rootfs. */
export interface Rootfs {
  readonly tree: Tree
  /** The hex SHA-1 of each regular file that a package owns. */
  readonly sha1: ReadonlyMap<TreePath, string>
  /** What overlay and services changed. */
  readonly changed: ReadonlySet<TreePath>
}

/** Which results of earlier builds stand: made from the same inputs by the same program, and still whole. */
export interface Standing {
  readonly packagesKey: Sha256
  /** The engine's export with all packages installed. */
  readonly packages: VerifiedBlob | undefined
  readonly outputKey: Sha256
  /** Whether all finished files are in the output folder. */
  readonly output: boolean
}
