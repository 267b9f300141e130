import { z } from 'zod'

const count = z.int().min(0)

/** A field that is there in one of the two only has null for the other. */
const both = <T extends z.ZodType>(value: T) => ({ old: value.nullable(), new: value.nullable() })

const side = z.strictObject({
  name: z.string(),
  version: z.string(),
  architecture: z.string(),
  /** As the manifest has it, e.g. `2026-11-22T12:00:00Z`. */
  sourceDate: z.string(),
  /** Of the packed file. */
  sha256: z.string(),
  /** What was read: the manifest alone, or the root filesystem too. */
  read: z.enum(['manifest', 'rootfs']),
})

const packageState = z.strictObject({
  version: z.string(),
  /** `base`, `agent`, or the location of its repository. */
  from: z.string(),
  /** Bytes of the apk file, and once installed, as its packager counted them. */
  size: count,
  installedSize: count,
})

const imageState = z.strictObject({
  tag: z.string(),
  digest: z.string(),
  /** Bytes of all its layers, uncompressed; and of those that no image of the other side has. */
  size: count,
  ownSize: count,
  layers: count,
})

const manifestState = z.strictObject({ tag: z.string(), url: z.string(), sha256: z.string(), size: count })

const agentState = z.strictObject({
  version: z.string(),
  /** The public key that its repository is signed by. */
  key: z.string(),
})

const privilege = z.strictObject({
  path: z.string(),
  owner: z.string(),
  kind: z.enum(['setuid', 'setgid', 'capabilities']),
  /** The user or group id, or the capabilities, e.g. `cap_net_raw=ep`. */
  value: z.string(),
})

const service = z.strictObject({ runlevel: z.string(), service: z.string() })

const fileState = z.strictObject({
  type: z.enum(['file', 'directory', 'symlink', 'character', 'block', 'fifo']),
  /** Octal, e.g. `4755`. */
  mode: z.string(),
  uid: count,
  gid: count,
  /** Of files; 0 for each further name of one. */
  size: count.optional(),
  sha256: z.string().optional(),
  /** Of symbolic links. */
  target: z.string().optional(),
  /** Of files with several names: the first of them. */
  firstName: z.string().optional(),
  capabilities: z.string().optional(),
})

/** What of a file changed. `attributes`: extended ones other than capabilities. `links`: which names are one file. */
export const aspects = [
  'type',
  'content',
  'mode',
  'owner',
  'target',
  'links',
  'device',
  'capabilities',
  'attributes',
] as const

const file = z.strictObject({
  path: z.string(),
  /** `package:<name>`, `overlay`, `images`, `manifests`, `services` or `apk`. */
  owner: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  /** Of what changed. */
  what: z.array(z.enum(aspects)),
  ...both(fileState),
})

const ownerSum = z.strictObject({
  owner: z.string(),
  added: count,
  removed: count,
  changed: count,
  /** Bytes of contents more, or fewer. */
  bytes: z.int(),
  /** The paths of the largest contents among these, largest first. */
  largest: z.array(z.strictObject({ path: z.string(), size: count })),
})

const cause = z.strictObject({
  cause: z.enum(['packages', 'images', 'rest', 'total']),
  packed: z.strictObject(both(count)),
  unpacked: z.strictObject(both(count)),
})

const layerSum = z.strictObject({ count, bytes: count })

/**
 * What changed between two root filesystems: the JSON of `npm run diff`. Lists are sorted. A later version may add
 * keys under the same number; what a key means changes only with it.
 */
export const differenceSchema = z.strictObject({
  schema: z.literal(1),
  /** Nothing that was compared has changed. */
  equal: z.boolean(),
  /** The same packed file; the same tar, packed otherwise; or another tar. */
  bytes: z.enum(['same', 'packed', 'other']),
  old: side,
  new: side,
  /** What was not looked at, because there is a manifest alone. */
  notCompared: z.array(z.enum(['privileges', 'services', 'files'])),
  /** What the manifests say of the whole, by name: version, source date, base, tools. */
  facts: z.array(z.strictObject({ fact: z.string(), ...both(z.string()) })),
  privileges: z.strictObject({ gained: z.array(privilege), lost: z.array(privilege) }).nullable(),
  packages: z.array(
    z.strictObject({
      name: z.string(),
      /** `rebuilt`: another package of the same version. `moved`: the same one, from elsewhere. */
      change: z.enum(['new', 'gone', 'up', 'down', 'rebuilt', 'moved']),
      ...both(packageState),
    }),
  ),
  images: z.strictObject({
    list: z.array(
      z.strictObject({
        /** `registry/repository`. */
        name: z.string(),
        /** `tag`: another tag. `moved`: another digest under the same tag. */
        change: z.enum(['new', 'gone', 'tag', 'moved']),
        ...both(imageState),
      }),
    ),
    /** Layers that images of one side have and none of the other; each once. */
    layers: z.strictObject({ new: layerSum, gone: layerSum }),
  }),
  manifests: z.array(
    z.strictObject({ name: z.string(), change: z.enum(['new', 'gone', 'changed']), ...both(manifestState) }),
  ),
  /** Null where nothing of it changed. */
  agent: z.strictObject(both(agentState)).nullable(),
  services: z.strictObject({ enabled: z.array(service), disabled: z.array(service) }).nullable(),
  files: z
    .strictObject({
      owners: z.array(ownerSum),
      list: z.array(file),
      /** How many differ in nothing but their time. */
      onlyTimes: count,
    })
    .nullable(),
  size: z.strictObject({
    /** `archive`: counted in the tars, headers included. `manifest`: as far as the manifests tell. */
    measured: z.enum(['archive', 'manifest']),
    causes: z.array(cause),
  }),
})

export type Difference = z.infer<typeof differenceSchema>
export type SideFacts = Difference['old']
export type PackageDifference = Difference['packages'][number]
export type ImageDifference = Difference['images']['list'][number]
export type ManifestDifference = Difference['manifests'][number]
export type Privileges = NonNullable<Difference['privileges']>
export type Privilege = z.infer<typeof privilege>
export type Services = NonNullable<Difference['services']>
export type FileDifferences = NonNullable<Difference['files']>
export type FileDifference = FileDifferences['list'][number]
export type OwnerSum = z.infer<typeof ownerSum>
export type FileState = z.infer<typeof fileState>
export type Sizes = Difference['size']
export type Cause = z.infer<typeof cause>
