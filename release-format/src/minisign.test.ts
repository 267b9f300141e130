import { expect, test } from 'vitest'
import { makeKey } from '../test/support/make-key.ts'
import { signMessage, verifySignature } from './minisign.ts'
import { formatPublicKey, parsePublicKey, parseSecretKey } from './minisign-key.ts'

const message = Buffer.from('digest  file\n')
const key = makeKey()
const signed = signMessage(message, key, { trustedComment: 'timestamp:1\tfile:SHA256SUMS' })
const refused = (code: string) => expect.objectContaining({ code })

test.each(['Ed', 'ED'] as const)('a signature of the algorithm %s holds, and says by whom', (algorithm) => {
  const text = signMessage(message, key, { trustedComment: 'v1.2.3', algorithm })
  expect(verifySignature(message, text, [makeKey(), key])).toEqual({
    keyId: key.id,
    trustedComment: 'v1.2.3',
  })
})

test("the example of minisign's documentation holds", () => {
  const documented = parsePublicKey('RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3')
  const text = `untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1633700835\tfile:test\tprehashed
wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==
`
  expect(verifySignature(Buffer.from('test'), text, [documented]).trustedComment).toContain('file:test')
  expect(() => verifySignature(Buffer.from('tesT'), text, [documented])).toThrow(refused('SIGNATURE_INVALID'))
})

test('the line ends of Windows do not matter', () => {
  expect(verifySignature(message, signed.replaceAll('\n', '\r\n'), [key]).keyId).toBe(key.id)
})

test('no bit of a message, signature or trusted comment can change', () => {
  for (let bit = 0; bit < message.length * 8; bit++) {
    const changed = Buffer.from(message)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(() => verifySignature(changed, signed, [key])).toThrow(refused('SIGNATURE_INVALID'))
  }
  const bytes = Buffer.from(signed)
  for (let index = signed.indexOf('\n') + 1; index < bytes.length - 1; index++) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(() => verifySignature(message, changed.toString(), [key])).toThrow(refused('SIGNATURE_INVALID'))
  }
})

const [untrusted = '', first = '', trusted = '', second = ''] = signed.split('\n')
const other = signMessage(message, key, { trustedComment: 'other' }).split('\n')
test.each([
  ['nothing', ''],
  ['a page', '<!doctype html>'],
  ['no trusted comment', `${untrusted}\n${first}\n`],
  ['another trusted comment', [untrusted, first, 'trusted comment: other', second, ''].join('\n')],
  ['the global signature of another', [untrusted, first, trusted, other[3], ''].join('\n')],
  ['a second signature', `${signed}${signed}`],
  ['an empty line', signed.replace('\n', '\n\n')],
  ['no untrusted comment', signed.slice(signed.indexOf('\n') + 1)],
  ['a cut', signed.slice(0, -8)],
  ['an unknown algorithm', signed.replace('\nRU', '\nRV')],
  ['the other algorithm', signed.replace('\nRU', '\nRW')],
  ['spaces in its base64', signed.replace('=\n', '= \n')],
  ['an escape sequence', signed.replace('timestamp', '\u001b[2J')],
])('a signature file with %s is refused', (_what, text) => {
  expect(() => verifySignature(message, text, [key])).toThrow(refused('SIGNATURE_INVALID'))
})

test('a signature by an unknown key is refused, even one that claims a known id', () => {
  expect(() => verifySignature(message, signed, [makeKey()])).toThrow(/none of those that are trusted/)
  expect(() => verifySignature(message, signed, [])).toThrow(refused('SIGNATURE_INVALID'))
  expect(() => verifySignature(message, signed, [{ ...makeKey(), id: key.id }])).toThrow(/not of this file/)
})

test.each(['two\nlines', 'two\rlines', '\u001b[2J', 'x'.repeat(9000)])(
  '%j is no trusted comment',
  (comment) => {
    expect(() => signMessage(message, key, { trustedComment: comment })).toThrow(refused('SIGNATURE_INVALID'))
  },
)

test('a public key is read from its file and from its line', () => {
  const file = formatPublicKey(key)
  expect(parsePublicKey(file).id).toBe(key.id)
  expect(parsePublicKey(file.split('\n')[1] ?? '').key.equals(key.key)).toBe(true)
})

test.each([
  '',
  'RW',
  'untrusted comment: only',
  'no comment\nRWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3',
  'RUQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3',
  'RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO',
  signed,
])('%j is no public key', (text) => {
  expect(() => parsePublicKey(text)).toThrow(refused('KEY_INVALID'))
  expect(() => parseSecretKey(text)).toThrow(refused('KEY_INVALID'))
})
