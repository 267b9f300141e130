import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { FormatError } from './format-error.ts'

/** What a signature is checked with. */
export interface PublicKey {
  /** 16 upper-case hex digits, as minisign shows it. */
  readonly id: string
  readonly key: KeyObject
}

/** What a signature is made with. */
export interface SecretKey extends PublicKey {
  /** That of `key` is the public half. */
  readonly secret: KeyObject
}

/**
 * Parses a minisign public key: the file with its comment, or the one line that begins with `RW`
 * (https://jedisct1.github.io/minisign/#public-key-format).
 * @throws FormatError `KEY_INVALID`
 */
export function parsePublicKey(text: string): PublicKey {
  const bytes = decodeBase64(lastLine(text))
  if (bytes?.length !== 42 || bytes.toString('latin1', 0, 2) !== 'Ed') throw invalid('a minisign public key')
  return { id: keyId(bytes.subarray(2, 10)), key: publicKey(bytes.subarray(10)) }
}

/** The file that {@link parsePublicKey} and minisign read. */
export function formatPublicKey(key: PublicKey): string {
  return `untrusted comment: minisign public key ${key.id}\n${publicKeyLine(key)}\n`
}

/** Its line without the comment, as `minisign -P` and {@link parsePublicKey} take it, too. */
export function publicKeyLine({ id, key }: PublicKey): string {
  const raw = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
  return Buffer.concat([Buffer.from('Ed'), Buffer.from(id, 'hex').reverse(), raw]).toString('base64')
}

/**
 * Parses a secret key that has no password (`minisign -G -W`): algorithms, salt and limits of the password
 * (54 bytes in all), key id, seed, public half, checksum. The public half must be the seed's.
 * @throws FormatError `KEY_INVALID`
 */
export function parseSecretKey(text: string): SecretKey {
  const bytes = decodeBase64(lastLine(text))
  if (bytes?.length !== 158 || bytes.toString('latin1', 0, 2) !== 'Ed') throw invalid('a minisign secret key')
  if (bytes.readUInt16LE(2) !== 0) throw invalid('a minisign secret key without a password')
  const [seed, half] = [bytes.subarray(62, 94), bytes.subarray(94, 126)]
  const secretKey = keyOf(keyId(bytes.subarray(54, 62)), seed)
  if (!publicKey(half).equals(secretKey.key))
    throw invalid('a minisign secret key: its halves do not belong together')
  return secretKey
}

/** The key that grows from a seed of 32 bytes. */
export function keyOf(id: string, seed: Uint8Array): SecretKey {
  // PKCS #8 of an Ed25519 key (RFC 8410, section 7) but for the seed.
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  const secret = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' })
  return { id, secret, key: createPublicKey(secret) }
}

/** Only the one way of writing it that an encoder has; undefined for all else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** minisign shows the id as a little-endian number. */
export function keyId(bytes: Uint8Array): string {
  return Buffer.from(bytes).reverse().toString('hex').toUpperCase()
}

function publicKey(raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

function lastLine(text: string): string {
  const lines = text.trim().split(/\r?\n/)
  if (lines.length > 2 || (lines.length === 2 && !lines[0]?.startsWith('untrusted comment: '))) return ''
  return lines.at(-1) ?? ''
}

function invalid(what: string): FormatError {
  return new FormatError('KEY_INVALID', `this is not ${what}`)
}
