import { z } from 'zod'
import { isSha256, type Sha256 } from '../../digest.ts'

const text = z.string().min(1, 'is empty')

const sha256 = z.custom<Sha256>(
  (value) => typeof value === 'string' && isSha256(value),
  'is not a SHA-256 digest of 64 lower-case hex digits',
)

const dependency = z.strictObject({
  uri: text,
  digest: z.strictObject({ sha256 }),
  name: text,
  annotations: z.record(z.string(), z.string()).exactOptional(),
})

const compressor = z.strictObject({ zlib: text, level: z.int(), memLevel: z.int(), block: z.int() })

/** What a build was asked for, as far as its result depends on it. */
const externalParameters = z.strictObject({
  recipe: z.strictObject({ name: text, digest: z.strictObject({ sha256 }) }),
  architecture: text,
  version: text,
  images: z.boolean(),
  /** Seconds since 1970, where `SOURCE_DATE_EPOCH` was given. */
  sourceDateEpoch: z.int().min(0).exactOptional(),
})

/** What it depends on besides, that nobody asks for. */
const internalParameters = z.strictObject({
  tools: z.strictObject({ node: text, apk: text, compressor }),
  /** Where a service of CI took the recipe and this program from. */
  source: z.strictObject({ uri: text, digest: z.strictObject({ gitCommit: text }) }).exactOptional(),
})

/**
 * What `rootfs.provenance.json` holds: a statement of in-toto
 * (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md) with SLSA's provenance
 * (https://slsa.dev/spec/v1.0/provenance). The order of keys here is theirs in the file. Our part of it stands in
 * docs/describing.md, which {@link buildType} leads to; another meaning of a parameter needs another build type.
 */
export const provenanceStatement = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.strictObject({ name: text, digest: z.strictObject({ sha256 }) })).min(1),
  predicateType: z.literal('https://slsa.dev/provenance/v1'),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({
      buildType: text,
      externalParameters,
      internalParameters,
      resolvedDependencies: z.array(dependency),
    }),
    runDetails: z.strictObject({
      builder: z.strictObject({ id: z.url('is no URI') }),
      metadata: z.strictObject({ invocationId: text }).exactOptional(),
    }),
  }),
})

export type ProvenanceStatement = z.infer<typeof provenanceStatement>
export type BuildDefinition = ProvenanceStatement['predicate']['buildDefinition']
export type ResolvedDependency = BuildDefinition['resolvedDependencies'][number]

/** What kind of build it was: how parameters and dependencies are to be read. */
export const buildType =
  'https://github.com/kaweezle/kaweezle/blob/main/docs/describing.md#build-type-rootfs-version-1'

/** The one text of a statement. Throws when it breaks the schema. */
export function printProvenance(statement: ProvenanceStatement): string {
  return `${JSON.stringify(provenanceStatement.parse(statement), null, 2)}\n`
}
