import parse from 'spdx-expression-parse'
import { expect, test } from 'vitest'
import { parseLicense } from './license.ts'

test.each([
  ['MIT', 'MIT'],
  ['GPL-2.0+', 'GPL-2.0+'],
  [
    'GPL-2.0-or-later WITH Autoconf-exception-2.0 AND MIT',
    'GPL-2.0-or-later WITH Autoconf-exception-2.0 AND MIT',
  ],
  ['  ISC  AND ( BSD-3-Clause OR MIT ) ', 'ISC AND (BSD-3-Clause OR MIT)'],
  // SPDX knows operators in capitals only.
  ['GPL-2.0-only and LGPL-2.1-only or MIT', 'GPL-2.0-only AND LGPL-2.1-only OR MIT'],
  ['GPL-2.0-only with Classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
])('%j is the expression %j, without a reference', (text, expression) => {
  expect(parseLicense(text)).toEqual({ expression, references: [], name: undefined })
})

test.each([
  ['MIT AND custom', 'MIT AND LicenseRef-custom', ['custom']],
  ['GPL-2.0 or Artistic', 'GPL-2.0 OR LicenseRef-Artistic', ['Artistic']],
  ['(MIT OR Own) AND Own', '(MIT OR LicenseRef-Own) AND LicenseRef-Own', ['Own', 'Own']],
  ['LicenseRef-KDE AND ISC', 'LicenseRef-KDE AND ISC', ['LicenseRef-KDE']],
  ['LicenseRef-KDE', 'LicenseRef-KDE', ['LicenseRef-KDE']],
])('%j keeps its form, with references for what SPDX does not know', (text, expression, names) => {
  const license = parseLicense(text)
  expect(license).toMatchObject({ expression, name: undefined })
  expect(license?.references.map(({ name }) => name)).toEqual(names)
})

test.each([
  'custom',
  'GPL',
  'MIT ISC',
  'GPL-2.0-or-later WITH OpenSSL-Exception',
  '(GPL-2.0-only AND MIT) WITH OpenSSL-Exception',
  'MIT AND (LGPL-2.1-only OR LGPL-3.0-only',
  'MIT AND AND ISC',
  'GPL-2.0-only,MIT',
  'osf-1990(variant)',
  'SEE LICENSE IN LICENSE',
  '§1 “Lizenz”, ein\ttext',
  'AND',
  ',,,MIT',
])('%j is one reference as a whole', (text) => {
  const license = parseLicense(text)
  const name = text.replace('\t', ' ')
  expect(license).toMatchObject({ name, references: [{ name, id: license?.expression }] })
  expect(license?.expression).toMatch(/^LicenseRef-[A-Za-z0-9.-]+$/)
  expect(() => parse(license?.expression ?? '')).not.toThrow()
})

test.each(['', '  '])('nothing is said by %j', (text) => {
  expect(parseLicense(text)).toBeUndefined()
})

test('names that differ only in what an id cannot hold have different ids', () => {
  const ids = ['Public Domain', 'Public-Domain', 'Public_Domain', 'Public  (Domain)'].map(
    (text) => parseLicense(text)?.expression,
  )
  expect(new Set(ids).size).toBe(4)
})
