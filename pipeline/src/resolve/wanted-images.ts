import { readFile } from 'node:fs/promises'
import { deriveImages, type WantedImage } from '../kubernetes/derive-images.ts'
import { imagesOf } from '../kubernetes/images-of.ts'
import { defaultKubeadmImages } from '../kubernetes/kubeadm-images.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { ImageReference } from '../oci/reference.ts'
import { orFileError } from '../store/file-error.ts'
import type { FetchedManifest } from './fetch-manifests.ts'
import type { Survey } from './survey.ts'

/**
 * Every image that a recipe needs, with the reasons: of kubeadm, of the runtime's configuration, of the rendered
 * kustomization, and those it asks for itself.
 * @throws PipelineError `RECIPE_INVALID` when a manifest names an image without a fixed tag.
 */
export async function wantedImages(
  { recipe, pauseImage }: LoadedRecipe,
  { survey, manifests }: { survey: Survey; manifests: readonly FetchedManifest[] },
): Promise<WantedImage[]> {
  const { kubernetes } = recipe
  const named = new Map<string, readonly ImageReference[]>()
  for (const { name, blob } of manifests) {
    const text = await orFileError(blob.path, () => readFile(blob.path, 'utf8'))
    named.set(name, imagesOf(text, `manifest ${name}`, { floating: true }))
  }
  return deriveImages({
    kubeadm: survey.kubeadm ?? (kubernetes ? defaultKubeadmImages(kubernetes.version) : []),
    pause: pauseImage,
    manifests: named,
    rendered: survey.rendered === undefined ? [] : imagesOf(survey.rendered, 'the base kustomization'),
    extra: recipe.images?.extra ?? [],
  })
}
