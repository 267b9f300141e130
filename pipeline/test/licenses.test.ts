import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import parse from 'spdx-expression-parse'
import { beforeAll, expect, test } from 'vitest'
import { type IndexPackage, parseIndex, type VerifiedIndex } from '../src/apk/index.ts'
import { collectMember, splitMembers } from '../src/apk/members.ts'
import { readTar } from '../src/apk/tar.ts'
import { inputs, manifest, sha256 } from '../src/describe/sbom/bill.fixture.ts'
import { buildBill } from '../src/describe/sbom/build-bill.ts'
import { parseLicense } from '../src/describe/sbom/license.ts'
import { printCycloneDx } from '../src/describe/sbom/print-cyclonedx.ts'
import { printSpdx } from '../src/describe/sbom/print-spdx.ts'
import { spdxDocument } from '../src/describe/sbom/spdx-schema.fixture.ts'
import { mirrorFolder } from './support/mirror.ts'
import { requirement } from './support/requirement.ts'

const repositories = ['v3.19/main', 'v3.19/community']
const fileOf = (repository: string) => join(mirrorFolder, repository, 'x86_64/APKINDEX.tar.gz')

const describeIndexes = await requirement('Alpine’s own indexes', async () =>
  repositories.every((one) => existsSync(fileOf(one))) ? undefined : `no indexes at ${mirrorFolder}`,
)

describeIndexes('every licence field of Alpine 3.19', () => {
  let packages: (IndexPackage & { repository: string })[]

  beforeAll(async () => {
    const read = repositories.map(async (repository) =>
      (await readIndex(fileOf(repository))).map((one) => ({ ...one, repository })),
    )
    packages = (await Promise.all(read)).flat()
  })

  test('is an expression, or becomes one with references', () => {
    expect(packages.length).toBeGreaterThan(23_000)
    const fields = new Set(packages.map(({ license }) => license))
    expect(fields.size).toBeGreaterThan(600)
    for (const field of fields) {
      const license = parseLicense(field)
      if (field === '') expect(license).toBeUndefined()
      else expect(() => parse(license?.expression ?? ''), field).not.toThrow()
    }
  })

  test('stays as it is, but for spaces and capitals, where SPDX knows it', () => {
    const isExpression = (field: string) => {
      try {
        return parse(field) !== undefined && !field.includes('LicenseRef-')
      } catch {
        return false
      }
    }
    const known = [...new Set(packages.map(({ license }) => license))].filter(isExpression)
    expect(known.length).toBeGreaterThan(400)
    const plain = (text: string | undefined) => text?.replaceAll(' ', '').toUpperCase()
    for (const field of known) expect(plain(parseLicense(field)?.expression)).toBe(plain(field))
  })

  test('gives documents that keep both formats, as do all maintainers and homepages', async () => {
    const chosen = new Map<string, (typeof packages)[number]>()
    for (const key of ['license', 'maintainer'] as const)
      for (const one of packages) if (!chosen.has(`${one[key]}`)) chosen.set(`${one[key]}`, one)
    const installed = [...new Map([...chosen.values()].map((one) => [one.name, one])).values()]
    expect(installed.length).toBeGreaterThan(700)
    const bill = buildBill({
      ...inputs,
      manifest: {
        ...manifest,
        packages: installed.map(
          ({ name, version, architecture, size, installedSize, checksum, repository }) => ({
            ...{ name, version, architecture, size, installedSize, checksum },
            from: repository,
            sha256: sha256('1'),
          }),
        ),
      },
      installed,
      agent: undefined,
    })
    const spdx = spdxDocument.safeParse(JSON.parse(printSpdx(bill)))
    expect(spdx.error?.issues ?? []).toEqual([])
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
    expect(await validator.validate(printCycloneDx(bill))).toBeNull()
  })
})

/** The packages of an index; its signature does not matter here. */
async function readIndex(file: string): Promise<IndexPackage[]> {
  async function* bytes() {
    yield await readFile(file)
  }
  for await (const member of splitMembers(bytes(), file)) {
    const found = await collectMember(member, 2 ** 27)
    const index = readTar(found?.inflated ?? Buffer.alloc(0), file).find(({ name }) => name === 'APKINDEX')
    if (index === undefined) continue
    const text = Buffer.from(index.bytes).toString()
    return parseIndex({ text, label: file } as VerifiedIndex)
  }
  throw new Error(`${file} has no index`)
}
