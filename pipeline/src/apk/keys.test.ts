import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseKeys } from './keys.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = spki(publicKey)

test('a public key is found by the name of its file', () => {
  const keys = parseKeys([['test@example.org-1.rsa.pub', pem]])
  expect(keys.get('test@example.org-1.rsa.pub')?.equals(publicKey)).toBe(true)
})

test.each([
  ['a private key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ['a PKCS#1 key', publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['an EC key', spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)],
  ['an RSA-PSS key', spki(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)],
  ['a short key', spki(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)],
  ['two keys', pem + pem],
  ['a public key before a private one', pem + privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ['nothing', ''],
  ['half a key', pem.slice(0, 200)],
  ['a key with a changed byte', pem.replace('MIIB', 'MIIC')],
])('%s is refused by name', (_, text) => {
  expect(() => parseKeys([['bad.rsa.pub', text]])).toThrow(
    expect.objectContaining({ code: 'RECIPE_INVALID', message: expect.stringContaining('"bad.rsa.pub"') }),
  )
})

test.each(['../a', 'a/b', '.hidden', '', 'a b', 'a\n'])('a key named %j is refused', (name) => {
  expect(() => parseKeys([[name, pem]])).toThrow('has a name that no key can have')
})

test('a second key of the same name is refused unless it is the same key', () => {
  const other = spki(createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey))
  expect(
    parseKeys([
      ['a', pem],
      ['a', pem],
    ]).size,
  ).toBe(1)
  expect(() =>
    parseKeys([
      ['a', pem],
      ['a', other],
    ]),
  ).toThrow('another key')
})

function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}
