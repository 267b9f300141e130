import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manifest } from '../describe/sbom/bill.fixture.ts'
import type { Sha256 } from '../digest.ts'
import { checkProvenance } from './check-provenance.ts'

let folder: string
const rootfs = { name: manifest.files.rootfs.name, digest: { sha256: manifest.files.rootfs.sha256 } }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provenance-'))
  await writeFile(join(folder, 'rootfs.spdx.json'), 'a bill')
  await writeFile(join(folder, 'rootfs.manifest.json'), 'a manifest')
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

function subject(name: string, text: string): typeof rootfs {
  return { name, digest: { sha256: createHash('sha256').update(text).digest('hex') as Sha256 } }
}

async function check(subjects: readonly unknown[], change: object = {}): Promise<string[]> {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://example.org',
        externalParameters: {
          recipe: { name: 'small', digest: rootfs.digest },
          architecture: 'x86_64',
          version: '1.2.3',
          images: true,
        },
        internalParameters: { tools: manifest.tools },
        resolvedDependencies: [],
      },
      runDetails: { builder: { id: 'https://builder.example' } },
    },
    ...change,
  }
  await writeFile(join(folder, 'rootfs.provenance.json'), JSON.stringify(statement))
  return checkProvenance(join(folder, 'rootfs.manifest.json'), manifest)
}

test('finds nothing where every file that is there is the one it speaks of', async () => {
  const bill = subject('rootfs.spdx.json', 'a bill')
  expect(await check([rootfs, bill, subject('packages.tar', 'not downloaded')])).toEqual([])
})

test('finds nothing where there is no provenance, or no telling where it would be', async () => {
  expect(await checkProvenance(join(folder, 'rootfs.manifest.json'), manifest)).toEqual([])
  expect(await checkProvenance(join(folder, 'rootfs.spdx.json'), manifest)).toEqual([])
})

test.each<[what: string, subjects: readonly unknown[], says: RegExp]>([
  [
    'a bill that was changed',
    [rootfs, subject('rootfs.spdx.json', 'another')],
    /^rootfs\.spdx\.json has sha256/,
  ],
  ['another manifest', [rootfs, subject('rootfs.manifest.json', 'x')], /^rootfs\.manifest\.json has sha256/],
  ['another rootfs', [subject('rootfs.tar.gz', 'x')], /does not speak of the rootfs\.tar\.gz/],
  ['no rootfs', [subject('packages.tar', 'x')], /does not speak of the rootfs\.tar\.gz/],
  ['a path that leads elsewhere', [rootfs, subject('../../etc/passwd', 'x')], /no path below it/],
])('finds %s', async (_, subjects, says) => {
  expect(await check(subjects)).toEqual([expect.stringMatching(says)])
})

test.each<[what: string, change: object]>([
  ['of another type', { _type: 'https://in-toto.io/Statement/v0.1' }],
  ['with an unknown key', { comment: 'x' }],
  ['without subjects', { subject: [] }],
])('refuses a provenance %s', async (_, change) => {
  await expect(check([rootfs], change)).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
})
