import { PackageURL } from 'packageurl-js'
import type { Sha256 } from '../../digest.ts'
import { isAddress } from '../../locks/location.ts'
import { formatDigest } from '../../oci/digest.ts'
import { type ImageReference, repositoryName } from '../../oci/reference.ts'

/*
 * Package URLs (https://github.com/package-url/purl-spec). Scanners find a package's vulnerabilities by them.
 */

export interface PackageIdentity {
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** The source package. */
  readonly origin?: string | undefined
  /** `base`, `agent`, or the location of a repository. */
  readonly from: string
}

/**
 * Of a package of apk: `pkg:apk/alpine/NAME@VERSION?arch=…&distro=…&upstream=…`. A package of edge is edge's, in
 * whichever release it is installed. `alpine` is the base's exact version.
 */
export function apkPurl(
  { name, version, architecture, origin, from }: PackageIdentity,
  alpine: string,
): string {
  const arch = architecture
  if (from === 'agent') return purl('apk', { namespace: 'kaweezle', name, version, qualifiers: { arch } })
  const qualifiers = {
    arch,
    distro: from.startsWith('edge/') ? 'alpine-edge' : `alpine-${alpine}`,
    ...(origin !== undefined && origin !== name && { upstream: origin }),
    ...(isAddress(from) && { repository_url: from }),
  }
  return purl('apk', { namespace: 'alpine', name, version, qualifiers })
}

/** Of a container image: `pkg:oci/NAME@sha256:…?arch=…&repository_url=…&tag=…`; an index has no `arch`. */
export function imagePurl(reference: ImageReference, digest: Sha256, arch?: string): string {
  const name = reference.repository.split('/').at(-1) ?? ''
  const repository_url = repositoryName(reference)
  const qualifiers = {
    ...(arch !== undefined && { arch }),
    repository_url,
    ...(reference.tag !== undefined && { tag: reference.tag }),
  }
  return purl('oci', { name, version: formatDigest(digest), qualifiers })
}

/** Of a package of npm, which may have a scope. */
export function npmPurl(fullName: string, version: string): string {
  const [name = '', namespace] = fullName.split('/').toReversed()
  return purl('npm', { ...(namespace !== undefined && { namespace }), name, version })
}

/** Of a file that somebody publishes. */
export function filePurl(name: string, version: string, file: { url: string; sha256: Sha256 }): string {
  const qualifiers = { checksum: formatDigest(file.sha256), download_url: file.url }
  return purl('generic', { name, version, qualifiers })
}

interface Parts {
  readonly namespace?: string
  readonly name: string
  readonly version: string
  readonly qualifiers?: Readonly<Record<string, string>>
}

function purl(type: string, { namespace, name, version, qualifiers }: Parts): string {
  return new PackageURL(type, namespace, name, version, qualifiers, undefined).toString()
}
