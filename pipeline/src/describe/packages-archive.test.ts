import { expect, test } from 'vitest'
import type { VerifiedBlob } from '../store/blob.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import { type PackagesArchiveInputs, packagesArchive } from './packages-archive.ts'
import { sha256Line } from './sha256-line.ts'

const inputs: PackagesArchiveInputs = {
  architecture: 'x86_64',
  base: { locked: { file: 'v3.19/releases/x86_64/alpine-minirootfs-3.19.4-x86_64.tar.gz' }, blob: blob(3) },
  packages: [
    { locked: { name: 'openrc', version: '0.52.1-r2', repository: 'v3.19/main' }, blob: blob(5) },
    { locked: { name: 'iknite', version: '1.0-r0', repository: 'https://example.org/repo' }, blob: blob(7) },
  ],
  indexes: [
    { location: 'v3.19/main', bytes: Buffer.from('main') },
    { location: 'https://example.org/repo', bytes: Buffer.from('other') },
  ],
  sourceDate: 1_700_000_000,
}

test('the archive is laid out as a mirror', () => {
  const files = [...packagesArchive(inputs).values()].filter(({ type }) => type === 'file')
  expect(files.map(({ path }) => path).sort()).toEqual([
    'elsewhere/example.org/repo/x86_64/APKINDEX.tar.gz',
    'elsewhere/example.org/repo/x86_64/iknite-1.0-r0.apk',
    'v3.19/main/x86_64/APKINDEX.tar.gz',
    'v3.19/main/x86_64/openrc-0.52.1-r2.apk',
    'v3.19/releases/x86_64/alpine-minirootfs-3.19.4-x86_64.tar.gz',
  ])
})

test("everything is root's, of one time, and lies in directories of the archive", () => {
  const tree = packagesArchive(inputs)
  for (const entry of tree.values()) {
    expect(entry).toMatchObject({
      mode: entry.type === 'file' ? 0o644 : 0o755,
      uid: 0,
      gid: 0,
      mtime: 1_700_000_000,
    })
  }
  expect(canonicalTree(tree).size).toBe(tree.size)
})

test('contents are the verified files and the indexes that were given', () => {
  expect(
    [...packagesArchive(inputs).values()].flatMap((one) => (one.type === 'file' ? [one] : [])),
  ).toMatchObject([
    { size: 3, content: { file: '/cache/3', offset: 0 } },
    { size: 5, content: { file: '/cache/5', offset: 0 } },
    { size: 7, content: { file: '/cache/7', offset: 0 } },
    { size: 4, content: { bytes: Buffer.from('main') } },
    { size: 5, content: { bytes: Buffer.from('other') } },
  ])
})

test.each(['https://example.org/../../etc', 'https://example.org/./repo', '../main'])(
  'the repository %s, which leads elsewhere, is refused',
  (location) => {
    expect(() => packagesArchive({ ...inputs, indexes: [{ location, bytes: Buffer.alloc(1) }] })).toThrow(
      expect.objectContaining({ code: 'RECIPE_INVALID' }),
    )
  },
)

test('a .sha256 file holds the digest alone', () => {
  expect(sha256Line(blob(1).sha256)).toBe(`${'1'.repeat(64)}\n`)
})

function blob(size: number): VerifiedBlob {
  return { sha256: `${size}`.repeat(64), size, path: `/cache/${size}` } as VerifiedBlob
}
