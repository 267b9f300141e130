import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestCertificates {
  readonly key: Buffer
  readonly cert: Buffer
  /** The authority that signed it. */
  readonly ca: Buffer
}

let made: TestCertificates | undefined

/**
 * A certificate for localhost and 127.0.0.1, of an authority that nobody trusts by itself. openssl makes it, once for
 * each process of the tests.
 */
export function testCertificates(): TestCertificates {
  if (made !== undefined) return made
  const folder = mkdtempSync(join(tmpdir(), 'test-certificates-'))
  try {
    made = makeCertificates(folder)
    return made
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function makeCertificates(folder: string): TestCertificates {
  const openssl = (...argv: string[]) => execFileSync('openssl', argv, { cwd: folder, stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=test CA',
    '-days',
    '2',
  )
  openssl('req', ...newKey, '-keyout', 'key.pem', '-out', 'csr.pem', '-subj', '/CN=localhost')
  writeFileSync(join(folder, 'ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext']
  openssl('x509', '-req', '-in', 'csr.pem', ...signing, '-out', 'cert.pem')
  const read = (name: string) => readFileSync(join(folder, name))
  return { key: read('key.pem'), cert: read('cert.pem'), ca: read('ca.pem') }
}
