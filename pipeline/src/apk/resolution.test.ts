import { expect, test } from 'vitest'
import { explainRefusal, parseChanges } from './resolution.ts'

test('every kind of change is read, in order, among other lines', () => {
  const output = `fetch /mirror/v3.19/main
(1/8) Installing openrc (0.52.1-r2)
(2/8) Upgrading musl (1.2.4-r1 -> 1.2.5-r0)
Executing busybox-1.36.1-r19.trigger
(3/8) Downgrading libssl3 (3.1.7-r0 -> 3.1.5-r0)
(4/8) Replacing zlib (1.3-r0 -> 1.3-r0)
(5/8) Reinstalling musl (1.2.4_git20230717-r4)
(6/8) Purging dash (0.5.12-r2)
(7/8) Installing kubelet@edge (1.36.0-r0)
(8/8) Updating pinning musl@edge (1.2.4_git20230717-r4)
OK: 7 MiB in 15 packages
`
  expect(parseChanges(output)).toEqual([
    { action: 'install', name: 'openrc', version: '0.52.1-r2' },
    { action: 'upgrade', name: 'musl', version: '1.2.5-r0', from: '1.2.4-r1' },
    { action: 'downgrade', name: 'libssl3', version: '3.1.5-r0', from: '3.1.7-r0' },
    { action: 'replace', name: 'zlib', version: '1.3-r0', from: '1.3-r0' },
    { action: 'reinstall', name: 'musl', version: '1.2.4_git20230717-r4' },
    { action: 'purge', name: 'dash', version: '0.5.12-r2' },
    { action: 'install', name: 'kubelet', tag: 'edge', version: '1.36.0-r0' },
    { action: 'pin', name: 'musl', tag: 'edge', version: '1.2.4_git20230717-r4' },
  ])
})

test('numbers may be padded, as apk 3 does', () => {
  const lines = Array.from({ length: 10 }, (_, i) => `(${String(i + 1).padStart(2)}/10) Installing p${i} (1)`)
  expect(parseChanges(lines.join('\n'))).toHaveLength(10)
})

test('no change is no change', () => expect(parseChanges('OK: 7 MiB in 15 packages\n')).toEqual([]))

test.each([
  ['an unknown verb', '(1/1) Frobnicating a (1)'],
  ['a verb with a remark', '(1/1) [APK unavailable, skipped] Installing a (1)'],
  ['no version', '(1/1) Installing a'],
  ['an inherited property as verb', '(1/1) Constructor a (1)'],
  ['a missing first line', '(2/2) Installing a (1)'],
  ['a missing middle line', '(1/3) Installing a (1)\n(3/3) Installing c (1)'],
  ['a missing last line', '(1/2) Installing a (1)'],
])('%s is refused', (_, output) => {
  expect(() => parseChanges(output)).toThrow(expect.objectContaining({ code: 'COMMAND_FAILED' }))
})

test.each([
  [
    'ERROR: unable to select packages:\n  bar (no such package):\n    required by: world[bar>2]\n  foo (no such package):\n    required by: world[foo]\n',
    'bar (no such package): required by the asked-for bar>2; foo (no such package): required by the asked-for foo',
  ],
  [
    `ERROR: unable to select packages:
  musl-1.2.4_git20230717-r4:
    breaks: world[musl<1]
    satisfies: apk-tools-2.14.4-r0[musl>=1.2.3_git20230424]
               apk-tools-2.14.4-r0[so:libc.musl-x86_64.so.1]
               dash-0.5.12-r2[so:libc.musl-x86_64.so.1]
               busybox-1.36.1-r19[so:libc.musl-x86_64.so.1]
               scanelf-1.3.7-r2[so:libc.musl-x86_64.so.1]
               zlib-1.3.1-r0[so:libc.musl-x86_64.so.1]
`,
    'musl-1.2.4_git20230717-r4: breaks the asked-for musl<1, satisfies apk-tools-2.14.4-r0[musl>=1.2.3_git20230424], apk-tools-2.14.4-r0[so:libc.musl-x86_64.so.1], dash-0.5.12-r2[so:libc.musl-x86_64.so.1], busybox-1.36.1-r19[so:libc.musl-x86_64.so.1], scanelf-1.3.7-r2[so:libc.musl-x86_64.so.1] and 1 more',
  ],
  [
    "WARNING: The repository tag for world dependency 'foo@edge' does not exist\nERROR: Not committing changes due to missing repository tags. Use --force-broken-world to override.\n",
    "The repository tag for world dependency 'foo@edge' does not exist; Not committing changes due to missing repository tags. Use --force-broken-world to override.",
  ],
  [
    `ERROR: unable to select packages:
  greeting (virtual):
    note: please select one of the 'provided by'
          packages explicitly
    provided by: greet-a greet-b
    required by: world[greeting]
`,
    "greeting (virtual): please select one of the 'provided by' packages explicitly, provided by greet-a, greet-b, required by the asked-for greeting",
  ],
  ['OK: 7 MiB in 15 packages\n', undefined],
])('a refusal is told in one line', (output, expected) => {
  expect(explainRefusal(output)).toBe(expected)
})
