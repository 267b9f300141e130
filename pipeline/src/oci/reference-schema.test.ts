import { expect, test } from 'vitest'
import { pinnedReference, taggedReference } from './reference-schema.ts'

const digest = `sha256:${'a'.repeat(64)}`

test('a reference is taken in its full form only', () => {
  expect(taggedReference.parse('docker.io/library/busybox:1.38.0')).toMatchObject({ tag: '1.38.0' })
  expect(pinnedReference.parse(`quay.io/a/b:v1@${digest}`)).toMatchObject({ digest: 'a'.repeat(64) })
})

test.each(['busybox:1.38.0', 'docker.io/library/busybox', `quay.io/a/b:v1@${digest}`, 'quay.io/A/b:v1', ''])(
  '%j is no tagged reference',
  (text) => {
    expect(taggedReference.safeParse(text).success).toBe(false)
  },
)

test.each([
  `quay.io/a/b@${digest}`,
  'quay.io/a/b:v1',
  `a/b:v1@${digest}`,
  `quay.io/a/b:v1@sha512:${'a'.repeat(128)}`,
])('%j is no pinned reference', (text) => {
  expect(pinnedReference.safeParse(text).success).toBe(false)
})
