import { z } from 'zod'
import { architectures } from '../architecture.ts'
import { type ApkChecksum, isApkChecksum, isSha256, type Sha256 } from '../digest.ts'
import { preloads } from '../recipe/cluster.ts'

const text = z.string().min(1, 'is empty')

const size = z.int().min(0)

const sha256 = z.custom<Sha256>(
  (value) => typeof value === 'string' && isSha256(value),
  'is not a SHA-256 digest of 64 lower-case hex digits',
)

const checksum = z.custom<ApkChecksum>(
  (value) => typeof value === 'string' && isApkChecksum(value),
  "is not an apk identity: 'Q1' and the base64 of a SHA-1 digest",
)

const sourceDate = z
  .strictObject({ epoch: z.int().min(0), iso: text })
  .refine(({ epoch, iso }) => iso === isoDate(epoch), 'has an iso that is not its epoch')

const installedPackage = z
  .strictObject({
    name: text,
    version: text,
    architecture: text,
    /** `base`, `agent`, or the location of the repository that the build installed it from. */
    from: text,
    /** Bytes of the apk file. */
    size,
    /** Bytes once installed, as its packager counted them. */
    installedSize: size,
    checksum,
    /** Of the apk file; the base's own packages come without one. */
    sha256: sha256.exactOptional(),
  })
  .refine(
    (one) => (one.from === 'base') === (one.sha256 === undefined),
    'needs a sha256, unless it is of the base',
  )

const preloadedImage = z.strictObject({
  /** `registry/repository:tag`. */
  name: text,
  /** What the tag is pinned by: the digest of an index, or of an image for one platform. */
  digest: sha256,
  /** Of the image for the rootfs's architecture: its manifest's digest, and its configuration's, which is its id. */
  manifest: sha256,
  config: sha256,
  /** Why it is there: `kubeadm`, `runtime`, `manifest:<name>`, `extra`. */
  from: z.array(text).min(1),
  /** Lowest first, by diffID, with the bytes of the uncompressed tar. */
  layers: z.array(z.strictObject({ diffId: sha256, size })),
})

const agent = z.strictObject({
  /** Of its packages, e.g. `0.1.0-r0`. */
  version: text,
  /** The public key that its repository is signed by, beside the manifest. */
  key: text,
  /** All of its repository, by their files beside the manifest. `packages` lists those that are in the rootfs. */
  packages: z.array(z.strictObject({ name: text, file: text, size, checksum, sha256 })).min(1),
})

/**
 * The one source of what `rootfs.manifest.json` holds; the order of keys here is theirs in the file. Version 1 knew
 * no agent.
 */
export const rootfsManifest = z
  .strictObject({
    schema: z.literal([1, 2], 'is neither 1 nor 2, the versions of this format that this program reads'),
    /** The recipe's name. */
    name: text,
    version: text,
    architecture: z.enum(architectures),
    /** What all times are taken from, and none is later than (SOURCE_DATE_EPOCH). */
    sourceDate,
    base: z.strictObject({ release: text, version: text, file: text, size, sha256 }),
    repositories: z.array(z.strictObject({ location: text, tag: text.exactOptional() })),
    /** What apk's database lists, by name. */
    packages: z.array(installedPackage),
    /** How the images are in the rootfs; null where there are none. */
    preload: z.enum(preloads).nullable(),
    /** By name. */
    images: z.array(preloadedImage),
    /** What upstream published, as it is in the rootfs; by name. */
    manifests: z.array(
      z.strictObject({
        name: text,
        /** Absolute, in the rootfs. */
        path: text,
        url: text,
        tag: text,
        size,
        sha256,
      }),
    ),
    /** Null where the recipe has none. */
    agent: agent.nullable(),
    files: z.strictObject({
      rootfs: z.strictObject({
        name: text,
        size,
        sha256,
        /** Of the tar inside: these stay the same whichever zlib compressed it. */
        unpackedSize: size,
        unpackedSha256: sha256,
      }),
      packages: z.strictObject({ name: text, size, sha256 }),
    }),
    /** What the bytes depend on besides the recipe and its locks. */
    tools: z.strictObject({
      node: text,
      compressor: z.strictObject({ zlib: text, level: size, memLevel: size, block: size }),
      apk: text,
    }),
  })
  .refine((one) => one.schema > 1 || one.agent === null, 'has an agent, which version 1 has not')

export type RootfsManifest = z.infer<typeof rootfsManifest>

/** Seconds since 1970 as `2026-11-22T12:00:00Z`. */
export function isoDate(epoch: number): string {
  return new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
}
