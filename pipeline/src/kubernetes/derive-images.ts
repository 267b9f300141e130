import { PipelineError } from '../errors.ts'
import { formatImageReference, type ImageReference, imageName, repositoryName } from '../oci/reference.ts'

/** An image that a cluster needs, and the reasons, as a lock has them. */
export interface WantedImage {
  readonly image: ImageReference
  readonly from: readonly string[]
}

export interface ImageSources {
  readonly kubeadm: readonly ImageReference[]
  /** What the runtime's configuration names. */
  readonly pause?: ImageReference | undefined
  /** The images that each manifest of upstream names itself, by the manifest's name. */
  readonly manifests: ReadonlyMap<string, readonly ImageReference[]>
  /** What the rendered kustomization names. */
  readonly rendered: readonly ImageReference[]
  /** What the recipe asks for. */
  readonly extra: readonly ImageReference[]
}

/**
 * Every image of `sources` once, in the order of names, with its reasons. An image of the rendered kustomization is
 * attributed to the manifests that name its repository, with whatever tag, else to `manifest:base`.
 * @throws PipelineError `RECIPE_INVALID` when two sources pin one name to different digests.
 */
export function deriveImages(sources: ImageSources): WantedImage[] {
  const { kubeadm, pause, manifests, rendered, extra } = sources
  const reasons: [ImageReference, string][] = [
    ...kubeadm.map((image): [ImageReference, string] => [image, 'kubeadm']),
    ...(pause === undefined ? [] : [[pause, 'runtime'] satisfies [ImageReference, string]]),
    ...rendered.flatMap((image) =>
      namesOf(image, manifests).map((name): [ImageReference, string] => [image, `manifest:${name}`]),
    ),
    ...extra.map((image): [ImageReference, string] => [image, 'extra']),
  ]
  const wanted = new Map<string, { image: ImageReference; from: Set<string> }>()
  for (const [image, reason] of reasons) {
    const name = imageName(image)
    const before = wanted.get(name)
    wanted.set(name, {
      image: before === undefined ? image : pinnedOf(before.image, image),
      from: new Set([...(before?.from ?? []), reason]),
    })
  }
  return [...wanted]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { image, from }]) => ({ image, from: [...from] }))
}

function namesOf(image: ImageReference, manifests: ImageSources['manifests']): string[] {
  const repository = repositoryName(image)
  const names = [...manifests].flatMap(([name, images]) =>
    images.some((one) => repositoryName(one) === repository) ? [name] : [],
  )
  return names.length === 0 ? ['base'] : names.toSorted()
}

function pinnedOf(a: ImageReference, b: ImageReference): ImageReference {
  if (a.digest === undefined || b.digest === undefined || a.digest === b.digest)
    return a.digest === undefined ? b : a
  throw new PipelineError(
    'RECIPE_INVALID',
    `an image is pinned to two digests: ${formatImageReference(a)} and ${formatImageReference(b)}`,
    { hint: 'Patch one of the manifests so that both ask for the same image.' },
  )
}
