import { z } from 'zod'
import { digestSchema } from './digest.ts'
import { parseDocument } from './parse-document.ts'

const configSchema = z.object({
  os: z.literal('linux'),
  architecture: z.string(),
  created: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/, 'is not a time of RFC 3339')
    .refine((text) => !Number.isNaN(Date.parse(text)), 'is not a time of RFC 3339')
    .nullish(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digestSchema) }),
})

/** What storing an image asks of its configuration (image-spec, "config.md"). */
export interface ImageConfig {
  readonly architecture: string
  /** RFC 3339, as it stands there. */
  readonly created: string | undefined
  /** The digests of the uncompressed layers, lowest first. */
  readonly diffIds: z.infer<typeof configSchema>['rootfs']['diff_ids']
}

/** Parses the configuration of an image. @throws PipelineError `ARCHIVE_INVALID`. */
export function parseImageConfig(bytes: Uint8Array, label: string): ImageConfig {
  const { architecture, created, rootfs } = parseDocument(bytes, label, configSchema)
  return { architecture, created: created ?? undefined, diffIds: rootfs.diff_ids }
}
