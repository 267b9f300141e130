import * as z from 'zod'
import { parseJson } from '../cluster/parse-text.ts'
import type { Host } from '../host/host.ts'

const imagesPath = '/var/lib/containers/storage/overlay-images/images.json'

/** Of https://github.com/containers/storage/blob/main/images.go: an image may have lost its names. */
const imagesSchema = z.array(z.object({ names: z.array(z.string()).nullish() }))

/** The names of all images in the container storage; none where its list is missing or damaged. */
export async function observeImages({ files }: Host): Promise<readonly string[]> {
  const text = await files.read(imagesPath)
  const images = text === undefined ? undefined : parseJson(text, imagesSchema)
  return (images ?? []).flatMap(({ names }) => names ?? [])
}
