import { expect, test } from 'vitest'
import { type PackageReader, thirdPartyLicenses } from './third-party-licenses.ts'

/** A reader of these files, and a metafile of a bundle with something of each package in them. */
function bundleOf(files: Readonly<Record<string, string>>) {
  const packages = Object.keys(files).filter((file) => file.endsWith('/package.json'))
  const inputs = packages.map((file) => [file.replace(/package\.json$/, 'index.js'), {}])
  const reader: PackageReader = {
    list: async (folder) =>
      Object.keys(files).flatMap((file) =>
        file.startsWith(`${folder}/`) ? [file.slice(folder.length + 1)] : [],
      ),
    read: async (file) => files[file] ?? Promise.reject(new Error(`no ${file}`)),
  }
  return [{ outputs: { bundle: { inputs: Object.fromEntries(inputs) } } }, reader] as const
}

const aPackage = (name: string, rest: object = { license: 'MIT' }) =>
  JSON.stringify({ name, version: '1.2.3', ...rest })

test('every package is named once with its licence and all texts of it, by name', async () => {
  const text = await thirdPartyLicenses(
    ...bundleOf({
      '../node_modules/b/package.json': aPackage('b', { license: 'ISC', author: { name: 'Ann' } }),
      '../node_modules/@a/one/package.json': aPackage('@a/one'),
      '../node_modules/@a/one/NOTICE': 'a notice\r\n',
      '../node_modules/@a/one/LICENSE.md': '\na licence\n',
      '../node_modules/@a/one/licensed.js': 'no licence',
      '../node_modules/@kaweezle/program-kit/package.json': aPackage('@kaweezle/program-kit'),
    }),
  )
  expect(text.split(/\n-+\n\n/)).toEqual([
    'This program has in it, in whole or in part, the packages below.\n',
    '@a/one 1.2.3 (MIT)\n\na licence\n\na notice\n',
    'b 1.2.3 (ISC)\n\nNo text comes with it. Author: Ann\n',
  ])
})

test('a bundle without packages of others needs no text', async () => {
  expect(await thirdPartyLicenses(...bundleOf({}))).toBe('')
})

test('a package that does not say its licence is refused', async () => {
  const bundle = bundleOf({ 'node_modules/it/package.json': aPackage('it', {}) })
  await expect(thirdPartyLicenses(...bundle)).rejects.toThrow('node_modules/it does not say')
})
