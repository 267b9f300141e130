import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { buildApk, signMember } from '../../test/support/build-apk.ts'
import { isPipelineError } from '../errors.ts'
import { type PackageExpectations, type PackageFacts, verifyPackage } from './package.ts'
import { writeTar } from './tar.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = {
  keyName: 'stranger.rsa.pub',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}
const key = { keyName: 'test.rsa.pub', privateKey }
const keys = new Map([[key.keyName, publicKey]])

const files = { 'usr/bin/hello': '#!/bin/sh\n', 'usr/share/text': 'text '.repeat(5000) }
const apk = await buildApk({ files, key, scripts: { '.post-install': '#!/bin/sh\n' } })
const other = await buildApk({ info: { pkgname: 'other' }, files: { 'etc/other': 'other' }, key })
const facts = await verify(apk.bytes, { keys })
const { checksum, sha256, size } = facts

test('a package is told by its parts, and who signed it', () => {
  expect(facts).toMatchObject({ size: apk.bytes.length, signedBy: 'test.rsa.pub' })
  expect(facts.info).toMatchObject({
    name: 'hello',
    version: '1.0-r0',
    architecture: 'noarch',
    installedSize: 4096,
  })
})

test('the facts do not depend on how the file is cut into chunks', async () => {
  for (const chunkSize of [1, 13, 512, 100_000])
    expect(await verify(apk.bytes, { keys, chunkSize })).toEqual(facts)
})

test('a package without a signature is fine where no keys are given', async () => {
  const { signedBy, ...rest } = await verify(Buffer.concat([apk.control, apk.data]))
  expect(signedBy).toBeUndefined()
  expect(rest.checksum).toBe(checksum)
})

test.each([
  ['RSA256', [signMember(apk.control, { ...key, algorithm: 'RSA256' as const })]],
  ['RSA512', [signMember(apk.control, { ...key, algorithm: 'RSA512' as const })]],
  ['a good signature before a bad one', [apk.signature, signMember(other.control, key)]],
  ['an unknown signer before a known one', [signMember(apk.control, stranger), apk.signature]],
  ['an unknown algorithm before a known one', [signatureNamed('.SIGN.RSA9.test.rsa.pub'), apk.signature]],
])('%s is enough', async (_, signatures) => {
  const { signedBy } = await verify(Buffer.concat([...signatures, apk.control, apk.data]), { keys })
  expect(signedBy).toBe('test.rsa.pub')
})

test.each<[string, Buffer[]]>([
  ['no signature', []],
  ['a signature by an unknown key', [signMember(apk.control, stranger)]],
  [
    'a signature by another key of the same name',
    [signMember(apk.control, { ...stranger, keyName: key.keyName })],
  ],
  ['a good signature of another package', [other.signature]],
  ['a bad signature before a good one', [other.signature, apk.signature]],
  ['a good signature of the data', [signMember(apk.data, key)]],
  ['a good signature of control and data', [signMember(Buffer.concat([apk.control, apk.data]), key)]],
  ['an unknown kind of signature', [signatureNamed('.SIGN.RSA9.test.rsa.pub')]],
  ['a DSA signature', [signatureNamed('.SIGN.DSA.test.rsa.pub')]],
  ['SHA-1 passed off as SHA-256', [signatureNamed('.SIGN.RSA256.test.rsa.pub')]],
  ['an inherited property as algorithm', [signatureNamed('.SIGN.constructor.test.rsa.pub')]],
  ['a signature without a key', [signatureNamed('.SIGN.RSA.')]],
])('%s is refused', async (_, signatures) => {
  const bytes = Buffer.concat([...signatures, apk.control, apk.data])
  await expect(verify(bytes, { keys })).rejects.toMatchObject({
    code: 'SIGNATURE_INVALID',
    message: expect.stringContaining('hello.apk'),
  })
})

test.each<[string, Buffer[], string]>([
  ['another control member', [apk.signature, other.control, apk.data], 'SIGNATURE_INVALID'],
  ["another package's data", [apk.signature, apk.control, other.data], 'CHECKSUM_MISMATCH'],
  ['no data', [apk.signature, apk.control], 'ARCHIVE_INVALID'],
  ['no control member', [apk.signature, apk.data], 'ARCHIVE_INVALID'],
  ['only a signature', [apk.signature], 'ARCHIVE_INVALID'],
  ['nothing', [], 'ARCHIVE_INVALID'],
  ['data before control', [apk.signature, apk.data, apk.control], 'ARCHIVE_INVALID'],
  ['a signature behind the control member', [apk.control, apk.signature, apk.data], 'SIGNATURE_INVALID'],
  ['the data twice', [apk.signature, apk.control, apk.data, apk.data], 'ARCHIVE_INVALID'],
  ['an empty fourth member', [apk.signature, apk.control, apk.data, gzipSync('')], 'ARCHIVE_INVALID'],
  ['a byte at the end', [apk.signature, apk.control, apk.data, Buffer.from([0])], 'ARCHIVE_INVALID'],
  ['too many signatures', [...Array(9).fill(apk.signature), apk.control, apk.data], 'ARCHIVE_INVALID'],
])('%s is refused', async (_, parts, code) => {
  await expect(verify(Buffer.concat(parts), { keys })).rejects.toMatchObject({ code })
})

test('a control member that does not begin with .PKGINFO is refused', async () => {
  const text = Buffer.from(`pkgname = a\npkgver = 1\ndatahash = ${facts.info.dataHash}\n`)
  const control = gzipSync(
    writeTar(
      [
        { name: 'PKGINFO', bytes: text },
        { name: '.PKGINFO', bytes: text },
      ],
      0,
    ),
  )
  await expect(verify(Buffer.concat([control, apk.data]))).rejects.toThrow('it does not start with')
})

test('two data members are refused even where the datahash covers both', async () => {
  const twice = Buffer.concat([other.data, other.data])
  const datahash = createHash('sha256').update(twice).digest('hex')
  const { signature, control } = await buildApk({ info: { datahash }, key })
  await expect(verify(Buffer.concat([signature, control, twice]), { keys })).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
  })
})

test.each<[string, Parameters<typeof buildApk>[0]]>([
  ['no datahash', { info: { datahash: [] } }],
  ['a datahash in capitals', { info: { datahash: 'A'.repeat(64) } }],
  ['a name that is a path', { info: { pkgname: '../evil' } }],
  ['a version that is a path', { info: { pkgver: '1/../2' } }],
  ['a negative size', { info: { size: '-1' } }],
])('a package with %s is refused', async (_, options) => {
  const { bytes } = await buildApk({ ...options, key })
  await expect(verify(bytes, { keys })).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
})

test.each<[string, Partial<PackageExpectations>]>([
  ['identity', { checksum }],
  ['size', { size }],
  ['SHA-256', { sha256 }],
])('another package with its own good signature is refused by its %s alone', async (what, expected) => {
  await expect(verify(apk.bytes, { keys, ...expected })).resolves.toEqual(facts)
  await expect(verify(other.bytes, { keys, ...expected })).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
    message: expect.stringContaining(what),
  })
})

test('one flipped bit anywhere behind the signature is refused by identity and datahash alone', async () => {
  for (const [from, to] of [
    [apk.signature.length, apk.signature.length + apk.control.length],
    [apk.signature.length + apk.control.length, apk.bytes.length],
  ] as const) {
    for (const offset of offsets(from, to)) await expectRefused(flip(apk.bytes, offset), { checksum })
  }
})

test('one flipped bit anywhere at all is refused by the SHA-256', async () => {
  for (const offset of offsets(0, apk.bytes.length))
    await expectRefused(flip(apk.bytes, offset), { keys, sha256 })
})

test('one flipped bit in the signature itself is refused', async () => {
  for (const offset of offsets(0, 256)) {
    const signature = signatureNamed('.SIGN.RSA.test.rsa.pub', (good) => flip(good, offset))
    const bytes = Buffer.concat([signature, apk.control, apk.data])
    await expect(verify(bytes, { keys })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  }
})

test('a package that is cut short is refused wherever it is cut', async () => {
  const lengths = [
    0,
    1,
    511,
    512,
    513,
    apk.bytes.length / 2,
    apk.bytes.length - 1,
    ...offsets(0, apk.bytes.length),
  ]
  for (const length of lengths) await expectRefused(apk.bytes.subarray(0, length), {})
})

test('an endless package is not read past its size', async () => {
  let sent = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield apk.bytes
    for (; sent < 2 ** 30; sent += 1024) yield Buffer.alloc(1024)
  }
  await expect(verifyPackage(endless(), { label: 'endless', size })).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
  })
  expect(sent).toBeLessThanOrEqual(1024)
})

test('a package that is refused early lets go of the file it comes from', async () => {
  let closed = false
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* inChunks(apk.bytes, 1000)
    } finally {
      closed = true
    }
  }
  const { checksum } = await verify(other.bytes)
  await expect(verifyPackage(source(), { label: 'hello.apk', checksum })).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
  })
  expect(closed).toBe(true)
})

test('a control member that inflates without end is refused', async () => {
  const bomb = Buffer.concat([gzipSync('').subarray(0, 10), deflateRawSync(Buffer.alloc(64 * 1024 * 1024))])
  await expect(verify(bomb)).rejects.toThrow('is too large')
})

test('memory does not grow with the data', async () => {
  const zeros = gzipSync(writeTar([{ name: 'zeros', bytes: Buffer.alloc(400 * 1024 * 1024) }], 0), {
    level: 1,
  })
  const { control } = await buildApk({ info: { datahash: createHash('sha256').update(zeros).digest('hex') } })
  const before = process.memoryUsage().rss
  let peak = before
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of inChunks(Buffer.concat([control, zeros]), 64 * 1024)) {
      peak = Math.max(peak, process.memoryUsage().rss)
      yield chunk
    }
  }
  await verifyPackage(watched(), { label: 'large' })
  expect(peak - before).toBeLessThan(150 * 1024 * 1024)
})

async function verify(
  bytes: Uint8Array,
  { chunkSize = 1000, ...expected }: Partial<PackageExpectations> & { chunkSize?: number } = {},
): Promise<PackageFacts> {
  return verifyPackage(inChunks(bytes, chunkSize), { label: 'hello.apk', ...expected })
}

async function expectRefused(bytes: Uint8Array, expected: Partial<PackageExpectations>): Promise<void> {
  const error = await verify(bytes, expected).catch((thrown: unknown) => thrown)
  expect(
    isPipelineError(error, 'ARCHIVE_INVALID', 'CHECKSUM_MISMATCH', 'SIGNATURE_INVALID'),
    String(error),
  ).toBe(true)
}

/** A good signature, RSA with SHA-1, under another name or changed. */
function signatureNamed(name: string, change = (good: Buffer): Buffer => good): Buffer {
  return gzipSync(writeTar([{ name, bytes: change(sign('RSA-SHA1', apk.control, privateKey)) }], 0))
}

function flip(bytes: Buffer, offset: number): Buffer {
  const changed = Buffer.from(bytes)
  changed.writeUInt8(changed.readUInt8(offset) ^ (1 << (offset % 8)), offset)
  return changed
}

/** The first and the last 16, and 32 in between, always the same. */
function offsets(from: number, to: number): number[] {
  const span = to - from
  const between = Array.from({ length: 32 }, (_, i) => from + ((i * 7919 + 104729) % span))
  const ends = Array.from({ length: 16 }, (_, i) => [from + i, to - 1 - i]).flat()
  return [...ends, ...between]
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
