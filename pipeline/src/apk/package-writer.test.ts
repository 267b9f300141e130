import { createHash, generateKeyPairSync } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { isPipelineError } from '../errors.ts'
import { alpineLikeTree, file, treeOf } from '../tar/alpine-like-tree.fixture.ts'
import { treeOfTar } from '../tar/in-memory.fixture.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import type { FileEntry, Tree } from '../tree/entry.ts'
import type { PackageDescription } from './description.ts'
import { verifyPackage } from './package.ts'
import { contentInMemory as openContent, packageCorpus, trusted } from './package-corpus.fixture.ts'
import { buildPackage, type PackageOptions } from './package-writer.ts'
import { readTar } from './tar.ts'

const keys = new Map([[trusted.keyName, trusted.publicKey]])
const description: PackageDescription = {
  name: 'hello',
  version: '1.0-r0',
  architecture: 'noarch',
  buildDate: 1704067200,
  depends: ['jq>1'],
  conflicts: ['rival'],
  installIf: ['a=1', 'b'],
  triggers: ['/usr/lib/*', '/etc'],
  scripts: { '.trigger': '#!/bin/sh\n', '.pre-install': '#!/bin/sh\ntrue\n' },
}
const directory = { type: 'directory' } as const
/** Without the one owner whose number apk could not read. */
const everything = new Map([...alpineLikeTree].filter(([path]) => path !== 'home/big-ids'))
const small = treeOf({ usr: directory, 'usr/text': file('text '.repeat(5000)) })

test('a package is verified again, and is what its index entry says', async () => {
  const built = await buildPackage(description, small, { openContent, keys: [trusted] })
  const { sha256, signedBy, ...facts } = await verify(await buffer(built.bytes()))
  expect(signedBy).toBe(trusted.keyName)
  expect(facts).toEqual({ checksum: built.checksum, size: built.size, info: built.info })
  expect(facts.info).toMatchObject({
    depends: ['jq>1', '!rival'],
    installIf: ['a=1', 'b'],
    installedSize: 25_000,
  })
})

test('the tree of its data is the one it was built from, but for times after the build', async () => {
  const { head, bytes } = await buildPackage(description, everything, { openContent })
  const data = gunzipSync((await buffer(bytes())).subarray(head.length))
  const expected = [...canonicalTree(everything)].map(([path, entry]) => [
    path,
    { ...entry, mtime: Math.max(0, Math.min(entry.mtime, description.buildDate)) },
  ])
  expect([...(await treeOfTar(data))]).toEqual(expected)
})

test('the control member has .PKGINFO, then the scripts in an order of their own, and no end', async () => {
  const { head } = await buildPackage(description, small, { openContent })
  const control = gunzipSync(head)
  expect(readTar(control, 'control').map(({ name }) => name)).toEqual([
    '.PKGINFO',
    '.pre-install',
    '.trigger',
  ])
  expect(control.subarray(-1024).some((byte) => byte !== 0)).toBe(true)
})

test('the bytes depend on description, tree and keys alone, in whatever order and parts they come', async () => {
  const options = { openContent, keys: [trusted, { ...trusted, algorithm: 'RSA256' as const }] }
  const first = await buildPackage(description, everything, options)
  const expected = await buffer(first.bytes())
  expect((await buffer(first.bytes())).equals(expected)).toBe(true)

  const shuffled = new Map([...everything].sort(([a], [b]) => (digest(a) < digest(b) ? -1 : 1)))
  const reversed = Object.fromEntries(Object.entries(description).reverse()) as unknown as PackageDescription
  const again = { ...reversed, scripts: Object.fromEntries(Object.entries(reversed.scripts ?? {}).reverse()) }
  const piecewise = { ...options, openContent: byteByByte }
  expect((await written(again, shuffled, piecewise)).equals(expected)).toBe(true)

  // Controls: a change of each of the three changes the bytes.
  expect((await written({ ...description, buildDate: 1 }, everything, options)).equals(expected)).toBe(false)
  expect((await written(description, small, options)).equals(expected)).toBe(false)
  expect((await written(description, everything, { openContent })).equals(expected)).toBe(false)
})

test('a package without files has a size all the same, since apk does not fetch one of size 0', async () => {
  const built = await buildPackage({ ...description, scripts: {}, triggers: [] }, new Map(), { openContent })
  expect(built.info.installedSize).toBe(1)
  await expect(verify(await buffer(built.bytes()), null)).resolves.toMatchObject({ size: built.size })
})

test.each([
  ['changes', `${'text '.repeat(4999)}taxt `],
  ['grows', 'text '.repeat(5001)],
  ['shrinks', 'text '.repeat(4999)],
])('a content that %s while the package is written is refused', async (_, after) => {
  for (const goodReads of [1, 2]) {
    let reads = 0
    const changing = async function* (entry: FileEntry): AsyncGenerator<Uint8Array> {
      if (reads++ < goodReads) yield* openContent(entry)
      else yield Buffer.from(after)
    }
    await expect(written(description, small, { openContent: changing })).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: 'usr/text changed while its package was written',
    })
  }
})

test.each([-1, 1])('a file that differs from its size by %i is refused', async (difference) => {
  const text = file('text')
  const tree = treeOf({ wrong: { ...text, size: text.size + difference } })
  await expect(buildPackage(description, tree, { openContent })).rejects.toMatchObject({
    code: 'FILE_FAILED',
  })
})

test('memory does not grow with the contents', async () => {
  const size = 300 * 1024 * 1024
  const part = Buffer.alloc(64 * 1024, 'kaweezle')
  let peak = 0
  const before = process.memoryUsage().rss
  const tree = treeOf({ large: { type: 'file', size, content: { file: '/none', offset: 0 } } })
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    for (let done = 0; done < size; done += part.length) {
      peak = Math.max(peak, process.memoryUsage().rss)
      yield part
    }
  }
  const { bytes } = await buildPackage(description, tree, { openContent: watched })
  let length = 0
  for await (const chunk of bytes()) length += chunk.length
  expect(length).toBeGreaterThan(100_000)
  expect(peak - before).toBeLessThan(120 * 1024 * 1024)
})

test.each(packageCorpus)('of the corpus, $title: $ours', async ({ bytes, ours }) => {
  const code = await verify(bytes).then(
    () => '',
    (error: unknown) => (isPipelineError(error) ? error.code : String(error)),
  )
  expect(code).toBe(ours)
})

test('a key that is no private RSA key makes no signature', async () => {
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { publicKey } = trusted
  for (const privateKey of [curve.privateKey, publicKey]) {
    const signed = buildPackage(description, small, { openContent, keys: [{ ...trusted, privateKey }] })
    await expect(signed).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining('own.rsa.pub'),
    })
  }
  for (const keyName of ['../own.rsa.pub', `${'long'.repeat(20)}.rsa.pub`]) {
    const named = buildPackage(description, small, { openContent, keys: [{ ...trusted, keyName }] })
    await expect(named).rejects.toMatchObject({ code: 'KEY_INVALID' })
  }
})

test('a package has the same size and identity whoever signs it', async () => {
  const sign = (keyName: string, bits: number) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
    return buildPackage(description, small, { openContent, keys: [{ keyName, privateKey }] })
  }
  const [a, b] = [await sign('a.rsa.pub', 2048), await sign('somebody-else-0123abcd.rsa.pub', 4096)]
  expect([a.size, a.checksum]).toEqual([b.size, b.checksum])
  expect(a.head).not.toEqual(b.head)
})

async function written(...given: [PackageDescription, Tree, PackageOptions]): Promise<Buffer> {
  return buffer((await buildPackage(...given)).bytes())
}

function verify(bytes: Buffer, trust: typeof keys | null = keys): ReturnType<typeof verifyPackage> {
  return verifyPackage(Readable.from(bytes.length > 0 ? [bytes] : []), {
    label: 'hello.apk',
    keys: trust ?? undefined,
  })
}

async function* byteByByte(entry: FileEntry): AsyncGenerator<Uint8Array> {
  for await (const part of openContent(entry)) for (const byte of part) yield Buffer.of(byte)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
