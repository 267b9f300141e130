import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { KaweezleError } from '../errors.ts'
import { orFileError } from '../files/file-error.ts'

/** It takes longer to make than a connection does. */
let latest: { readonly pem: string; readonly context: SecureContext } | undefined

/**
 * Trusts the certificates of a PEM file, besides all that Node trusts by itself, those of NODE_EXTRA_CA_CERTS
 * included: to name any is to name all.
 * @throws KaweezleError `FILE_FAILED`; `USAGE` when it holds no certificate, or a broken one
 */
export async function trustFile(path: string): Promise<SecureContext> {
  const pem = await orFileError(path, () => readFile(path, 'utf8'))
  if (latest?.pem === pem) return latest.context
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new KaweezleError('USAGE', `${path} holds no certificate, or a broken one`, {
      hint: 'Give a PEM file, which begins with -----BEGIN CERTIFICATE-----.',
    })
  }
  const context = createSecureContext({ ca: [...getCACertificates('default'), ...certificates] })
  latest = { pem, context }
  return context
}

/** OpenSSL itself passes over what it cannot read. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
