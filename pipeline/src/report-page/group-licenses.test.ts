import { expect, test } from 'vitest'
import { aReport } from '../report/report.fixture.ts'
import { groupLicenses } from './group-licenses.ts'

test('packages are grouped by their licences, those of npm among them, the largest group first', () => {
  const report = aReport({ packages: 8, images: 0 })
  const [first, ...others] = groupLicenses({
    ...report,
    bundled: [{ name: 'yaml', version: '2.9.1', license: 'MIT' }],
  })
  expect(first).toEqual({
    license: 'MIT',
    members: ['package-0 1.0.0-r0', 'package-6 7.6.0-r2', 'yaml 2.9.1 (npm, in the agent)'],
    bytes: {
      packed: (report.packages[0]?.bytes.packed ?? 0) + (report.packages[6]?.bytes.packed ?? 0),
      unpacked: (report.packages[0]?.bytes.unpacked ?? 0) + (report.packages[6]?.bytes.unpacked ?? 0),
    },
  })
  expect(others[0]).toMatchObject({ license: 'Apache-2.0' })
  expect(others.at(-1)).toMatchObject({ license: 'none told', members: ['package-5 6.5.0-r1'] })
})
