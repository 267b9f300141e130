import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { expect, test } from 'vitest'
import { inputs, manifest, sha256 } from './bill.fixture.ts'
import { buildBill } from './build-bill.ts'
import { printCycloneDx } from './print-cyclonedx.ts'

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
const text = printCycloneDx(buildBill(inputs))
const document = JSON.parse(text)
const componentOf = (name: string) => document.components.find((one: { name: string }) => one.name === name)

test('what is printed keeps the official schema', async () => {
  expect(await validator.validate(text)).toBeNull()
})

test.each<[what: string, change: (document: Record<string, unknown>) => unknown]>([
  ['with an unknown key', (one) => Object.assign(one, { comment: 'x' })],
  ['with a serial number that is none', (one) => Object.assign(one, { serialNumber: 'urn:uuid:1' })],
  ['with a date that is none', (one) => Object.assign(one['metadata'] as object, { timestamp: 'today' })],
])('the check that says so finds a document %s', async (_, change) => {
  const changed = structuredClone(document)
  change(changed)
  expect(await validator.validate(JSON.stringify(changed))).not.toBeNull()
})

test('is of the rootfs, at the source date', () => {
  expect(document).toMatchObject({
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: '2023-11-14T22:13:20Z',
      component: { 'bom-ref': 'rootfs', hashes: [{ alg: 'SHA-256', content: sha256('d') }] },
    },
  })
})

test('names the distribution as scanners look for it', () => {
  expect(componentOf('alpine')).toMatchObject({ type: 'operating-system', version: '3.19.4' })
})

test('tells a package’s maintainer, supplier, licence, digest, purl and address', () => {
  expect(componentOf('libstdc++')).toMatchObject({
    supplier: { name: 'Alpine Linux', contact: [{ name: 'Jane Doe', email: 'jane@example.org' }] },
    licenses: [{ expression: 'GPL-2.0-or-later AND LicenseRef-Public-Domain' }],
    hashes: [{ alg: 'SHA-256', content: sha256('1') }],
    purl: expect.stringMatching(/^pkg:apk\/alpine\/libstdc%2B%2B@/),
    externalReferences: [{ type: 'website' }, { type: 'distribution' }],
    properties: expect.arrayContaining([{ name: 'kaweezle:apk:origin', value: 'gcc' }]),
  })
})

test('has a licence that is no expression by its name, and none where nothing is said', () => {
  expect(componentOf('testing').licenses).toEqual([
    { license: { name: 'MIT ISC', acknowledgement: 'declared' } },
  ])
  expect(componentOf('elsewhere')).not.toHaveProperty('licenses')
  expect(componentOf('testing').externalReferences).toEqual([
    expect.objectContaining({ type: 'distribution' }),
  ])
})

test('has a maintainer without a supplier, a supplier without a maintainer, and neither', () => {
  expect(componentOf('elsewhere').supplier).toEqual({ contact: [{ name: 'nobody at all' }] })
  expect(componentOf('alpine').supplier).toEqual({ name: 'Alpine Linux' })
  expect(componentOf('iknite')).not.toHaveProperty('supplier')
})

test('every component has its dependencies, and all of them are there', () => {
  const refs = ['rootfs', ...document.components.map((one: { 'bom-ref': string }) => one['bom-ref'])]
  const dependencies: { ref: string; dependsOn: string[] }[] = document.dependencies
  expect(dependencies.map(({ ref }) => ref)).toEqual(refs)
  expect(new Set(refs).size).toBe(refs.length)
  for (const { dependsOn } of dependencies) expect(refs).toEqual(expect.arrayContaining(dependsOn))
  expect(dependencies.find(({ ref }) => ref === 'apk-testing')?.dependsOn).toEqual(['apk-busybox'])
})

test('has another serial number when anything in it differs, and else the same', () => {
  const other = { ...manifest, files: { ...manifest.files, rootfs: { ...manifest.files.rootfs, size: 1 } } }
  const serialOf = (printed: string) => JSON.parse(printed).serialNumber
  expect(printCycloneDx(buildBill(structuredClone(inputs)))).toBe(text)
  expect(serialOf(printCycloneDx(buildBill({ ...inputs, manifest: other })))).not.toBe(serialOf(text))
})
