import type { InstalledPackage } from '../apk/installed.ts'
import type { Architecture } from '../architecture.ts'
import type { Tree, TreePath } from '../tree/entry.ts'

/** A finished rootfs, and what it is held against. */
export interface VerifyInput {
  readonly tree: Tree
  readonly architecture: Architecture
  /** Seconds since 1970: no entry is younger. */
  readonly epoch: number
  /** What `/lib/apk/db/installed` says. */
  readonly packages: readonly InstalledPackage[]
  /** The hex SHA-1 of every regular file that a package owns, by the path of its `file` entry. */
  readonly sha1: ReadonlyMap<TreePath, string>
  /** The paths that the recipe wrote or removed on purpose. */
  readonly changed: ReadonlySet<TreePath>
  /** The services of each runlevel, as the recipe lists them. */
  readonly services: Readonly<Record<string, readonly string[]>>
  /** The only files that may be setuid or setgid, as absolute paths. */
  readonly setuid: ReadonlySet<string>
  /** At most the first `limit` bytes of a regular file, by the path of its `file` entry. */
  readonly head: (path: TreePath, limit: number) => Promise<Uint8Array>
}

/** A named promise about every rootfs that the pipeline writes. */
export interface Rule {
  readonly name: string
  /** The promise, as a sentence. */
  readonly promise: string
  /** `recipe`: it cannot be told from the finished rootfs alone, what the recipe wrote or allows is needed. */
  readonly needs?: 'recipe'
  /** `archive`: it also sees what lies in the layers of container images, which bring what they bring. */
  readonly scope?: 'archive'
  /** One line for every place where the promise is broken; none when it holds. */
  readonly check: (input: VerifyInput) => string[] | Promise<string[]>
}
