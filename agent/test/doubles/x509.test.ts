import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createAuthority, issue, reissue } from './x509.ts'

const names = { commonName: 'kube-apiserver', organizations: ['system:masters'], dnsNames: ['localhost'] }
const authority = createAuthority({ commonName: 'kubernetes' })
const first = issue(authority, {
  ...names,
  addresses: ['127.0.0.1', 'fd00::1'],
  usages: ['server', 'client'],
})

test('an issued certificate is signed by its authority and says what was asked', () => {
  const certificate = new X509Certificate(first.certificate)
  expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true)
  expect(certificate.checkPrivateKey(createPrivateKey(first.key))).toBe(true)
  expect(certificate.subject).toBe('O=system:masters\nCN=kube-apiserver')
  expect(certificate.subjectAltName).toBe(
    'DNS:localhost, IP Address:127.0.0.1, IP Address:FD00:0:0:0:0:0:0:1',
  )
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  expect(certificate.ca).toBe(false)
  expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true)
})

test('a reissued certificate has the same names, a new key and new dates', () => {
  const notAfter = new Date('2060-01-01T00:00:00Z')
  const [before, after] = [first, reissue(authority, first.certificate, { notAfter })].map(
    ({ certificate }) => new X509Certificate(certificate),
  )
  expect(after?.subject).toBe(before?.subject)
  expect(after?.subjectAltName).toBe(before?.subjectAltName)
  expect(after?.keyUsage).toEqual(before?.keyUsage)
  expect(after?.fingerprint).not.toBe(before?.fingerprint)
  expect(new Date(after?.validTo ?? '')).toEqual(notAfter)
})

test('a certificate may be out of date from the start', () => {
  const dates = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('2025-01-01T00:00:00Z') }
  const { certificate } = issue(authority, { commonName: 'old', usages: ['client'], ...dates })
  expect(new Date(new X509Certificate(certificate).validTo)).toEqual(dates.notAfter)
})
