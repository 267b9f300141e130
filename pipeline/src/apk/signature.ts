import { verify } from 'node:crypto'
import { PipelineError } from '../errors.ts'
import type { Keys } from './keys.ts'
import type { TarFile } from './tar.ts'

/** apk's names of signature algorithms, and the digests below RSA PKCS#1 v1.5. */
export const signatureDigests = { RSA: 'RSA-SHA1', RSA256: 'RSA-SHA256', RSA512: 'RSA-SHA512' } as const

export type SignatureAlgorithm = keyof typeof signatureDigests

/** Whether a member of an apk or an index is a signature, by its files. */
export function isSignature(files: readonly TarFile[]): boolean {
  return files.length > 0 && files.every(({ name }) => name.startsWith('.SIGN.'))
}

/**
 * The name of the trusted key that signed `signed`, the compressed bytes. As for apk the first signature of a trusted
 * key decides; those of unknown keys and unknown algorithms before it are passed over.
 * @throws PipelineError `SIGNATURE_INVALID`.
 */
export function verifySignatures(
  signed: Uint8Array,
  signatures: readonly TarFile[],
  { keys, label }: { readonly keys: Keys; readonly label: string },
): string {
  const strangers: string[] = []
  for (const { name, bytes } of signatures) {
    const [, algorithm = '', keyName = ''] = /^\.SIGN\.([^.]*)\.(.*)$/s.exec(name) ?? []
    const key = keys.get(keyName)
    if (!isAlgorithm(algorithm) || key === undefined) strangers.push(JSON.stringify(name))
    else if (verify(signatureDigests[algorithm], signed, key, bytes)) return keyName
    else break
  }
  if (signatures.length === 0) throw invalid(`${label} is not signed`)
  if (strangers.length === signatures.length) {
    throw invalid(`${label} is not signed by a trusted key, but has ${strangers.join(' and ')}`)
  }
  throw invalid(
    `${label} is not what was signed: its signature does not match`,
    'Fetch it again, or use another mirror.',
  )
}

function isAlgorithm(text: string): text is SignatureAlgorithm {
  return Object.hasOwn(signatureDigests, text)
}

function invalid(
  message: string,
  hint = "Add the repository's public key to rootfs/keys if you trust it.",
): PipelineError {
  return new PipelineError('SIGNATURE_INVALID', message, { hint })
}
