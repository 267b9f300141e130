import type { Architecture } from '../../architecture.ts'
import type { Sha256 } from '../../digest.ts'
import { type ImagesLock, type LockedImage, nameOf } from '../../locks/images.ts'
import { publicAddress } from '../../locks/location.ts'
import type { ManifestsLock } from '../../locks/manifests.ts'
import type { ArchitectureLock, LockedPackage } from '../../locks/schema.ts'
import { platformOf } from '../../oci/select-platform.ts'
import { imagePurl } from '../sbom/purl.ts'
import type { ResolvedDependency } from './statement.ts'

/** The locks that a build answers; undefined where it has nothing of one. */
export interface LockedInputs {
  readonly architecture: Architecture
  readonly packages: ArchitectureLock
  readonly images: ImagesLock | undefined
  readonly manifests: ManifestsLock | undefined
}

/**
 * Everything that locks pin for one architecture, and nothing else, by address: the base, each package, each image
 * with its index, each manifest. Addresses are those that everybody knows, whichever mirrors were used.
 */
export function lockedDependencies(inputs: LockedInputs): ResolvedDependency[] {
  const { architecture, packages, images, manifests } = inputs
  const { base } = packages
  const all = [
    dependency(publicAddress(base.file), { name: `alpine-minirootfs ${base.version}`, sha256: base.sha256 }),
    ...packages.packages.map((one) => packageDependency(one, architecture)),
    ...(images?.images.flatMap((one) => imageDependencies(one, architecture)) ?? []),
    ...(manifests?.manifests.map(({ name, tag, url, sha256 }) =>
      dependency(url, { name: `${name} ${tag}`, sha256 }),
    ) ?? []),
  ]
  return all.toSorted((one, other) => (one.uri < other.uri ? -1 : 1))
}

function packageDependency(locked: LockedPackage, architecture: Architecture): ResolvedDependency {
  const { name, version, repository, checksum, sha256 } = locked
  const uri = `${publicAddress(repository)}/${architecture}/${name}-${version}.apk`
  return { ...dependency(uri, { name: `${name} ${version}`, sha256 }), annotations: { identity: checksum } }
}

/** The index or image that the tag is pinned by and, where the lock has it, the image that the index leads to. */
function imageDependencies(locked: LockedImage, architecture: Architecture): ResolvedDependency[] {
  const { image, platforms } = locked
  const platform = platformOf[architecture]
  const chosen = platforms[platform]
  const described = (digest: Sha256, arch?: string) =>
    dependency(imagePurl(image, digest, arch), { name: nameOf(locked), sha256: digest })
  const pinned = described(image.digest)
  if (chosen === undefined || chosen === image.digest) return [pinned]
  return [pinned, described(chosen, platform.replace('linux/', ''))]
}

function dependency(uri: string, { name, sha256 }: { name: string; sha256: Sha256 }): ResolvedDependency {
  return { uri, digest: { sha256 }, name }
}
