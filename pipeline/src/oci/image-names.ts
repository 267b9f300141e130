import type { Sha256 } from '../digest.ts'
import { formatDigest } from './digest.ts'
import { type ImageReference, repositoryName } from './reference.ts'

/** What a storage calls an image so that it is found by tag and by digest: `a/b:tag` and `a/b@sha256:…`. */
export function imageNames(reference: ImageReference, digest: Sha256): string[] {
  const name = repositoryName(reference)
  const tagged = reference.tag === undefined ? [] : [`${name}:${reference.tag}`]
  return [...tagged, `${name}@${formatDigest(digest)}`]
}
