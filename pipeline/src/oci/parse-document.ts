import type { z } from 'zod'
import { PipelineError } from '../errors.ts'
import { byteString, displayPath } from '../tree/path.ts'

/** Registries are asked to accept manifests of 4 MiB (distribution-spec, "Pushing Manifests"); few store larger ones. */
export const largestDocument = 4 * 2 ** 20

/**
 * Parses a JSON document of an image, which people know as `label`.
 * @throws PipelineError `ARCHIVE_INVALID` when it is larger than 4 MiB, is no JSON in UTF-8 or not what `schema` asks for.
 */
export function parseDocument<T>(bytes: Uint8Array, label: string, schema: z.ZodType<T>): T {
  if (bytes.length > largestDocument)
    throw invalid(label, `has ${bytes.length} bytes, more than ${largestDocument}`)
  const result = schema.safeParse(parseJson(bytes, label))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = issue?.path.map(String).join('.') || 'the document'
  throw invalid(label, `${displayPath(byteString(place))}: ${issue?.message}`)
}

function parseJson(bytes: Uint8Array, label: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      throw invalid(label, 'is not JSON in UTF-8', error)
    throw error
  }
}

function invalid(label: string, reason: string, cause?: unknown): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${label} is not usable: ${reason}`, {
    hint: 'Pin another version of this image, or ask who publishes it.',
    cause,
  })
}
