import { generateKeyPairSync } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { signMember } from '../../test/support/build-apk.ts'
import { type IndexPackage, parseIndex, verifyIndex } from './index.ts'
import { signIndex } from './index-writer.ts'
import { endOfTar, writeTar } from './tar.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = { keyName: 'test.rsa.pub', privateKey }
const stranger = {
  keyName: 'test.rsa.pub',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}
const keys = new Map([[key.keyName, publicKey]])

const block = [
  'C:Q1j9huCmxqWKDR+abKskcY8e/aZMo=',
  'P:hello',
  'V:1.0-r0',
  'A:x86_64',
  'S:1234',
  'I:4096',
  'T:A test: with a colon',
  'U:https://example.test',
  'L:MIT',
]
const body = pack(block)
const signed = signIndex(body, key)

test('a signed index is verified, parsed, and says who signed it', async () => {
  const index = await verifyIndex(signed, keys, 'main')
  expect(index.signedBy).toBe('test.rsa.pub')
  expect(parseIndex(index)).toEqual([
    {
      name: 'hello',
      version: '1.0-r0',
      architecture: 'x86_64',
      checksum: 'Q1j9huCmxqWKDR+abKskcY8e/aZMo=',
      size: 1234,
      installedSize: 4096,
      description: 'A test: with a colon',
      url: 'https://example.test',
      license: 'MIT',
      depends: [],
      provides: [],
      installIf: [],
    },
  ])
})

test('a signature with SHA-256 is as good', async () => {
  const index = signIndex(body, { ...key, algorithm: 'RSA256' })
  await expect(verifyIndex(index, keys, 'main')).resolves.toMatchObject({ signedBy: 'test.rsa.pub' })
})

test.each<[string, Buffer]>([
  ['an unsigned index', body],
  ['an index signed by an unknown key', signIndex(body, { ...key, keyName: 'stranger.rsa.pub' })],
  ['an index signed by another key of that name', signIndex(body, stranger)],
  ['the signature of another index', Buffer.concat([signMember(pack([...block, 'k:1']), key), body])],
  ['a signature that covers itself', signIndex(signed, stranger)],
  ['a good signature behind the index', Buffer.concat([body, signMember(body, key)])],
  ['a byte behind the index', Buffer.concat([signed, Buffer.from([0])])],
  ['another index behind the index', Buffer.concat([signed, body])],
  ['a large unsigned index', pack([...block, `D:${'so:something '.repeat(200_000)}`])],
])('%s is refused', async (_, bytes) => {
  await expect(verifyIndex(bytes, keys, 'main')).rejects.toMatchObject({
    code: 'SIGNATURE_INVALID',
    message: expect.stringContaining('main'),
  })
})

test.each<[string, Buffer]>([
  ['with two members', Buffer.concat([body, body])],
  [
    'without packages',
    gzipSync(Buffer.concat([writeTar([{ name: 'DESCRIPTION', bytes: body }], 0), endOfTar])),
  ],
  ['that is no tar', gzipSync('P:hello\n')],
  ['that is no gzip', Buffer.from('P:hello\n')],
])('an index %s is refused in spite of a good signature', async (_, bytes) => {
  await expect(verifyIndex(signIndex(bytes, key), keys, 'main')).rejects.toMatchObject({
    code: 'ARCHIVE_INVALID',
  })
})

test('one flipped bit anywhere in what is signed is refused', async () => {
  const start = signed.length - body.length
  for (let offset = start; offset < signed.length; offset++) {
    const changed = Buffer.from(signed)
    changed.writeUInt8(changed.readUInt8(offset) ^ (1 << (offset % 8)), offset)
    await expect(verifyIndex(changed, keys, 'main')).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  }
})

test('an index that is cut short is refused wherever it is cut', async () => {
  for (let length = 0; length < signed.length; length += 7) {
    await expect(verifyIndex(signed.subarray(0, length), keys, 'main')).rejects.toMatchObject({
      code: expect.stringMatching(/SIGNATURE_INVALID|ARCHIVE_INVALID/),
    })
  }
})

test('lists, numbers and names are read', async () => {
  const [one] = await parse([
    ...block,
    'o:src',
    'm:M <m@x>',
    't:1700000000',
    'c:abc',
    'k:100',
    'D:a b>1 !c',
    'p:x=1 y',
    'i:a b',
  ])
  expect(one).toMatchObject({
    origin: 'src',
    maintainer: 'M <m@x>',
    buildDate: 1700000000,
    commit: 'abc',
    providerPriority: 100,
    depends: ['a', 'b>1', '!c'],
    provides: ['x=1', 'y'],
    installIf: ['a', 'b'],
    uninstallable: undefined,
  })
})

test('blocks without a name and letters of later formats are passed over', async () => {
  const packages = await parse(['V:1', 'T:no name', '', ...block, 'z:later', 'F:database', '', '', ...block])
  expect(packages.map(({ name, uninstallable }) => [name, uninstallable])).toEqual([
    ['hello', undefined],
    ['hello', undefined],
  ])
})

test.each([
  ['Q:later', 'it needs a newer apk (field Q)'],
  ['D:a b@edge', 'it depends on "b@edge"'],
  ['D:a b=', 'it depends on "b="'],
  ['D:a=1.0b1', 'it depends on "a=1.0b1"'],
])('a package with %s is uninstallable', async (line, why) => {
  expect(await parse([...block, line])).toMatchObject([{ uninstallable: why }])
})

test.each([
  ['a line without a letter', [...block, 'nonsense']],
  ['a name that is a path', ['P:../evil', ...block.filter((line) => !line.startsWith('P:'))]],
  ['a version that is a path', [...block, 'V:1/2']],
  ['an architecture that is a path', [...block, 'A:../x86_64']],
  ['no checksum', block.slice(1)],
  ['a short checksum', [...block, 'C:Q1abc=']],
  ['no size', block.filter((line) => !line.startsWith('S:'))],
  ['a size that is no number', [...block, 'S:1e3']],
  ['a size beyond reason', [...block, 'S:99999999999999999999']],
])('%s is refused', async (_, lines) => {
  await expect(parse(lines)).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
})

async function parse(lines: readonly string[]): Promise<IndexPackage[]> {
  return parseIndex(await verifyIndex(signIndex(pack(lines), key), keys, 'main'))
}

function pack(lines: readonly string[]): Buffer {
  const files = [{ name: 'APKINDEX', bytes: Buffer.from(`${lines.join('\n')}\n\n`) }]
  return gzipSync(Buffer.concat([writeTar(files, 0), endOfTar]))
}
