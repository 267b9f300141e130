import type { NamedAccess } from './own-entries.ts'

/** The access to a cluster, for tests. */
export function aCluster(overrides: Partial<NamedAccess> = {}): NamedAccess {
  return {
    name: 'kaweezle',
    server: 'https://127.0.0.1:6443',
    certificateAuthority: pem('CERTIFICATE', 'authority'),
    clientCertificate: pem('CERTIFICATE', 'client'),
    clientKey: pem('EC PRIVATE KEY', 'key'),
    ...overrides,
  }
}

function pem(label: string, content: string): string {
  const body = Buffer.from(content.repeat(20)).toString('base64')
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
}
