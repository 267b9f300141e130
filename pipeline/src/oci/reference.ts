import { isSha256, type Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import { byteString, displayPath } from '../tree/path.ts'

declare const brand: unique symbol

/** Where an image is, in the one form that containers/image and CRI-O know it by. */
export interface ImageReference {
  readonly [brand]: true
  /** A host with an optional port; Docker Hub is `docker.io`. */
  readonly registry: string
  /** With `library/` in front for Docker Hub's own images. */
  readonly repository: string
  readonly tag: string | undefined
  readonly digest: Sha256 | undefined
}

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
const registryPattern = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?$`)
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const repositoryPattern = new RegExp(`^${component}(?:/${component})*$`)
const tagPattern = /^\w[\w.-]{0,127}$/
/** Of registry and repository together (distribution/reference, `NameTotalLengthMax`). */
const longestName = 255

/**
 * Parses a reference as people and manifests write it: `busybox` is `docker.io/library/busybox:latest`. One with a
 * digest and without a tag gets no tag (distribution/reference, `ParseNormalizedNamed` and `TagNameOnly`).
 * @throws PipelineError `RECIPE_INVALID`; digests other than sha256 are refused.
 */
export function parseImageReference(text: string): ImageReference {
  const refuse = (reason: string) =>
    new PipelineError(
      'RECIPE_INVALID',
      `"${displayPath(byteString(text))}" is no reference of an image: ${reason}`,
      {
        hint: 'Write it as registry/repository:tag, with @sha256: and 64 lower-case hex digits to pin it.',
      },
    )
  const at = text.indexOf('@')
  const digest = at === -1 ? undefined : text.slice(at + 1).replace(/^sha256:/, '')
  if (digest !== undefined && (!isSha256(digest) || !text.includes('@sha256:')))
    throw refuse('its digest is not sha256: and 64 lower-case hex digits')
  const named = at === -1 ? text : text.slice(0, at)
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const tag = colon === -1 ? undefined : named.slice(colon + 1)
  if (tag !== undefined && !tagPattern.test(tag))
    throw refuse('its tag is not up to 128 of A-Z a-z 0-9 _ . -')
  const { registry, repository } = splitName(colon === -1 ? named : named.slice(0, colon))
  if (!registryPattern.test(registry)) throw refuse('its registry is not a host with an optional port')
  if (!repositoryPattern.test(repository)) throw refuse('its repository is not of lower-case words')
  if (registry.length + 1 + repository.length > longestName)
    throw refuse(`its name has more than ${longestName} characters`)
  // Containers take such a name for the id of an image.
  if (isSha256(named)) throw refuse('64 hex digits are the id of an image')
  const latest = digest === undefined ? 'latest' : undefined
  return { registry, repository, tag: tag ?? latest, digest } as ImageReference
}

/** `registry/repository`. */
export function repositoryName({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`
}

/** `registry/repository:tag`: what people know an image by, whatever digest it is pinned to. */
export function imageName(reference: ImageReference): string {
  return formatImageReference({ ...reference, digest: undefined })
}

/** The reference with its tag and digest, where it has them. {@link parseImageReference} gives it back. */
export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@sha256:${reference.digest}`
  return `${repositoryName(reference)}${tag}${digest}`
}

/** What stands before the first slash is a registry only if nothing else can look like it. */
function splitName(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(0, slash))
  const isRegistry = /[.:A-Z]/.test(first) || first === 'localhost'
  const registry = !isRegistry || first === 'index.docker.io' ? 'docker.io' : first
  const repository = isRegistry ? name.slice(slash + 1) : name
  const isOfficial = registry === 'docker.io' && !repository.includes('/')
  return { registry, repository: isOfficial ? `library/${repository}` : repository }
}
