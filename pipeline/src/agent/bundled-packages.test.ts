import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bundleAgent } from './bundle.ts'
import { bundledPackages } from './bundled-packages.ts'

let workspace: string
let agent: string

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'bundled-'))
  agent = join(workspace, 'agent')
})

afterEach(async () => {
  await rm(workspace, { recursive: true })
})

async function write(path: string, content: string | object): Promise<void> {
  const file = join(workspace, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
}

test('are those of npm that a bundle has something of, with their licences, by name', async () => {
  await write(
    'agent/src/main.ts',
    "import { b } from 'b'\nimport { part } from '@a/part'\nimport 'unused'\nb(part)\n",
  )
  await write('node_modules/b/package.json', {
    name: 'b',
    version: '2.0.0',
    license: 'ISC',
    homepage: 'https://b',
  })
  await write('node_modules/b/index.js', "import { c } from 'c'\nexport const b = (x) => console.log(c, x)\n")
  await write('node_modules/b/node_modules/c/package.json', { name: 'c', version: '3.0.0', license: 'MIT' })
  await write('node_modules/b/node_modules/c/index.js', 'export function c() {}\n')
  await write('node_modules/@a/part/package.json', { name: '@a/part', version: '1.0.0', license: 'MIT' })
  await write('node_modules/@a/part/index.js', 'export function part() {}\n')
  await write('node_modules/unused/package.json', { name: 'unused', version: '1.0.0', sideEffects: false })
  await write('node_modules/unused/index.js', 'export function unused() {}\n')
  const { packages } = await bundleAgent({ folder: agent, version: '1' })
  expect(packages).toMatchObject([
    { name: '@a/part', version: '1.0.0', license: 'MIT' },
    { name: 'b', version: '2.0.0', license: 'ISC', homepage: 'https://b' },
    { name: 'c', version: '3.0.0', license: 'MIT' },
  ])
})

test('have the digest of their archive where the lock beside their folder has the same version', async () => {
  const digest = createHash('sha512').update('archive')
  const integrity = `sha512-${digest.copy().digest('base64')}`
  await write('node_modules/a/package.json', { name: 'a', version: '1.0.0', license: 'MIT' })
  await write('node_modules/b/package.json', { name: 'b', version: '1.0.0', license: 'MIT' })
  await write('node_modules/c/package.json', { name: 'c', version: '1.0.0', license: 'MIT' })
  const packages = {
    '': {},
    'node_modules/a': { version: '1.0.0', integrity },
    'node_modules/b': { version: '0.9.0', integrity },
    'node_modules/c': { version: '1.0.0', integrity: 'sha1-AAAA' },
  }
  await write('package-lock.json', { lockfileVersion: 3, packages })
  const found = await bundledPackages(metafileOf('a', 'b', 'c'), agent)
  expect(found.map(({ sha512 }) => sha512)).toEqual([digest.digest('hex'), undefined, undefined])
})

test('need no lock, and take none that is damaged', async () => {
  await write('node_modules/a/package.json', { name: 'a', version: '1.0.0', license: 'MIT' })
  expect(await bundledPackages(metafileOf('a'), agent)).toMatchObject([{ name: 'a', sha512: undefined }])
  await write('package-lock.json', '{ "packages": ')
  expect(await bundledPackages(metafileOf('a'), agent)).toMatchObject([{ name: 'a', sha512: undefined }])
})

test.each(['{', '{}', '{ "name": "a", "license": "MIT" }', '{ "name": "a", "version": "1.0.0" }'])(
  'one that says of itself only %s is refused',
  async (text) => {
    await write('node_modules/a/package.json', text)
    await expect(bundledPackages(metafileOf('a'), agent)).rejects.toMatchObject({ code: 'PACKAGE_INVALID' })
  },
)

test('a program without any has none', async () => {
  await write('agent/src/main.ts', 'console.log(1)\n')
  expect(await bundleAgent({ folder: agent, version: '1' })).toMatchObject({ packages: [] })
})

/** What esbuild says of a bundle of these packages. */
function metafileOf(...names: string[]): Metafile {
  const inputs = names.map((name) => [`../node_modules/${name}/index.js`, { bytesInOutput: 1 }])
  const output = { bytes: 1, inputs: Object.fromEntries(inputs), imports: [], exports: [] }
  return { inputs: {}, outputs: { '<stdout>': output } }
}
