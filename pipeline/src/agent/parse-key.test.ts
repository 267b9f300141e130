import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseKeys } from '../apk/keys.ts'
import { parseKey } from './parse-key.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const label = 'the key'

test('the public key is called after the file, or after itself', () => {
  expect(parseKey(pem, { label, fileName: 'me-0123abcd.rsa' }).keyName).toBe('me-0123abcd.rsa.pub')
  const { keyName } = parseKey(pem, { label, fileName: 'secret.pem' })
  expect(keyName).toMatch(/^kaweezle-[0-9a-f]{8}\.rsa\.pub$/)
  expect(parseKey(pem, { label }).keyName).toBe(keyName)
})

test('both forms of a private RSA key are read, and the public one is as apk wants it', () => {
  for (const type of ['pkcs1', 'pkcs8'] as const) {
    const key = parseKey(privateKey.export({ type, format: 'pem' }).toString(), { label })
    expect(
      parseKeys([[key.keyName, key.publicPem]])
        .get(key.keyName)
        ?.equals(publicKey),
    ).toBe(true)
  }
})

const exported = { type: 'pkcs8', format: 'pem' } as const
const other = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export(exported).toString()

test.each([
  ['nothing', '', /is not a private key in PEM/],
  ['half of a key', pem.slice(0, 800), /is not a private key in PEM/],
  ['a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString(), /is not a private key/],
  ['a short key', other(1024), /has 1024 bits, and not 2048 to 4096/],
  [
    'a key with a passphrase',
    privateKey.export({ ...exported, cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
    /has a passphrase/,
  ],
  [
    'a key of a curve',
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(exported).toString(),
    /is not an RSA key/,
  ],
])('%s is refused, and not shown', (_, text, message) => {
  expect(() => parseKey(text, { label })).toThrow(
    expect.objectContaining({ code: 'KEY_INVALID', message: expect.stringMatching(message) }),
  )
})
