import { z } from 'zod'
import { parseAtom } from '../apk/atom.ts'
import { isVersion } from '../apk/version.ts'
import { type ApkChecksum, isApkChecksum } from '../digest.ts'
import { sha256, size } from './vocabulary.ts'

const apkChecksum = z.custom<ApkChecksum>(
  (value) => typeof value === 'string' && isApkChecksum(value),
  "is not an apk identity: 'Q1' and the base64 of a SHA-1 digest",
)

const version = z.string().refine(isVersion, 'is not a version that apk knows')

const packageName = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/

const repository = z
  .string()
  .regex(
    /^((v\d+\.\d+|edge)\/[a-z][a-z0-9-]*|https?:\/\/[^\s\p{Cc}/?#@]+(\/(?!\.\.?(\/|$))[^\s\p{Cc}/?#@]+)*)$/u,
    "is neither a repository of the mirror such as 'v3.24/main' nor an http(s) address",
  )

const lockedPackage = z.strictObject({
  name: z.string().regex(packageName, 'is not the name of a package'),
  version,
  repository,
  size,
  checksum: apkChecksum,
  sha256,
  why: z
    .string()
    .refine(
      isReason,
      "is not 'asked for', 'needed by <package>', 'install_if <packages>' or 'chosen by apk'",
    ),
})

const lockedBase = z.strictObject({
  release: z.string().regex(/^v\d+\.\d+$/, "is not a branch such as 'v3.24'"),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "is not an exact version in quotes, such as '3.24.2'"),
  // One folder deep only: a path that leads elsewhere would put another file in the place of the base.
  file: z.string().regex(/^v\d+\.\d+\/releases\/\w+\/\w[\w.-]*\.tar\.gz$/, {
    error: "is not a path such as 'v3.24/releases/x86_64/alpine-minirootfs-3.24.2-x86_64.tar.gz'",
    abort: true,
  }),
  size,
  sha256,
})

const architectureLock = z.strictObject({
  recipe: sha256,
  base: lockedBase,
  apk: version,
  packages: z.array(lockedPackage).superRefine((packages, context) => {
    const seen = new Set<string>()
    for (const [index, { name }] of packages.entries()) {
      if (seen.has(name))
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is locked twice', input: name })
      seen.add(name)
    }
  }),
})

export const packagesLockSchema = z.strictObject({
  version: z.literal(1, 'is not 1, the only version of this format that this program reads'),
  architectures: z
    .strictObject({ x86_64: architectureLock.exactOptional(), aarch64: architectureLock.exactOptional() })
    .superRefine((locks, context) => {
      for (const [name, { base }] of Object.entries(locks)) {
        const folder = `${base.release}/releases/${name}/`
        if (base.file.startsWith(folder)) continue
        context.addIssue({
          code: 'custom',
          path: [name, 'base', 'file'],
          message: `is not in ${folder}`,
          input: base.file,
        })
      }
    }),
})

/** What a build of a recipe consists of, exactly. */
export type PackagesLock = z.infer<typeof packagesLockSchema>
export type ArchitectureLock = z.infer<typeof architectureLock>
export type LockedBase = z.infer<typeof lockedBase>
export type LockedPackage = z.infer<typeof lockedPackage>

/** The reasons that `apk/reasons.ts` gives. */
function isReason(text: string): boolean {
  if (text === 'asked for' || text === 'chosen by apk') return true
  const names = /^(?:needed by (?<needing>\S+)|install_if (?<conditions>\S+(?: \S+)*))$/.exec(text)?.groups
  if (names?.['needing'] !== undefined) return packageName.test(names['needing'])
  const atoms = names?.['conditions']?.split(' ') ?? ['']
  return atoms.every((atom) => !('error' in parseAtom(atom, { tags: false })))
}
