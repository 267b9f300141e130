import { z } from 'zod'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { flow, inOrder, sha256, size } from './vocabulary.ts'

const lockedManifest = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'is not a name of lower-case letters, digits and -'),
  url: z.string().regex(/^https?:\/\/[^\s\p{Cc}@?#]+$/u, 'is not an http(s) address'),
  tag: z.string().regex(/^[\w.+-]+$/, 'is not a tag'),
  size,
  sha256,
})

const manifestsLockSchema = z.strictObject({
  version: z.literal(1, 'is not 1, the only version of this format that this program reads'),
  manifests: z.array(lockedManifest).superRefine(inOrder(({ name }) => name, 'name')),
})

/** Every manifest of upstream that a rootfs carries. */
export type ManifestsLock = z.infer<typeof manifestsLockSchema>
export type LockedManifest = ManifestsLock['manifests'][number]

/**
 * Reads a manifests lock. `fileName` is the name that errors begin with.
 * @throws PipelineError `LOCK_INVALID`, with a line `file:line:column: …` for each thing that is wrong.
 */
export function parseManifestsLock(text: string, fileName: string): ManifestsLock {
  return parseYaml(manifestsLockSchema, text, {
    file: fileName,
    code: 'LOCK_INVALID',
    hint: 'Restore the file from git, or delete it and run `npm run lock`.',
    exact: true,
  })
}

const header = "# Upstream's manifests, byte for byte. Written by `npm run lock`; do not edit.\n"

/** The one text of a lock. Reading it with {@link parseManifestsLock} gives the lock again. */
export function printManifestsLock({ version, manifests }: ManifestsLock): string {
  const lines = manifests
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, url, tag, size, sha256 }) => `  - ${flow({ name, url, tag, size, sha256 })}\n`)
  return `${header}version: ${version}\nmanifests:${lines.length === 0 ? ' []\n' : `\n${lines.join('')}`}`
}
