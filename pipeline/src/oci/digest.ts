import { z } from 'zod'
import { isSha256, type Sha256 } from '../digest.ts'

/** `sha256:` and 64 lower-case hex digits, as its digits. Other algorithms are refused (image-spec, "Digests"). */
export const digestSchema = z
  .string()
  .refine((text) => text.startsWith('sha256:') && isSha256(text.slice(7)), 'is not a canonical sha256 digest')
  .transform((text) => text.slice(7) as Sha256)

/** A digest as OCI documents have it. */
export function formatDigest(sha256: Sha256): string {
  return `sha256:${sha256}`
}
