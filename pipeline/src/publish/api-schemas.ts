import { z } from 'zod'
import { isSha256, type Sha256 } from '../digest.ts'
import { Transient } from '../fetch/transient.ts'
import { unreachable } from './api-error.ts'

/** What counts here of an asset (https://docs.github.com/en/rest/releases/assets). */
export const apiAsset = z.object({
  id: z.int(),
  name: z.string(),
  size: z.int().min(0),
  /** `uploaded`, or `starter` or `open` for one that is not whole. */
  state: z.string(),
  /** `sha256:…`; null for old files, absent on an older Enterprise Server. */
  digest: z
    .string()
    .nullish()
    .transform((text) => parseDigest(text ?? '')),
})

/** What counts here of a release (https://docs.github.com/en/rest/releases/releases). */
export const apiRelease = z.object({
  id: z.int(),
  tag_name: z.string(),
  name: z.string().nullable(),
  body: z.string().nullish(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  immutable: z.boolean().optional(),
  html_url: z.string(),
  upload_url: z.string(),
})

export type ApiAsset = z.infer<typeof apiAsset>
export type ApiRelease = z.infer<typeof apiRelease>

/** @throws Transient when what came is no answer of GitHub's: a proxy's page for one. */
export function parseAnswer<T>(schema: z.ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = `${issue?.path.join('.') || 'all of it'}: ${issue?.message}`
  throw new Transient(unreachable(`the answer is not GitHub's (${where})`, { what: 'read what GitHub says' }))
}

function parseDigest(text: string): Sha256 | undefined {
  const hex = text.startsWith('sha256:') ? text.slice(7).toLowerCase() : ''
  return isSha256(hex) ? hex : undefined
}
