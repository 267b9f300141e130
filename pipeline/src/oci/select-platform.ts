import type { Architecture } from '../architecture.ts'
import { PipelineError } from '../errors.ts'
import type { ImageIndex } from './manifest.ts'
import { manifestMediaTypes } from './media-types.ts'

/** By Go's names. No variant stands for the first one; later ones of amd64 need newer processors. */
const platforms: Readonly<Record<Architecture, { architecture: string; variant: string }>> = {
  x86_64: { architecture: 'amd64', variant: 'v1' },
  aarch64: { architecture: 'arm64', variant: 'v8' },
}

/** The platform that a rootfs of an architecture runs images of, as people write it (image-spec, "Image Index"). */
export const platformOf = {
  x86_64: 'linux/amd64',
  aarch64: 'linux/arm64',
} as const satisfies Record<Architecture, string>

/**
 * The descriptor of the image for Linux on `architecture`: the first one, as containers/image takes it.
 * @throws PipelineError `SOURCE_MISSING` when there is none. `label` names the image.
 */
export function selectPlatform(
  { manifests }: ImageIndex,
  architecture: Architecture,
  label: string,
): ImageIndex['manifests'][number] {
  const wanted = platforms[architecture]
  const found = manifests.find(
    ({ mediaType, platform }) =>
      platform?.os === 'linux' &&
      platform.architecture === wanted.architecture &&
      (platform.variant ?? wanted.variant) === wanted.variant &&
      manifestMediaTypes.some((known) => known === mediaType),
  )
  if (found !== undefined) return found
  throw new PipelineError('SOURCE_MISSING', `${label} has no image for linux/${wanted.architecture}`, {
    hint: 'Choose an image that is published for this architecture.',
  })
}
