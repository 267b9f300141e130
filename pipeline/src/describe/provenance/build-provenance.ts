import type { Sha256 } from '../../digest.ts'
import type { Builder } from './builder.ts'
import { type LockedInputs, lockedDependencies } from './locked-dependencies.ts'
import { type BuildDefinition, buildType, type ProvenanceStatement } from './statement.ts'

export interface ProvenanceInputs {
  /** The finished files, by their paths below the output folder. */
  readonly subjects: readonly { readonly name: string; readonly sha256: Sha256 }[]
  readonly parameters: BuildDefinition['externalParameters']
  readonly tools: BuildDefinition['internalParameters']['tools']
  readonly locks: LockedInputs
  readonly builder: Builder
}

/** The statement of who built which files from what. */
export function buildProvenance(inputs: ProvenanceInputs): ProvenanceStatement {
  const { subjects, parameters, tools, locks, builder } = inputs
  const { source, runDetails } = builder
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: parameters,
        internalParameters: { tools, ...(source !== undefined && { source }) },
        resolvedDependencies: lockedDependencies(locks),
      },
      runDetails,
    },
  }
}
