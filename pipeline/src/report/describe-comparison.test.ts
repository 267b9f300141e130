import { expect, test } from 'vitest'
import { compareRootfs } from '../diff/compare.ts'
import { aManifest, aPackage } from '../diff/side.fixture.ts'
import { describeComparison } from './describe-comparison.ts'

const before = aManifest({ packages: [aPackage('openrc', '1-r0')] })
const after = aManifest({ version: '1.1.0', packages: [aPackage('openrc', '1-r1')] })

test('a comparison tells the old one, its size, what changed, and what nobody looked at', () => {
  const comparison = describeComparison(
    compareRootfs({ manifest: before, contents: undefined }, { manifest: after, contents: undefined }),
  )
  expect(comparison).toMatchObject({ old: 'small 1.0.0', bytes: { unpacked: 4_000_000 } })
  expect(comparison.sections.map(({ title }) => title)).toEqual(['about', 'packages'])
  expect(comparison.notes).toEqual([expect.stringMatching(/^not compared: privileges, services, files/)])
})
