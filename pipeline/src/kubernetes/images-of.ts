import { isPipelineError, PipelineError } from '../errors.ts'
import { type ImageReference, parseImageReference } from '../oci/reference.ts'
import { show } from '../yaml/show.ts'
import { isMapping, type Mapping, parseResources, type Resource, readStream } from './resources.ts'
import { sortedImages } from './sorted-images.ts'

export interface ImagesOfOptions {
  /** Whether images without a tag, or with the tag `latest`, are taken: for a text that is patched later. */
  readonly floating?: boolean
}

/**
 * Every image that a stream of Kubernetes resources, which people know as `label`, lets a node pull: of containers of
 * every kind, wherever a resource holds the spec of a pod, of volumes, and of pods that a ConfigMap holds as text
 * (local-path's helper pod). Images that are only named in arguments or variables of a program are not seen.
 * @throws PipelineError `RECIPE_INVALID`, also for an image that is not fixed by a tag.
 */
export function imagesOf(text: string, label: string, options: ImagesOfOptions = {}): ImageReference[] {
  const images = parseResources(text, label).flatMap((resource) =>
    [...writtenImages(resource, label)].flatMap((written) =>
      takenImage(written, `${label}: ${resource.name}`, options),
    ),
  )
  return sortedImages(images)
}

function* writtenImages({ name, value }: Resource, label: string): Generator<unknown> {
  // Its schemas describe pods of others.
  if (value['kind'] === 'CustomResourceDefinition') return
  yield* imagesIn(value)
  if (value['kind'] !== 'ConfigMap' || !isMapping(value['data'])) return
  for (const [key, text] of Object.entries(value['data'])) {
    if (typeof text !== 'string' || !/containers|volumes/i.test(text)) continue
    const stream = readStream(text)
    if ('values' in stream) yield* imagesIn(stream.values)
    // Scripts and templates are no YAML. What is, and is not read, could hide an image.
    else if (stream.isYaml)
      throw invalid(`${label}: ${name}: its ${show(key)} cannot be read: ${stream.problem}`)
  }
}

/** API reference, `PodSpec` and `ImageVolumeSource`. */
function* imagesIn(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) for (const item of value) yield* imagesIn(item)
  if (!isMapping(value)) return
  for (const kind of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const container of mappingsOf(value[kind])) yield container['image']
  for (const { image } of mappingsOf(value['volumes'])) if (isMapping(image)) yield image['reference']
  for (const part of Object.values(value)) yield* imagesIn(part)
}

function mappingsOf(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.filter(isMapping) : []
}

function takenImage(
  written: unknown,
  place: string,
  { floating = false }: ImagesOfOptions,
): ImageReference[] {
  // Controllers may fill it in; a node pulls nothing for it.
  if (written === undefined || written === null) return []
  if (typeof written !== 'string') throw invalid(`${place} has ${show(written)} for an image`)
  const image = parsedImage(written, place)
  const isFixed = image.tag !== undefined && image.tag !== 'latest'
  if (isFixed || floating) return [image]
  throw invalid(`${place} asks for the image ${show(written)}, which no tag fixes`)
}

function parsedImage(written: string, place: string): ImageReference {
  try {
    return parseImageReference(written)
  } catch (error) {
    if (isPipelineError(error, 'RECIPE_INVALID')) throw invalid(`${place}: ${error.message}`, error)
    throw error
  }
}

function invalid(message: string, cause?: unknown): PipelineError {
  return new PipelineError('RECIPE_INVALID', message, {
    hint: 'Correct the manifest, or patch it in the kustomization: every image needs a tag that is not `latest`.',
    cause,
  })
}
