import { expect, test } from 'vitest'
import { isPipelineError } from '../errors.ts'
import { parseLatestRelease } from './latest-release.ts'

const release = `---
-
  title: "Standard"
  flavor: alpine-standard
-
  title: "Mini root filesystem"
  desc: |
    Minimal root filesystem.
  branch: v3.19
  arch: x86_64
  version: 3.19.4
  flavor: alpine-minirootfs
  file: alpine-minirootfs-3.19.4-x86_64.tar.gz
  size: 3299369
  sha256: a2a87004e87720cbb0372c08b7de9b80748afdfd7fd72d2eab2ec0b074b92211
`

test('the minirootfs is found among the flavors', () => {
  expect(parseLatestRelease(release, 'x86_64', 'latest-releases.yaml')).toMatchObject({
    branch: 'v3.19',
    version: '3.19.4',
    file: 'alpine-minirootfs-3.19.4-x86_64.tar.gz',
    size: 3299369,
  })
})

test.each([
  ['of another architecture', release.replace('arch: x86_64', 'arch: aarch64')],
  ['without a minirootfs', release.replace('alpine-minirootfs\n', 'alpine-virt\n')],
  ['whose file lies elsewhere', release.replace('file: ', 'file: ../../')],
  ['whose size is no number', release.replace('3299369', 'big')],
  ['whose digest is cut', release.replace('92211', '')],
  ['whose version is of another branch', release.replace('branch: v3.19', 'branch: v3.20')],
  ['whose version is a number', release.replace('3.19.4\n', '3.19\n')],
  ['that is a server’s error page', '<html><body>502 Bad Gateway</body></html>'],
  ['that is not YAML', '{ [ }'],
  ['that multiplies itself', 'a: &a [x, x]\nb: [*a, *a, *a]\n'],
  ['that is empty', ''],
])('an announcement %s is refused', (_, text) => {
  let error: unknown
  try {
    parseLatestRelease(text, 'x86_64', 'latest-releases.yaml')
  } catch (thrown) {
    error = thrown
  }
  expect(isPipelineError(error, 'ARCHIVE_INVALID')).toBe(true)
})
