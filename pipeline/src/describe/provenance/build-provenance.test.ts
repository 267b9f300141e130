import { expect, test } from 'vitest'
import type { Sha256 } from '../../digest.ts'
import { buildProvenance, type ProvenanceInputs } from './build-provenance.ts'
import { builderOf, localBuilder } from './builder.ts'
import { lockedDependencies } from './locked-dependencies.ts'
import { type ProvenanceStatement, printProvenance, provenanceStatement } from './statement.ts'

const inputs: ProvenanceInputs = {
  subjects: [
    { name: 'rootfs.tar.gz', sha256: sha256('1') },
    { name: 'apk/x86_64/iknite-0.1.0-r0.apk', sha256: sha256('2') },
  ],
  parameters: {
    recipe: { name: 'small', digest: { sha256: sha256('3') } },
    architecture: 'x86_64',
    version: '1.2.3',
    images: true,
  },
  tools: { node: 'v24', apk: '2', compressor: { zlib: '1', level: 5, memLevel: 9, block: 1 } },
  locks: {
    architecture: 'x86_64',
    packages: {
      recipe: sha256('3'),
      base: {
        release: 'v3.19',
        version: '3.19.4',
        file: 'v3.19/releases/x86_64/a.tar.gz',
        size: 1,
        sha256: sha256('a'),
      },
      apk: '2',
      packages: [],
    },
    images: undefined,
    manifests: undefined,
  },
  builder: builderOf({}),
}
const statement = buildProvenance(inputs)

test('says by SLSA’s names who built which files from what', () => {
  expect(statement).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
    subject: [
      { name: 'apk/x86_64/iknite-0.1.0-r0.apk', digest: { sha256: sha256('2') } },
      { name: 'rootfs.tar.gz', digest: { sha256: sha256('1') } },
    ],
    predicate: {
      buildDefinition: {
        externalParameters: inputs.parameters,
        resolvedDependencies: lockedDependencies(inputs.locks),
      },
      runDetails: { builder: { id: localBuilder } },
    },
  })
})

test('leads to a description of its build type', () => {
  const { buildType } = statement.predicate.buildDefinition
  expect(buildType).toMatch(/^https:\/\/github\.com\/kaweezle\/kaweezle\/blob\/main\/docs\/\S+#\S+$/)
})

test('can be read when it was printed, and the order of keys does not count', () => {
  const text = printProvenance(statement)
  expect(provenanceStatement.parse(JSON.parse(text))).toEqual(statement)
  const turned = Object.fromEntries(Object.entries(statement).toReversed()) as ProvenanceStatement
  expect(printProvenance(turned)).toBe(text)
  expect(text).toMatch(/^\{\n {2}"_type": .*\n\}\n$/s)
})

test.each<[what: string, change: (changed: ProvenanceStatement) => unknown]>([
  ['without subjects', (one) => Object.assign(one, { subject: [] })],
  ['of another type', (one) => Object.assign(one, { _type: 'https://in-toto.io/Statement/v0.1' })],
  [
    'of another predicate',
    (one) => Object.assign(one, { predicateType: 'https://slsa.dev/provenance/v0.2' }),
  ],
  [
    'with an unknown parameter',
    (one) => Object.assign(one.predicate.buildDefinition.externalParameters, { mirror: 'x' }),
  ],
  ['without a builder', (one) => Object.assign(one.predicate.runDetails, { builder: {} })],
  [
    'with a digest in capitals',
    (one) => Object.assign(one.subject[0] ?? {}, { digest: { sha256: 'A'.repeat(64) } }),
  ],
])('a statement %s is refused', (_, change) => {
  const changed = structuredClone(statement)
  change(changed)
  expect(provenanceStatement.safeParse(changed).success).toBe(false)
})

function sha256(digit: string): Sha256 {
  return digit.repeat(64) as Sha256
}
