import { type KeyObject, sign } from 'node:crypto'
import { PipelineError } from '../errors.ts'
import { gzipMember } from './gzip-member.ts'
import { isKeyName } from './keys.ts'
import { type SignatureAlgorithm, signatureDigests } from './signature.ts'
import { writeTar } from './tar.ts'

/** With `.SIGN.RSA256.` before it, the name fills the field of a tar header. */
const longestName = 100 - 13

export interface SigningKey {
  /** The file name of the public key in `/etc/apk/keys`. */
  readonly keyName: string
  readonly privateKey: KeyObject
  /** `RSA`, with SHA-1, is what every apk 2 and 3 knows, and the default. */
  readonly algorithm?: SignatureAlgorithm
}

/** A key to sign with, and what others verify with. */
export interface KeyPair extends SigningKey {
  /** PEM SubjectPublicKeyInfo, as it is in `/etc/apk/keys`. */
  readonly publicPem: string
}

/**
 * The signature member to put before `signed`, the compressed bytes of a control member or of an index. It is a
 * "cut" tar with one file (apk v2), stored and not compressed: so its size is the same for every key of up to 4,096
 * bits, and so is that of the package, which apk's database records.
 * @throws PipelineError `KEY_INVALID` for a key that apk could not verify with.
 */
export function signatureMember(
  signed: Uint8Array,
  { keyName, privateKey, algorithm = 'RSA' }: SigningKey,
): Buffer {
  if (!isKeyName(keyName) || keyName.length > longestName)
    throw unusable(keyName, 'has a name that no key can have')
  // Node signs with an elliptic curve too, where asked for RSA's digest.
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'rsa')
    throw unusable(keyName, 'is not a private RSA key')
  const bytes = sign(signatureDigests[algorithm], signed, privateKey)
  const file = { name: `.SIGN.${algorithm}.${keyName}`, bytes }
  return gzipMember(writeTar([file], 0), { level: 0 })
}

function unusable(name: string, what: string): PipelineError {
  return new PipelineError('KEY_INVALID', `the key ${JSON.stringify(name)} ${what}`, {
    hint: 'Give the private RSA key whose public key is in /etc/apk/keys under that name.',
  })
}
