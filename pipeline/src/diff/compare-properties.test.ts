import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aTree, directory, link, text } from '../../test/support/a-tree.ts'
import { compareRootfs } from './compare.ts'
import { type Difference, differenceSchema } from './schema.ts'
import { anImage, aPackage, aSide } from './side.fixture.ts'

const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex')
const content = fc.record({
  text: fc.constantFrom('', 'a', 'bb'),
  mode: fc.constantFrom(0o644, 0o755, 0o4755, 0o2755),
  uid: fc.constantFrom(0, 1),
})
const entry = fc.oneof(
  content.map(({ text: body, mode, uid }) => text(body, { mode, uid })),
  fc.constantFrom(link('a'), link('b'), directory, undefined),
  fc.constant({ ...text('c'), xattrs: new Map([['security.capability', capability]]) }),
)
const changes = fc.dictionary(
  fc.constantFrom('etc/x', 'etc/y', 'etc/z', 'bin/x', 'etc/runlevels/default/x', 'etc/apk/world'),
  entry,
)
const packages = fc.uniqueArray(
  fc
    .tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom('1', '1.2-r0', '1.10-r0'),
      fc.constantFrom('x', 'y'),
    )
    .map(([name, version, bytes]) => aPackage(name, version, bytes)),
  { selector: ({ name }) => name },
)
const images = fc.uniqueArray(
  fc
    .tuple(
      fc.constantFrom('r/a:1', 'r/a:2', 'r/a:3', 'r/b:1'),
      fc.uniqueArray(fc.constantFrom('l1', 'l2', 'l3'), { minLength: 1 }),
    )
    .map(([name, layers]) => anImage(name, layers)),
  { selector: ({ name }) => name },
)
const sides = fc.record({ changes, packages, images, hasTree: fc.boolean() })

async function sideOf(side: typeof sides extends fc.Arbitrary<infer T> ? T : never) {
  const tree = side.hasTree ? aTree(side.changes) : undefined
  return aSide(tree, { packages: side.packages, images: side.images })
}

describe('whatever is compared', () => {
  test('does not differ from itself, and the difference keeps its schema', async () => {
    await fc.assert(
      fc.asyncProperty(sides, async (given) => {
        const difference = compareRootfs(await sideOf(given), await sideOf(given))
        expect(difference).toMatchObject({ equal: true, bytes: 'same' })
        expect(differenceSchema.parse(difference)).toEqual(difference)
        const { causes } = difference.size
        for (const { packed, unpacked } of causes)
          expect([packed.old, unpacked.old]).toEqual([packed.new, unpacked.new])
      }),
      { numRuns: 60 },
    )
  })

  test('differs in one direction as in the other, mirrored', async () => {
    await fc.assert(
      fc.asyncProperty(sides, sides, async (one, other) => {
        const [a, b] = [await sideOf(one), await sideOf(other)]
        expect(compareRootfs(b, a)).toEqual(mirrored(compareRootfs(a, b)))
      }),
      { numRuns: 100 },
    )
  })
})

const opposite: Readonly<Record<string, string>> = {
  new: 'gone',
  gone: 'new',
  up: 'down',
  down: 'up',
  added: 'removed',
  removed: 'added',
}

function mirrored(difference: Difference): unknown {
  const swap = <T extends { old: unknown; new: unknown; change?: string }>(one: T) => ({
    ...one,
    old: one.new,
    new: one.old,
    ...(one.change !== undefined && { change: opposite[one.change] ?? one.change }),
  })
  const { privileges, packages, images, manifests, agent, services, files, size, facts } = difference
  return {
    ...swap(difference),
    facts: facts.map(swap),
    privileges: privileges && { gained: privileges.lost, lost: privileges.gained },
    packages: packages.map(swap),
    images: {
      list: images.list.map(swap),
      layers: { new: images.layers.gone, gone: images.layers.new },
    },
    manifests: manifests.map(swap),
    agent: agent && swap(agent),
    services: services && { enabled: services.disabled, disabled: services.enabled },
    files: files && {
      ...files,
      list: files.list.map(swap),
      owners: files.owners.map((sum) => ({
        ...sum,
        added: sum.removed,
        removed: sum.added,
        bytes: 0 - sum.bytes,
      })),
    },
    size: {
      ...size,
      causes: size.causes.map((one) => ({ ...one, packed: swap(one.packed), unpacked: swap(one.unpacked) })),
    },
  }
}
