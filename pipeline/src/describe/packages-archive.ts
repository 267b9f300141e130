import type { Architecture } from '../architecture.ts'
import { archivePath } from '../locks/location.ts'
import type { LockedBase, LockedPackage } from '../locks/schema.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import type { Content, Entry, Tree, TreePath } from '../tree/entry.ts'
import { ancestorPaths, treePath } from '../tree/path.ts'

export interface PackagesArchiveInputs {
  readonly architecture: Architecture
  readonly base: { readonly locked: Pick<LockedBase, 'file'>; readonly blob: VerifiedBlob }
  readonly packages: readonly {
    readonly locked: Pick<LockedPackage, 'name' | 'version' | 'repository'>
    readonly blob: VerifiedBlob
  }[]
  /** `location` as in the lock's `repository`; `bytes` is its `APKINDEX.tar.gz`. */
  readonly indexes: readonly { readonly location: string; readonly bytes: Uint8Array }[]
  /** The time of every entry: seconds since 1970. */
  readonly sourceDate: number
}

/**
 * What `packages.tar` holds: everything a build downloads, laid out as an Alpine mirror, so that the same
 * rootfs can be built when mirrors have dropped it. Repositories outside the mirror lie below
 * `elsewhere/<host>/<path>`.
 * @throws PipelineError `RECIPE_INVALID` when the address of a repository makes no path.
 */
export function packagesArchive(inputs: PackagesArchiveInputs): Tree {
  const { architecture, base, packages, indexes, sourceDate: mtime } = inputs
  const owned = { uid: 0, gid: 0, mtime }
  const tree = new Map<TreePath, Entry>()

  function add(text: string, size: number, content: Content): void {
    const path = treePath(text)
    for (const above of ancestorPaths(path))
      tree.set(above, { type: 'directory', path: above, mode: 0o755, ...owned })
    tree.set(path, { type: 'file', path, mode: 0o644, ...owned, size, content })
  }
  function addBlob(path: string, blob: VerifiedBlob): void {
    add(path, blob.size, { file: blob.path, offset: 0 })
  }

  addBlob(base.locked.file, base.blob)
  for (const { locked, blob } of packages) {
    addBlob(`${archivePath(locked.repository)}/${architecture}/${locked.name}-${locked.version}.apk`, blob)
  }
  for (const { location, bytes } of indexes) {
    add(`${archivePath(location)}/${architecture}/APKINDEX.tar.gz`, bytes.length, { bytes })
  }
  return tree
}
