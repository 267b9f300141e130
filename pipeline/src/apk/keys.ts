import { createPublicKey, type KeyObject } from 'node:crypto'
import { PipelineError } from '../errors.ts'

/** Trusted public keys by file name, e.g. `alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub`. */
export type Keys = ReadonlyMap<string, KeyObject>

/**
 * Parses the keys of `/etc/apk/keys`: PEM files, each with one RSA public key (SubjectPublicKeyInfo) of at least
 * 2,048 bits. A later file of the same name must be the same key.
 * @throws PipelineError `RECIPE_INVALID` naming the file that is anything else.
 */
export function parseKeys(files: Iterable<readonly [name: string, pem: string]>): Keys {
  const keys = new Map<string, KeyObject>()
  for (const [name, pem] of files) {
    const key = parseKey(name, pem)
    if (!(keys.get(name)?.equals(key) ?? true))
      throw invalid(name, 'is another key than one of the same name')
    keys.set(name, key)
  }
  return keys
}

/** Whether a key can have this name: it comes back in signatures and becomes the name of a file. */
export function isKeyName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9@._+-]*$/.test(name)
}

function parseKey(name: string, pem: string): KeyObject {
  if (!isKeyName(name)) throw invalid(name, 'has a name that no key can have')
  // Node would also take a private key or a certificate and derive the public key from it.
  if (!/^-----BEGIN PUBLIC KEY-----\s[^-]*-----END PUBLIC KEY-----\s*$/.test(pem)) {
    throw invalid(name, 'is not a PEM public key')
  }
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (cause) {
    throw invalid(name, 'cannot be decoded', cause)
  }
  if (key.asymmetricKeyType !== 'rsa') throw invalid(name, 'is not an RSA key')
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) throw invalid(name, 'is too short to be trusted')
  return key
}

function invalid(name: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError('RECIPE_INVALID', `the key ${JSON.stringify(name)} ${what}`, {
    hint: 'Give the RSA public key of the repository as it is in /etc/apk/keys.',
    cause,
  })
}
