import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadRecipe } from './load-recipe.ts'
import { readLock } from './read-lock.ts'

const recipe = `
name: small
architectures: [x86_64]
locks: { packages: ../small.lock.yaml }
base: { release: v3.24 }
repositories: [{ name: main }]
packages: [openrc]
`

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recipe-'))
  await mkdir(join(folder, 'rootfs/keys'), { recursive: true })
  file = join(folder, 'rootfs/small.yaml')
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

test('what a recipe names is found from its own folder', async () => {
  await writeFile(file, `${recipe}keys: keys\noverlay: [{ from: files }]\n`)
  await writeFile(join(folder, 'rootfs/keys/own.rsa.pub'), publicKey())
  await writeFile(join(folder, 'rootfs/keys/README.md'), 'no key')
  await mkdir(join(folder, 'rootfs/files'))
  await writeFile(join(folder, 'rootfs/files/motd'), 'hello\n')
  const loaded = await loadRecipe(file)
  expect(loaded.lockFiles.packages).toBe(join(folder, 'small.lock.yaml'))
  expect([...loaded.keyFiles.keys()]).toEqual(['own.rsa.pub'])
  expect([...loaded.keys.keys()]).toEqual(['own.rsa.pub'])
  expect(loaded.overlay.map(({ path }) => path)).toEqual(['/motd'])
})

test('another key asks for another lock, and a comment does not', async () => {
  await writeFile(file, `${recipe}keys: keys\n`)
  const key = join(folder, 'rootfs/keys/own.rsa.pub')
  await writeFile(key, publicKey())
  const { digest } = await loadRecipe(file)
  await writeFile(file, `# a comment\r\n${recipe}keys: keys\n`)
  expect((await loadRecipe(file)).digest).toBe(digest)
  await writeFile(key, publicKey())
  expect((await loadRecipe(file)).digest).not.toBe(digest)
})

const cluster = `locks: { packages: p.yaml, images: i.yaml }
kubernetes: { version: 1.36.5 }
manifests: { from: base }
images: { extra: ['example.org/tool:1'] }
`

test('the files of the kustomization are known by their paths in the image', async () => {
  await writeFile(file, recipe.replace(/locks:.*\n/, cluster))
  await mkdir(join(folder, 'rootfs/base/patches'), { recursive: true })
  await writeFile(join(folder, 'rootfs/base/kustomization.yaml'), 'resources: []\n')
  await writeFile(join(folder, 'rootfs/base/patches/a.yaml'), '{}\n')
  const { kustomization, lockFiles } = await loadRecipe(file)
  expect(kustomization.filter(({ type }) => type === 'file').map(({ path }) => path)).toEqual([
    '/etc/iknite.d/base/kustomization.yaml',
    '/etc/iknite.d/base/patches/a.yaml',
  ])
  expect(lockFiles.images).toBe(join(folder, 'rootfs/i.yaml'))
})

test.each([
  ['a symbolic link', (path: string) => symlink('kustomization.yaml', path), /link\.yaml is a symbolic link/],
  [
    'a file in the place of a manifest',
    (path: string) => writeFile(path, ''),
    /link\.yaml is where the build/,
  ],
])('a kustomization with %s is refused', async (_, make, message) => {
  const upstream = 'upstream: { link: { url: "https://example.org/l", tag: v1 } }'
  await writeFile(
    file,
    recipe.replace(/locks:.*\n/, cluster).replace('from: base', `from: base, ${upstream}`),
  )
  await mkdir(join(folder, 'rootfs/base/upstream'), { recursive: true })
  await make(join(folder, 'rootfs/base/upstream/link.yaml'))
  await expect(loadRecipe(file)).rejects.toMatchObject({
    code: 'RECIPE_INVALID',
    message: expect.stringMatching(message),
  })
})

test.each([
  ['another version of Kubernetes', (text: string) => text.replace('1.36.5', '1.36.6'), 'resources: []\n'],
  ['another image', (text: string) => text.replace('tool:1', 'tool:2'), 'resources: []\n'],
  ['another kustomization', (text: string) => text, 'resources: [a.yaml]\n'],
])('%s asks for another lock of images, and other packages do not', async (_, change, kustomization) => {
  const text = recipe.replace(/locks:.*\n/, cluster)
  await mkdir(join(folder, 'rootfs/base'))
  await writeFile(join(folder, 'rootfs/base/kustomization.yaml'), 'resources: []\n')
  await writeFile(file, text)
  const { clusterDigest } = await loadRecipe(file)
  await writeFile(file, `${text}upgrade: true\n`)
  expect((await loadRecipe(file)).clusterDigest).toBe(clusterDigest)
  await writeFile(file, change(text))
  await writeFile(join(folder, 'rootfs/base/kustomization.yaml'), kustomization)
  expect((await loadRecipe(file)).clusterDigest).not.toBe(clusterDigest)
})

test.each([
  ['that is not there', 'nowhere.yaml', /there is no recipe .*nowhere\.yaml/],
  ['below a file', 'small.yaml/below', /there is no recipe .*below/],
  ['that is a folder', 'keys', /keys is a folder/],
])('a recipe %s is refused, with what to do', async (_, name, message) => {
  await writeFile(file, recipe)
  await expect(loadRecipe(join(folder, 'rootfs', name))).rejects.toMatchObject({
    code: 'RECIPE_INVALID',
    message: expect.stringMatching(message),
    hint: expect.stringContaining('--recipe'),
  })
})

test.each([
  ['no folder of keys', 'keys: nowhere', /nowhere/],
  ['no overlay', 'overlay: [{ from: nowhere }]', /nowhere/],
  ['an unknown key', 'servics: {}', /small\.yaml:8:1: unknown key 'servics'; did you mean 'services'/],
])('a recipe with %s is refused', async (_, line, message) => {
  await writeFile(file, `${recipe}${line}\n`)
  await expect(loadRecipe(file)).rejects.toMatchObject({
    code: 'RECIPE_INVALID',
    message: expect.stringMatching(message),
  })
})

test('a key that is none is refused by its name', async () => {
  await writeFile(file, `${recipe}keys: keys\n`)
  await writeFile(join(folder, 'rootfs/keys/own.rsa.pub'), 'ssh-rsa AAAA')
  await expect(loadRecipe(file)).rejects.toMatchObject({
    code: 'RECIPE_INVALID',
    message: expect.stringContaining('own.rsa.pub'),
  })
})

test('a lock that is not there is none; a folder in its place is an error', async () => {
  const parse = (text: string) => text
  expect(await readLock(join(folder, 'small.lock.yaml'), parse)).toBeUndefined()
  await expect(readLock(folder, parse)).rejects.toMatchObject({ code: 'FILE_FAILED' })
})

function publicKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}
