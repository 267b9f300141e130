import { expect, test } from 'vitest'
import { inputs, manifest, sha256 } from './bill.fixture.ts'
import { buildBill } from './build-bill.ts'
import { printSpdx } from './print-spdx.ts'
import { type SpdxDocument, spdxDocument } from './spdx-schema.fixture.ts'

const bill = buildBill(inputs)
const text = printSpdx(bill)
const document: SpdxDocument = JSON.parse(text)
const packageOf = (name: string) => document.packages.find((one) => one.name === name)

test('what is printed keeps the specification, and every reference leads somewhere', () => {
  expect(spdxDocument.safeParse(document)).toMatchObject({ success: true })
  expect(text).toMatch(/^\{\n {2}"spdxVersion": "SPDX-2.3",\n.*\n\}\n$/s)
})

test.each<[what: string, change: (document: SpdxDocument) => unknown]>([
  ['without a namespace', (one) => Reflect.deleteProperty(one, 'documentNamespace')],
  ['of another version', (one) => Object.assign(one, { spdxVersion: 'SPDX-2.2' })],
  ['with an unknown key', (one) => Object.assign(one, { comments: 'x' })],
  [
    'with a package without a download location',
    (one) => Reflect.deleteProperty(first(one), 'downloadLocation'),
  ],
  [
    'with a licence that is no expression',
    (one) => Object.assign(first(one), { licenseDeclared: 'MIT ISC' }),
  ],
  [
    'with an operator in small letters',
    (one) => Object.assign(first(one), { licenseDeclared: 'MIT and ISC' }),
  ],
  [
    'with a licence that it does not explain',
    (one) => Object.assign(first(one), { licenseDeclared: 'LicenseRef-x' }),
  ],
  ['with a package twice', (one) => one.packages.push(first(one))],
  [
    'with a relation to nothing',
    (one) => Object.assign(one.relationships[1] ?? {}, { relatedSpdxElement: 'SPDXRef-x' }),
  ],
  [
    'with a digest of another length',
    (one) => Object.assign(first(one).checksums?.[0] ?? {}, { checksumValue: 'ab' }),
  ],
  ['with a space in an id', (one) => Object.assign(first(one), { SPDXID: 'SPDXRef-a b' })],
])('the check that says so finds a document %s', (_, change) => {
  const changed = structuredClone(document)
  change(changed)
  expect(spdxDocument.safeParse(changed).success).toBe(false)
})

test('describes the rootfs, at the source date', () => {
  expect(document.creationInfo.created).toBe('2023-11-14T22:13:20Z')
  expect(document.relationships[0]).toEqual({
    spdxElementId: 'SPDXRef-DOCUMENT',
    relationshipType: 'DESCRIBES',
    relatedSpdxElement: 'SPDXRef-rootfs',
  })
  expect(packageOf('small')?.checksums).toEqual([{ algorithm: 'SHA256', checksumValue: sha256('d') }])
})

test('tells a package’s maintainer, supplier, licence, digest and purl', () => {
  expect(packageOf('libstdc++')).toMatchObject({
    supplier: 'Organization: Alpine Linux',
    originator: 'Person: Jane Doe (jane@example.org)',
    licenseDeclared: 'GPL-2.0-or-later AND LicenseRef-Public-Domain',
    checksums: [{ algorithm: 'SHA256', checksumValue: sha256('1') }],
    externalRefs: [{ referenceType: 'purl', referenceLocator: expect.stringMatching(/^pkg:apk/) }],
    comment: expect.stringContaining('apk:identity: Q1BBB'),
  })
  expect(packageOf('yaml')?.checksums).toMatchObject([{ algorithm: 'SHA512' }])
})

test('asserts nothing where nothing is known, and passes over a homepage that is no address', () => {
  const unknown = packageOf('elsewhere')
  expect(unknown).toMatchObject({
    supplier: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    originator: 'Person: nobody at all',
  })
  expect(unknown).not.toHaveProperty('homepage')
  expect(packageOf('testing')).not.toHaveProperty('homepage')
})

test('explains each licence that is not on SPDX’s list, once', () => {
  expect(document.hasExtractedLicensingInfos.map(({ name }) => name)).toEqual([
    'MIT ISC',
    'Public-Domain',
    'SEE LICENSE IN LICENSE',
  ])
})

test('has another namespace when anything in it differs, and else the same', () => {
  const other = { ...manifest, files: { ...manifest.files, rootfs: { ...manifest.files.rootfs, size: 1 } } }
  const namespaceOf = (printed: string) => JSON.parse(printed).documentNamespace
  expect(printSpdx(buildBill(structuredClone(inputs)))).toBe(text)
  expect(namespaceOf(printSpdx(buildBill({ ...inputs, manifest: other })))).not.toBe(namespaceOf(text))
})

function first({ packages }: SpdxDocument): SpdxDocument['packages'][number] {
  const [one] = packages
  if (one === undefined) throw new Error('no package')
  return one
}
