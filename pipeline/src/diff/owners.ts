import type { InstalledPackage } from '../apk/installed.ts'
import { upstreamPath } from '../kubernetes/kustomization.ts'
import { checksumOf, type Digests } from '../normalise/checksum-of.ts'
import type { Entry, TreePath } from '../tree/entry.ts'
import { placeOf } from '../tree/place-of.ts'
import { isOfImages } from './scan.ts'

/** Who a path is of: a package, or what else of a build puts files into a root filesystem. */
export type Owner = `package:${string}` | 'overlay' | 'images' | 'manifests' | 'services' | 'apk'

export interface OwnerOptions extends Digests {
  readonly packages: readonly InstalledPackage[]
  /** Those of the manifest. */
  readonly manifests: readonly { readonly name: string; readonly path: string }[]
}

/**
 * Who owns each path. A file of a package that no longer is as the package brought it is the overlay's, and so is
 * whatever nobody is known to have brought: accounts, what scripts of packages wrote.
 */
export function ownerFinder({ packages, manifests, tree, sha1 }: OwnerOptions): (path: TreePath) => Owner {
  const owned = packageOwners(packages, { tree, sha1 })
  const folders = manifests.flatMap(({ name, path }) => {
    const end = `/${upstreamPath(name)}`
    return path.startsWith('/') && path.endsWith(end) ? [path.slice(1, -end.length)] : []
  })
  const isManifest = (path: TreePath) =>
    folders.some((folder) => path === folder || (folder !== '' && path.startsWith(`${folder}/`)))
  return (path) => {
    if (isOfImages(path)) return 'images'
    if (isManifest(path)) return 'manifests'
    const name = owned.get(path)
    if (name !== undefined) return `package:${name}`
    return placeOwner(path, tree.get(path))
  }
}

function packageOwners(packages: readonly InstalledPackage[], digests: Digests): Map<TreePath, string> {
  const { tree } = digests
  const owned = new Map<TreePath, string>()
  for (const { name, files, directories } of packages.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const { path, checksum } of files) {
      const place = placeOf(tree, path)
      const entry = place === undefined ? undefined : tree.get(place)
      if (place === undefined || entry === undefined) continue
      if (checksum === undefined || checksumOf(entry, digests) === checksum) owned.set(place, name)
    }
    for (const { path } of directories) {
      const place = placeOf(tree, path)
      // Of those that share a folder, the first.
      if (place !== undefined && tree.get(place)?.type === 'directory' && !owned.has(place))
        owned.set(place, name)
    }
  }
  return owned
}

function placeOwner(path: TreePath, entry: Entry | undefined): Owner {
  if (/^etc\/runlevels\/[^/]+\/[^/]+$/.test(path)) return 'services'
  if (/^(?:etc|(?:usr\/)?lib|var\/lib|var\/cache)\/apk(?:\/|$)/.test(path)) return 'apk'
  // Its trigger makes a link for each of its programs.
  if (entry?.type === 'symlink' && entry.target === '/bin/busybox') return 'package:busybox'
  return 'overlay'
}
