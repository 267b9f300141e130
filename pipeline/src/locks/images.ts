import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Sha256 } from '../digest.ts'
import { digestSchema } from '../oci/digest.ts'
import { formatImageReference, imageName } from '../oci/reference.ts'
import { type PinnedReference, pinnedReference } from '../oci/reference-schema.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { inOrder, sha256 } from './vocabulary.ts'

/** Why an image is there: `kubeadm` lists it, a `runtime` is configured for it, a manifest names it, the recipe asks for it. */
const reason = z
  .string()
  .regex(
    /^(kubeadm|runtime|extra|manifest:[a-z][a-z0-9-]*)$/,
    "is not 'kubeadm', 'runtime', 'extra' or 'manifest:<name>'",
  )

const lockedImage = z.strictObject({
  image: pinnedReference,
  /** What the index has for a platform; where it is unknown yet, the index decides. */
  platforms: z.strictObject({
    'linux/amd64': digestSchema.exactOptional(),
    'linux/arm64': digestSchema.exactOptional(),
  }),
  from: z.array(reason).min(1),
})

const imagesLockSchema = z.strictObject({
  version: z.literal(1, 'is not 1, the only version of this format that this program reads'),
  recipe: sha256,
  images: z.array(lockedImage).superRefine(inOrder(nameOf, 'image')),
})

/** Every image that a rootfs carries, by name and tag. */
export type ImagesLock = z.infer<typeof imagesLockSchema>
export type LockedImage = ImagesLock['images'][number]

/** `registry/repository:tag`. */
export function nameOf({ image }: { readonly image: PinnedReference }): string {
  return imageName(image)
}

/**
 * The digest that a lock carries to say which recipe it answers (`cluster`, see `clusterDigest`), and with which
 * images: one that was added, removed or given another tag by hand or by a program is found before anything is fetched.
 */
export function imagesLockDigest(
  cluster: Sha256,
  images: readonly { readonly image: PinnedReference }[],
): Sha256 {
  const inputs = [cluster, images.map(nameOf).toSorted()]
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex') as Sha256
}

/**
 * Reads an images lock. `fileName` is the name that errors begin with.
 * @throws PipelineError `LOCK_INVALID`, with a line `file:line:column: …` for each thing that is wrong.
 */
export function parseImagesLock(text: string, fileName: string): ImagesLock {
  return parseYaml(imagesLockSchema, text, {
    file: fileName,
    code: 'LOCK_INVALID',
    hint: 'Restore the file from git, or delete it and run `npm run lock`.',
    exact: true,
  })
}

const header = `# Every image that the rootfs carries. Written by \`npm run lock\`; Renovate may move a tag and its digest,
# \`npm run lock\` then corrects the rest.
`

/** The one text of a lock. Reading it with {@link parseImagesLock} gives the lock again. */
export function printImagesLock({ version, recipe, images }: ImagesLock): string {
  const lines = images
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .flatMap(({ image, platforms, from }) => [
      `  - image: "${formatImageReference(image)}"`,
      `    platforms: ${flow(Object.entries(platforms).map(([name, digest]) => `${name}: "sha256:${digest}"`))}`,
      `    from: [${from.map((one) => JSON.stringify(one)).join(', ')}]`,
    ])
  const list = lines.length === 0 ? ' []' : `\n${lines.join('\n')}`
  return `${header}version: ${version}\nrecipe: "${recipe}"\nimages:${list}\n`
}

function flow(parts: readonly string[]): string {
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}
