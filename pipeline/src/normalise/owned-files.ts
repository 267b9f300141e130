import type { InstalledPackage } from '../apk/installed.ts'
import type { FileEntry, Tree, TreePath } from '../tree/entry.ts'
import { fileOf } from '../tree/file-of.ts'
import { entryAt } from '../tree/place-of.ts'
import { checksumOf, type Digests } from './checksum-of.ts'

/** The paths of all that packages own, folders included, as their database has them. */
export function ownedPaths(packages: readonly InstalledPackage[]): TreePath[] {
  return packages.flatMap(({ directories, files }) => [...directories, ...files].map(({ path }) => path))
}

/** The regular files that packages own, each once. */
export function ownedFiles(tree: Tree, packages: readonly InstalledPackage[]): Set<FileEntry> {
  const files = packages.flatMap((one) => one.files.map(({ path }) => fileOf(tree, entryAt(tree, path))))
  return new Set(files.filter((file) => file !== undefined))
}

/** The files whose content is, byte for byte, what a package brought, by their paths, each with that package. */
export function pristineFiles(
  packages: readonly InstalledPackage[],
  { tree, sha1 }: Digests,
): ReadonlyMap<TreePath, InstalledPackage> {
  const pristine = new Map<TreePath, InstalledPackage>()
  for (const one of packages) {
    for (const { path, checksum } of one.files) {
      const file = fileOf(tree, entryAt(tree, path))
      if (file === undefined || checksum === undefined) continue
      if (checksumOf(file, { tree, sha1 }) === checksum) pristine.set(file.path, one)
    }
  }
  return pristine
}
