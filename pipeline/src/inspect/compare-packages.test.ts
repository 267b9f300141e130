import { expect, test } from 'vitest'
import { aPackageOf, aTree } from '../../test/support/a-tree.ts'
import type { InstalledPackage } from '../apk/installed.ts'
import type { RootfsManifest } from '../describe/manifest.ts'
import type { ApkChecksum } from '../digest.ts'
import { comparePackages } from './compare-packages.ts'

type Listed = RootfsManifest['packages'][number]

const installed: InstalledPackage[] = [aPackageOf(aTree(), 'musl'), aPackageOf(aTree(), 'zlib')]
const listed: Listed[] = installed.map((one) => {
  const { name, version, architecture, checksum, size, installedSize } = one
  return { name, version, architecture, from: 'base', checksum, size, installedSize }
})
const [musl, zlib] = listed as [Listed, Listed]
const other = `Q1${'B'.repeat(27)}=` as ApkChecksum

test('packages that are listed and installed alike are right, in any order', () => {
  expect(comparePackages(listed.toReversed(), installed)).toEqual([])
})

test.each<[what: string, listed: Listed[], says: string[]]>([
  ['a package too few', [musl], ['zlib is installed, but not in the manifest']],
  [
    'a package too many',
    [...listed, { ...musl, name: 'worm' }],
    ['worm is in the manifest, but not installed'],
  ],
  ['a package twice', [...listed, musl], ['musl is in the manifest twice']],
  [
    'another version',
    [musl, { ...zlib, version: '1.1-r0' }],
    ['zlib has the version 1.0-r0, not 1.1-r0 as in the manifest'],
  ],
  [
    'another architecture',
    [musl, { ...zlib, architecture: 'noarch' }],
    ['zlib has the architecture x86_64, not noarch as in the manifest'],
  ],
  [
    'another identity and other sizes',
    [musl, { ...zlib, checksum: other, size: 2, installedSize: 3 }],
    [
      `zlib has the checksum ${zlib.checksum}, not ${other} as in the manifest`,
      'zlib has the size 1, not 2 as in the manifest',
      'zlib has the installed size 1, not 3 as in the manifest',
    ],
  ],
])('%s in the manifest is found', (_, wrong, says) => {
  expect(comparePackages(wrong, installed)).toEqual(says)
})

test('a package that the database has twice is found', () => {
  expect(comparePackages(listed, [...installed, ...installed.slice(1)])).toEqual([
    "zlib is in apk's database twice",
  ])
})
