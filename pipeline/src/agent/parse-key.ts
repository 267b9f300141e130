import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { KeyPair } from '../apk/sign.ts'
import { PipelineError } from '../errors.ts'

/** A signature of a larger key would make the packages larger, which apk's database records. */
const sizes = { smallest: 2048, largest: 4096 }

/**
 * The key pair of a private RSA key in PEM. `label` is what errors call it; its public key is called after the file
 * where that is named as apk's keys are (`….rsa`), and else after its own digest.
 * @throws PipelineError `KEY_INVALID`.
 */
export function parseKey(pem: string, { label, fileName }: { label: string; fileName?: string }): KeyPair {
  const privateKey = decode(pem, label)
  if (privateKey.asymmetricKeyType !== 'rsa') throw invalid(label, 'is not an RSA key')
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < sizes.smallest || bits > sizes.largest)
    throw invalid(label, `has ${bits} bits, and not ${sizes.smallest} to ${sizes.largest}`)
  const publicKey = createPublicKey(privateKey)
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const name = fileName?.endsWith('.rsa') ? fileName : `kaweezle-${fingerprint(publicKey)}.rsa`
  return { keyName: `${name}.pub`, publicPem, privateKey }
}

/** Eight hex digits that tell keys of one owner apart, as abuild's names have them. */
export function fingerprint(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('hex').slice(0, 8)
}

function decode(pem: string, label: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    const encrypted = /ENCRYPTED/.test(pem)
    throw invalid(label, encrypted ? 'has a passphrase' : 'is not a private key in PEM', cause)
  }
}

function invalid(label: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError('KEY_INVALID', `${label} ${what}`, {
    hint: 'Give a private RSA key in PEM without a passphrase, such as `openssl genrsa 4096` makes.',
    cause,
  })
}
