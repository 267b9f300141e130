import { z } from 'zod'
import { digestSchema } from './digest.ts'
import { configMediaTypes, indexMediaTypes, layerCompressions, manifestMediaTypes } from './media-types.ts'
import { parseDocument } from './parse-document.ts'

/** More than any filesystem mounts as lower layers, or any registry lists as platforms. */
const mostDescriptors = 500

const descriptor = z.object({ mediaType: z.string(), digest: digestSchema, size: z.int().min(0) })

const layer = descriptor.transform(({ mediaType, digest, size }, context) => {
  const compression = layerCompressions.get(mediaType)
  if (compression !== undefined) return { digest, size, compression }
  context.addIssue({ code: 'custom', path: ['mediaType'], message: 'is not a layer that can be unpacked' })
  return z.NEVER
})

/** A document of one kind with the fields of another is read differently by different clients (CVE-2021-41190). */
const absent = z.undefined('does not belong in this kind of document').optional()

const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.enum(manifestMediaTypes).optional(),
  config: descriptor.extend({ mediaType: z.enum(configMediaTypes) }),
  layers: z.array(layer).min(1).max(mostDescriptors),
  manifests: absent,
  fsLayers: absent,
})

const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.enum(indexMediaTypes).optional(),
  manifests: z
    .array(
      descriptor.extend({
        platform: z
          .object({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
          .optional(),
      }),
    )
    .max(mostDescriptors),
  config: absent,
  layers: absent,
  fsLayers: absent,
})

/** An image for one platform: OCI image manifest, Docker image manifest of schema 2. */
export type ImageManifest = z.infer<typeof manifestSchema>
export type LayerDescriptor = ImageManifest['layers'][number]
/** One image for several platforms: OCI image index, Docker manifest list. */
export type ImageIndex = z.infer<typeof indexSchema>

export type ImageDocument =
  | { readonly type: 'manifest'; readonly manifest: ImageManifest }
  | { readonly type: 'index'; readonly index: ImageIndex }

const kindSchema = z.object({ manifests: z.unknown().optional() })

/**
 * Parses what a registry has for a tag: the manifest of an image, or an index of several.
 * @throws PipelineError `ARCHIVE_INVALID`; also for Docker's schema 1, which has no digests of its own.
 */
export function parseImageDocument(bytes: Uint8Array, label: string): ImageDocument {
  const isIndex = parseDocument(bytes, label, kindSchema).manifests !== undefined
  return isIndex
    ? { type: 'index', index: parseImageIndex(bytes, label) }
    : { type: 'manifest', manifest: parseImageManifest(bytes, label) }
}

/** Parses the manifest of an image for one platform. @throws PipelineError `ARCHIVE_INVALID`. */
export function parseImageManifest(bytes: Uint8Array, label: string): ImageManifest {
  return parseDocument(bytes, label, manifestSchema)
}

/** Parses an index, or Docker's manifest list. @throws PipelineError `ARCHIVE_INVALID`. */
export function parseImageIndex(bytes: Uint8Array, label: string): ImageIndex {
  return parseDocument(bytes, label, indexSchema)
}
