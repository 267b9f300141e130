import { createHash, sign, verify } from 'node:crypto'
import { FormatError } from './format-error.ts'
import { decodeBase64, keyId, type PublicKey, type SecretKey } from './minisign-key.ts'

/** What a signature that holds says. */
export interface Signed {
  /** Of the key that made it. */
  readonly keyId: string
  /** What the signer wrote beside it, signed too. */
  readonly trustedComment: string
}

/** `Ed` signs the message itself, `ED` its BLAKE2b-512. */
type Algorithm = 'ED' | 'Ed'

/**
 * Checks a minisign signature of `message` by one of `keys`, the trusted comment included
 * (https://jedisct1.github.io/minisign/#signature-format).
 * @throws FormatError `SIGNATURE_INVALID` when it is no signature, of another key, or wrong
 */
export function verifySignature(message: Uint8Array, text: string, keys: readonly PublicKey[]): Signed {
  const { algorithm, id, signature, trustedComment, globalSignature } = parseSignature(text)
  const key = keys.find((one) => one.id === id)?.key
  if (key === undefined) throw invalid(`is by the key ${id}, which is none of those that are trusted`)
  if (!verify(null, signedBytes(message, algorithm), key, signature)) throw invalid('is not of this file')
  if (!verify(null, Buffer.concat([signature, Buffer.from(trustedComment)]), key, globalSignature)) {
    throw invalid('has a trusted comment that was not signed')
  }
  return { keyId: id, trustedComment }
}

export interface SignOptions {
  /** One line. */
  readonly trustedComment: string
  /** `ED` is what minisign writes since 0.10. */
  readonly algorithm?: Algorithm
}

/**
 * The signature file of `message`, as `minisign -S` writes it.
 * @throws FormatError `SIGNATURE_INVALID` when the comment is not one printable line
 */
export function signMessage(
  message: Uint8Array,
  { id, secret }: SecretKey,
  { trustedComment, algorithm = 'ED' }: SignOptions,
): string {
  if (!isComment(trustedComment))
    throw invalid('cannot have that trusted comment: it is not one printable line')
  const signature = sign(null, signedBytes(message, algorithm), secret)
  const head = Buffer.concat([Buffer.from(algorithm), Buffer.from(id, 'hex').reverse()])
  const globalSignature = sign(null, Buffer.concat([signature, Buffer.from(trustedComment)]), secret)
  return [
    `untrusted comment: signature from minisign secret key ${id}`,
    Buffer.concat([head, signature]).toString('base64'),
    `trusted comment: ${trustedComment}`,
    globalSignature.toString('base64'),
    '',
  ].join('\n')
}

interface Signature {
  readonly algorithm: Algorithm
  readonly id: string
  readonly signature: Buffer
  readonly trustedComment: string
  readonly globalSignature: Buffer
}

function parseSignature(text: string): Signature {
  const [untrusted, first, comment, second, ...rest] = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const bytes = decodeBase64(first ?? '')
  const globalSignature = decodeBase64(second ?? '')
  const trustedComment = comment?.startsWith('trusted comment: ') ? comment.slice(17) : undefined
  const algorithm = bytes?.toString('latin1', 0, 2)
  if (
    !untrusted?.startsWith('untrusted comment: ') ||
    bytes?.length !== 74 ||
    (algorithm !== 'Ed' && algorithm !== 'ED') ||
    trustedComment === undefined ||
    !isComment(trustedComment) ||
    globalSignature?.length !== 64 ||
    rest.length > 0
  ) {
    throw invalid('is not one that minisign makes')
  }
  const [id, signature] = [keyId(bytes.subarray(2, 10)), bytes.subarray(10)]
  return { algorithm, id, signature, trustedComment, globalSignature }
}

function signedBytes(message: Uint8Array, algorithm: Algorithm): Uint8Array {
  return algorithm === 'ED' ? createHash('blake2b512').update(message).digest() : message
}

/** minisign's own limit is 8 KiB. It is shown to people: nothing that moves a cursor. */
function isComment(text: string): boolean {
  return text.length <= 8192 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/u.test(text.replaceAll('\t', ' '))
}

function invalid(what: string): FormatError {
  return new FormatError('SIGNATURE_INVALID', `the signature ${what}`)
}
