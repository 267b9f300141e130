import { createHash } from 'node:crypto'
import { type Architecture, architectureOfPlatform } from '../architecture.ts'
import type { Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import { parseImageConfig } from '../oci/image-config.ts'
import { type LayerDescriptor, parseImageDocument, parseImageManifest } from '../oci/manifest.ts'
import { largestDocument } from '../oci/parse-document.ts'
import { formatImageReference, type ImageReference } from '../oci/reference.ts'
import { selectPlatform } from '../oci/select-platform.ts'
import type { Document } from '../oci/stored-image.ts'

/** What an image consists of, apart from its layers. */
export interface ImageDocuments {
  readonly label: string
  readonly reference: ImageReference
  readonly index: Document | undefined
  readonly manifest: Document
  readonly config: Document
  /** RFC 3339. */
  readonly created: string | undefined
  /** Lowest first. */
  readonly layers: readonly { readonly blob: LayerDescriptor; readonly diffId: Sha256 }[]
}

export interface ReadOptions {
  readonly architecture: Architecture
  readonly openBlob: (sha256: Sha256, wanted: WantedDocument) => AsyncIterable<Uint8Array>
}

/** What is to be opened. Registries have manifests apart from other blobs; an index is a manifest here. */
export interface WantedDocument {
  readonly kind: 'manifest' | 'configuration'
  readonly label: string
  /** Bytes, where a document that was read before says so. It is no more than {@link largestDocument}. */
  readonly size: number | undefined
}

/**
 * Reads what a pinned reference names: an index and its image for `architecture`, or an image; and that image's
 * configuration. Every document is held against the digest and size that lead to it.
 * @throws PipelineError `CHECKSUM_MISMATCH`, `ARCHIVE_INVALID`, `SOURCE_MISSING`, and what `openBlob` throws.
 */
export async function readImageDocuments(
  reference: ImageReference,
  { architecture, openBlob }: ReadOptions,
): Promise<ImageDocuments> {
  const label = formatImageReference(reference)
  if (reference.digest === undefined) throw new Error(`${label} is not pinned`)
  const read = async (kind: WantedDocument['kind'], digest: Sha256, size?: number): Promise<Document> => {
    const wanted = { kind, label: `the ${kind} of ${label}`, size }
    if (size !== undefined && size > largestDocument)
      throw invalid(wanted.label, `has ${size} bytes, more than ${largestDocument}`)
    return { digest, bytes: await readVerified(openBlob(digest, wanted), { ...wanted, digest }) }
  }
  const top = await read('manifest', reference.digest)
  const document = parseImageDocument(top.bytes, `the manifest of ${label}`)
  const isIndex = document.type === 'index'
  const platform = isIndex ? selectPlatform(document.index, architecture, label) : undefined
  const manifest = platform ? await read('manifest', platform.digest, platform.size) : top
  const { config: pinned, layers } = parseImageManifest(manifest.bytes, `the manifest of ${label}`)
  const config = await read('configuration', pinned.digest, pinned.size)
  const { created, diffIds, ...image } = parseImageConfig(config.bytes, `the configuration of ${label}`)
  if (architectureOfPlatform[image.architecture] !== architecture)
    throw invalid(
      label,
      `is for ${image.architecture}, as its configuration says, and not for ${architecture}`,
    )
  if (layers.length !== diffIds.length)
    throw invalid(label, `has ${layers.length} layers, and the diffIDs of ${diffIds.length}`)
  const paired = layers.map((blob, depth) => ({ blob, diffId: diffIds[depth] as Sha256 }))
  return { label, reference, index: isIndex ? top : undefined, manifest, config, created, layers: paired }
}

async function readVerified(
  chunks: AsyncIterable<Uint8Array>,
  { label, digest, size }: { label: string; digest: Sha256; size: number | undefined },
): Promise<Uint8Array> {
  const most = Math.min(size ?? largestDocument, largestDocument)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > most) throw mismatch(label, `has more than ${most} bytes`)
    parts.push(chunk)
  }
  const bytes = Buffer.concat(parts)
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== digest) throw mismatch(label, `has sha256 ${found}, not the expected ${digest}`)
  if (size !== undefined && length !== size)
    throw mismatch(label, `has ${length} bytes, not the expected ${size}`)
  return bytes
}

function invalid(label: string, reason: string): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${label} ${reason}`, {
    hint: 'Pin another version of this image, or ask who publishes it.',
  })
}

function mismatch(label: string, reason: string): PipelineError {
  return new PipelineError('CHECKSUM_MISMATCH', `${label} ${reason}`, {
    hint: 'Pull the image again, or from another registry.',
  })
}
