import { PipelineError } from '../errors.ts'
import type { Fetcher } from '../fetch/fetch.ts'
import { fetchAll } from '../fetch/fetch-all.ts'
import type { WantedImage } from '../kubernetes/derive-images.ts'
import { type ImagesLock, type LockedImage, nameOf } from '../locks/images.ts'
import type { PinnedReference } from '../oci/reference-schema.ts'
import type { Registries } from '../registry/registries.ts'
import { resolveImage } from '../registry/resolve-image.ts'

interface ResolveOptions {
  readonly registries: Registries
  readonly fetcher: Fetcher
  readonly before: ImagesLock | undefined
  /** Whether another digest under the same tag is taken. */
  readonly acceptMoved: boolean
  readonly signal: AbortSignal
}

/**
 * The digests that registries have now for the tags of all images, in the order of their names.
 * @throws PipelineError `LOCK_MISMATCH` when a tag moved, and whatever fetching throws.
 */
export async function resolveImages(
  wanted: readonly WantedImage[],
  { registries, fetcher, before, acceptMoved, signal }: ResolveOptions,
): Promise<LockedImage[]> {
  const found = await fetchAll(
    wanted,
    async ({ image, from }, signal): Promise<LockedImage> => {
      const { digest, platforms } = await resolveImage(image, { registries, fetcher, signal })
      return { image: { ...image, digest } as PinnedReference, platforms, from: [...from] }
    },
    { signal },
  )
  const moved = found.flatMap((one) => {
    const old = before?.images.find((other) => nameOf(other) === nameOf(one))?.image.digest
    return old === undefined || old === one.image.digest
      ? []
      : [`\n  ${nameOf(one)}: sha256:${old} -> sha256:${one.image.digest}`]
  })
  if (moved.length === 0 || acceptMoved) return found
  throw new PipelineError('LOCK_MISMATCH', `tags were moved to other images:${moved.join('')}`, {
    hint: 'Find out why. To take them all the same: npm run lock -- --accept-moved',
  })
}
