import { z } from 'zod'
import { isPipelineError } from '../errors.ts'
import { formatImageReference, type ImageReference, parseImageReference } from './reference.ts'

/** A reference in the one form that {@link formatImageReference} gives it, with a tag, and pinned or not. */
function reference(isWanted: (reference: ImageReference) => boolean, wanted: string) {
  return z.string().transform((text, context) => {
    const parsed = parsedOrUndefined(text)
    if (parsed !== undefined && isWanted(parsed) && formatImageReference(parsed) === text) return parsed
    context.addIssue({ code: 'custom', message: `is not ${wanted}`, input: text })
    return z.NEVER
  })
}

/** `registry/repository:tag`. */
export const taggedReference = reference(
  ({ tag, digest }) => tag !== undefined && digest === undefined,
  "an image written in full, such as 'docker.io/library/busybox:1.38.0'",
)

/** `registry/repository:tag@sha256:…`. */
export const pinnedReference = reference(
  ({ tag, digest }) => tag !== undefined && digest !== undefined,
  "an image with tag and digest, such as 'docker.io/library/busybox:1.38.0@sha256:…'",
).transform((parsed) => parsed as PinnedReference)

/** A reference with both: the name people use, and the bytes it stands for. */
export type PinnedReference = ImageReference &
  Required<{ [Part in 'tag' | 'digest']: NonNullable<ImageReference[Part]> }>

function parsedOrUndefined(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text)
  } catch (error) {
    if (isPipelineError(error, 'RECIPE_INVALID')) return undefined
    throw error
  }
}
