import { expect, test } from 'vitest'
import { documentUrl, uuidOfUrl } from './name-uuid.ts'

test('a URL has the UUID that others give it, Python’s uuid5 for one', () => {
  expect(uuidOfUrl('https://example.org/a')).toBe('77980eae-c343-5b01-9823-eb6ac1da021f')
})

test('documents of other contents, or of another format, have other addresses', () => {
  const urls = [
    documentUrl('spdx', { a: 1 }),
    documentUrl('spdx', { a: 2 }),
    documentUrl('cyclonedx', { a: 1 }),
  ]
  expect(new Set(urls).size).toBe(3)
  expect(documentUrl('spdx', { a: 1 })).toBe(urls[0])
})
