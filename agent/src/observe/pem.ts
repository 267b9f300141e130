import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'

/** A certificate or key of kubeadm has a few KiB. */
const sizeLimit = 1024 * 1024

/** The first certificate of a PEM text, which may hold its key as well; undefined where there is none that is whole. */
export function parseCertificate(text: string): X509Certificate | undefined {
  const block = findBlock(text, 'CERTIFICATE')
  return block === undefined ? undefined : attempt(() => new X509Certificate(block))
}

/** The first private key of a PEM text; undefined where there is none that is whole. */
export function parsePrivateKey(text: string): KeyObject | undefined {
  const block = findBlock(text, '(?:RSA |EC )?PRIVATE KEY')
  return block === undefined ? undefined : attempt(() => createPrivateKey(block))
}

export function parsePublicKey(text: string): KeyObject | undefined {
  const block = findBlock(text, '(?:RSA )?PUBLIC KEY')
  return block === undefined ? undefined : attempt(() => createPublicKey(block))
}

/** Whether a private key is that of a certificate. */
export function isKeyOf(key: KeyObject | undefined, certificate: X509Certificate): boolean {
  return key !== undefined && attempt(() => certificate.checkPrivateKey(key)) === true
}

/** Whether an authority's key has signed a certificate, and under the authority's name. */
export function isSignedBy(certificate: X509Certificate, authority: X509Certificate | undefined): boolean {
  if (authority === undefined || certificate.issuer !== authority.subject) return false
  return attempt(() => certificate.verify(authority.publicKey)) === true
}

function findBlock(text: string, label: string): string | undefined {
  if (text.length > sizeLimit) return undefined
  return new RegExp(`-----BEGIN ${label}-----[^-]*-----END ${label}-----`).exec(text)?.[0]
}

/** The cryptography's own errors, which differ by runtime, say all the same: this is none. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
