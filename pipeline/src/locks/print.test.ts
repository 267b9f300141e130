import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aLock, anArchitecture, aPackage } from '../../test/support/a-lock.ts'
import { architectures } from '../architecture.ts'
import type { ApkChecksum, Sha256 } from '../digest.ts'
import { parsePackagesLock } from './parse.ts'
import { printPackagesLock } from './print.ts'
import type { ArchitectureLock, LockedPackage, PackagesLock } from './schema.ts'

const text = (alphabet: string, constraints: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(...alphabet), ...constraints })
const sha256 = text('0123456789abcdef', { minLength: 64, maxLength: 64 }) as fc.Arbitrary<Sha256>
const checksum = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => `Q1${Buffer.from(bytes).toString('base64')}` as ApkChecksum)
// Among them what YAML reads as something else than text when it is not quoted.
const name = fc.oneof(
  fc.constantFrom('null', 'true', 'no', '0x1', '1e5', '2.5', 'libstdc++', '7zip', 'yes', 'NaN'),
  text('abzAZ019._+', { minLength: 1, maxLength: 12 }).filter((one) => /^[A-Za-z0-9_]/.test(one)),
)
const version = fc
  .tuple(
    fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
    fc.option(fc.nat()),
    fc.constantFrom('', '_rc1', '_git20240101'),
  )
  .map(
    ([parts, revision, suffix]) => `${parts.join('.')}${suffix}${revision === null ? '' : `-r${revision}`}`,
  )
const size = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const why = fc.oneof(
  fc.constantFrom(
    'asked for',
    'chosen by apk',
    'install_if openrc',
    'install_if openrc kubelet=1.36.1-r2 /bin/sh',
  ),
  name.map((one) => `needed by ${one}`),
)
const repository = fc.constantFrom(
  'v3.24/main',
  'edge/testing',
  'https://example.org/apk',
  'http://127.0.0.1:8080/a/b',
)
const locked: fc.Arbitrary<LockedPackage> = fc.record({
  name,
  version,
  repository,
  size,
  checksum,
  sha256,
  why,
})

function architecture(of: string): fc.Arbitrary<ArchitectureLock> {
  const base = fc.record({ size, sha256 }).map((rest) => ({
    release: 'v3.24',
    version: '3.24.2',
    file: `v3.24/releases/${of}/alpine-minirootfs-3.24.2-${of}.tar.gz`,
    ...rest,
  }))
  const packages = fc.uniqueArray(locked, { selector: (one) => one.name, maxLength: 8 })
  return fc.record({ recipe: sha256, base, apk: version, packages })
}

const lock: fc.Arbitrary<PackagesLock> = fc.record({
  version: fc.constant(1 as const),
  architectures: fc.record(
    { x86_64: architecture('x86_64'), aarch64: architecture('aarch64') },
    { requiredKeys: [] },
  ),
})

test('what is printed reads as what was printed, and prints the same again', () => {
  fc.assert(
    fc.property(lock, (lock) => {
      const printed = printPackagesLock(lock)
      const read = parsePackagesLock(printed, 'p.lock.yaml')
      expect(read).toEqual(lock)
      expect(printPackagesLock(read)).toBe(printed)
    }),
    { numRuns: 1000 },
  )
})

test('the order in which a lock was put together does not show', () => {
  fc.assert(
    fc.property(lock, (lock) => {
      expect(printPackagesLock(reversed(lock))).toBe(printPackagesLock(lock))
    }),
  )
})

test('a package is a line of its own', () => {
  const one = printPackagesLock(aLock(aPackage('git')))
  const two = printPackagesLock(aLock(aPackage('git'), aPackage('jq')))
  expect(two.split('\n').filter((line) => !one.includes(line))).toEqual([expect.stringContaining('"jq"')])
})

test('the printed form does not change by itself', () => {
  const both: PackagesLock = {
    version: 1,
    architectures: Object.fromEntries(architectures.map((name) => [name, anArchitecture([])])),
  }
  expect(printPackagesLock(both)).toMatchInlineSnapshot(`
    "# What a build consists of, byte for byte. Written by \`npm run lock\`; do not edit.
    # One line for each package, in the order of installation.
    version: 1
    architectures:
      x86_64:
        recipe: "1111111111111111111111111111111111111111111111111111111111111111"
        base: { release: "v3.24", version: "3.24.2", file: "v3.24/releases/x86_64/alpine-minirootfs-3.24.2-x86_64.tar.gz", size: 3701382, sha256: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
        apk: "3.0.6-r0"
        packages: []
      aarch64:
        recipe: "1111111111111111111111111111111111111111111111111111111111111111"
        base: { release: "v3.24", version: "3.24.2", file: "v3.24/releases/x86_64/alpine-minirootfs-3.24.2-x86_64.tar.gz", size: 3701382, sha256: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
        apk: "3.0.6-r0"
        packages: []
    "
  `)
  expect(printPackagesLock(aLock())).toMatchInlineSnapshot(`
    "# What a build consists of, byte for byte. Written by \`npm run lock\`; do not edit.
    # One line for each package, in the order of installation.
    version: 1
    architectures:
      x86_64:
        recipe: "1111111111111111111111111111111111111111111111111111111111111111"
        base: { release: "v3.24", version: "3.24.2", file: "v3.24/releases/x86_64/alpine-minirootfs-3.24.2-x86_64.tar.gz", size: 3701382, sha256: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
        apk: "3.0.6-r0"
        packages:
          - { name: "openrc", version: "1.2.3-r4", repository: "v3.24/main", size: 5678, checksum: "Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=", sha256: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", why: "asked for" }
    "
  `)
})

/** The same value with the keys of all mappings in reverse order. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  ) as T
}
