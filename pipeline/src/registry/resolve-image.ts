import { readFile } from 'node:fs/promises'
import type { Architecture } from '../architecture.ts'
import type { Sha256 } from '../digest.ts'
import { isPipelineError, PipelineError } from '../errors.ts'
import type { Fetcher } from '../fetch/fetch.ts'
import { formatDigest } from '../oci/digest.ts'
import { parseImageConfig } from '../oci/image-config.ts'
import { type ImageIndex, type ImageManifest, parseImageDocument } from '../oci/manifest.ts'
import { largestDocument } from '../oci/parse-document.ts'
import { formatImageReference, type ImageReference } from '../oci/reference.ts'
import { platformOf, selectPlatform } from '../oci/select-platform.ts'
import { orFileError } from '../store/file-error.ts'
import type { Registries } from './registries.ts'

export interface ResolveOptions {
  readonly registries: Registries
  readonly fetcher: Fetcher
  /** Instead of the fetcher's own. */
  readonly signal?: AbortSignal
}

export interface ResolvedImage {
  /** Of the index, or of the manifest where there is no index. */
  readonly digest: Sha256
  /** The manifest for each platform that the image is published for, of those that are built for. */
  readonly platforms: Platforms
}

export interface Platforms {
  readonly 'linux/amd64'?: Sha256
  readonly 'linux/arm64'?: Sha256
}

/**
 * What a tag means now. Its digest is that of the bytes the registry sends, whatever it says about them.
 * @throws PipelineError `ARCHIVE_INVALID` when it is no image, `SOURCE_MISSING` when it is one for other platforms
 *   only, and what the fetcher throws
 */
export async function resolveImage(
  reference: ImageReference,
  options: ResolveOptions,
): Promise<ResolvedImage> {
  const { registries, fetcher, signal } = options
  const label = formatImageReference(reference)
  if (reference.tag === undefined) throw new Error(`${label} has no tag`)
  const top = await fetcher.fetchUnlocked({
    source: registries.sourceOf(reference),
    path: `manifests/${reference.tag}`,
    label: `the manifest of ${label}`,
    maximumSize: largestDocument,
    ...(signal && { signal }),
  })
  const bytes = await orFileError(top.path, () => readFile(top.path))
  const document = parseImageDocument(bytes, `the manifest of ${label}`)
  const platforms =
    document.type === 'index'
      ? platformsOfIndex(document.index, label)
      : await platformsOfManifest(top.sha256, { reference, manifest: document.manifest, options })
  if (Object.keys(platforms).length > 0) return { digest: top.sha256, platforms }
  throw new PipelineError(
    'SOURCE_MISSING',
    `${label} has no image for ${Object.values(platformOf).join(' or ')}`,
    {
      hint: 'Choose an image that is published for these platforms.',
    },
  )
}

function platformsOfIndex(index: ImageIndex, label: string): Platforms {
  return {
    ...platformOfIndex(index, 'x86_64', label),
    ...platformOfIndex(index, 'aarch64', label),
  }
}

function platformOfIndex(index: ImageIndex, architecture: Architecture, label: string): Platforms {
  try {
    return { [platformOf[architecture]]: selectPlatform(index, architecture, label).digest }
  } catch (error) {
    if (isPipelineError(error, 'SOURCE_MISSING')) return {}
    throw error
  }
}

interface OnePlatform {
  readonly reference: ImageReference
  readonly manifest: ImageManifest
  readonly options: ResolveOptions
}

/** Only its configuration says which one it is for. */
async function platformsOfManifest(
  digest: Sha256,
  { reference, manifest: { config }, options: { registries, fetcher, signal } }: OnePlatform,
): Promise<Platforms> {
  const label = `the configuration of ${formatImageReference(reference)}`
  if (config.size > largestDocument) {
    throw new PipelineError(
      'ARCHIVE_INVALID',
      `${label} has ${config.size} bytes, more than ${largestDocument}`,
      {
        hint: 'Choose another version of this image, or ask who publishes it.',
      },
    )
  }
  const blob = await fetcher.fetchBlob({
    source: registries.sourceOf(reference),
    path: `blobs/${formatDigest(config.digest)}`,
    label,
    sha256: config.digest,
    size: config.size,
    ...(signal && { signal }),
  })
  const bytes = await orFileError(blob.path, () => readFile(blob.path))
  const own = `linux/${parseImageConfig(bytes, label).architecture}`
  return Object.values(platformOf).some((platform) => platform === own) ? { [own]: digest } : {}
}
