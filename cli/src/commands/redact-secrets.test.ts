import { expect, test } from 'vitest'
import { redactSecrets } from './redact-secrets.ts'

const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----'
const base64 = Buffer.from(key).toString('base64')
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl'

test.each([
  ['a private key', `before\n${key}\nafter`, 'MIIEabc'],
  ['a private key that is cut off', `before\n${key.slice(0, 40)}`, 'MIIEabc'],
  ['a private key within JSON', JSON.stringify({ key }), 'MIIEabc'],
  ['a private key in base64', `tls.key: ${base64}`, base64],
  ['client-key-data', `    client-key-data: ${base64.slice(4)}`, base64.slice(4)],
  ['client-key-data of JSON', `{"client-key-data":"QUJDREVG"}`, 'QUJDREVG'],
  ['a token of a service account', `using ${jwt} now`, jwt],
  ['a bearer token', 'Authorization: Bearer abcdefgh12345678', 'abcdefgh12345678'],
  ['a bootstrap token', 'kubeadm join --token abcdef.0123456789abcdef', '0123456789abcdef'],
  ['a certificate key', `--certificate-key ${'ab'.repeat(32)}`, 'abab'],
  ['a password of YAML', 'password: hunter2', 'hunter2'],
  ['a password with spaces', 'password: "hunter 2 three"', 'three'],
  ['a password of the environment', 'DB_PASSWORD=hunter2', 'hunter2'],
  ['a password of JSON', '{"dbPassword": "hunter2", "a": 1}', 'hunter2'],
  ['a password of JSON within JSON', '{"msg":"{\\"password\\":\\"hunter2\\"}"}', 'hunter2'],
  ['a secret access key', 'aws_secret_access_key = AKIAabc/def', 'AKIAabc'],
  ['an API key', 'api-key: abc123', 'abc123'],
  ['credentials of a URL', 'http://ada:hunter2@proxy:3128/', 'hunter2'],
  ['a token of GitHub', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'abcdefghij'],
])('%s is taken out', (_, text, secret) => {
  expect(redactSecrets(text)).not.toContain(secret)
  expect(redactSecrets(text)).toContain('<removed>')
})

test.each([
  'I1127 09:22:31 kubelet.go:123] "SyncLoop ADD" pods=["kube-system/coredns-7d764666f9-abcde"]',
  `certificate-authority-data: ${Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB').toString('base64')}`,
  '--discovery-token-ca-cert-hash sha256:0123',
  'MountVolume.SetUp succeeded for volume "kube-api-access-x" (projected)',
  'https://127.0.0.1:6443/api/v1/nodes?limit=500',
  'image registry.k8s.io/pause@sha256:0123456789abcdef',
])('what is no secret stays: %s', (text) => {
  expect(redactSecrets(text)).toBe(text)
})

test('text of hostile length is read in linear time', () => {
  const start = performance.now()
  for (const piece of ['-----BEGIN PRIVATE KEY-----', 'password', 'eyJaaaaaaaaa.', '//a', 'LS0tLS1CRUdJTi']) {
    redactSecrets(piece.repeat(20_000))
  }
  expect(performance.now() - start).toBeLessThan(5_000)
})
