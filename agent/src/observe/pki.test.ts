import { describe, expect, test } from 'vitest'
import { createAuthority, type Identity, issue } from '../../test/doubles/x509.ts'
import { fakeHost } from '../host/fake-host.fixture.ts'
import { observePki } from './pki.ts'
import { canonicalAddress, parseSubjects } from './subjects.ts'

const pki = '/etc/kubernetes/pki'
const [notBefore, notAfter] = [new Date('2026-01-01T00:00:00Z'), new Date('2027-02-03T04:05:06Z')]
const authority = createAuthority({ commonName: 'kubernetes', notBefore, notAfter })
const namesake = createAuthority({ commonName: 'kubernetes' })
const other = createAuthority({ commonName: 'etcd-ca' })
const leafOptions = {
  commonName: 'kube-apiserver',
  dnsNames: ['kwsl', 'localhost'],
  addresses: ['192.168.99.2', 'fd00::1'],
  usages: ['server' as const],
  notAfter,
}
const leaf = issue(authority, leafOptions)

function pair(name: string, identity: Partial<Identity>): Record<string, string> {
  const { certificate, key } = identity
  return {
    ...(certificate !== undefined && { [`${pki}/${name}.crt`]: certificate }),
    ...(key !== undefined && { [`${pki}/${name}.key`]: key }),
  }
}

async function look(files: Record<string, string | object>) {
  return observePki(fakeHost({ files }))
}

test('an authority has its key and its time', async () => {
  const { authorities } = await look(pair('ca', authority))
  expect(authorities).toEqual({
    ca: { state: 'present', hasKey: true, notBefore: notBefore.getTime(), notAfter: notAfter.getTime() },
    'front-proxy-ca': { state: 'missing' },
    'etcd/ca': { state: 'missing' },
  })
})

test.each<[string, string | undefined]>([
  ['no key', undefined],
  ['the key of another', namesake.key],
  ['half a key', authority.key.slice(0, 80)],
  ['a certificate for a key', authority.certificate],
  ['an empty file', ''],
])('an authority with %s has none', async (_title, key) => {
  const { authorities } = await look(
    pair('ca', { certificate: authority.certificate, ...(key !== undefined && { key }) }),
  )
  expect(authorities.ca).toMatchObject({ state: 'present', hasKey: false })
})

test('a certificate tells its names, its end and when it was written', async () => {
  const { certificates } = await look({
    ...pair('ca', authority),
    [`${pki}/apiserver.crt`]: { text: leaf.certificate, modifiedAt: 1000 },
    [`${pki}/apiserver.key`]: { text: leaf.key, modifiedAt: 3000 },
  })
  expect(certificates.apiserver).toEqual({
    state: 'present',
    isSound: true,
    notAfter: notAfter.getTime(),
    subjects: ['kwsl', 'localhost', '192.168.99.2', 'fd00::1'],
    modifiedAt: 3000,
  })
  expect(certificates['etcd/peer']).toEqual({ state: 'missing' })
})

describe('a certificate is not sound', () => {
  test.each<[string, Record<string, string>]>([
    [
      'without its key',
      { ...pair('ca', authority), ...pair('apiserver', { certificate: leaf.certificate }) },
    ],
    [
      'with the key of another',
      { ...pair('ca', authority), ...pair('apiserver', { ...leaf, key: namesake.key }) },
    ],
    ['without its authority', pair('apiserver', leaf)],
    ['with a damaged authority', { ...pair('ca', { certificate: 'x' }), ...pair('apiserver', leaf) }],
    ['of an authority of the same name', { ...pair('ca', namesake), ...pair('apiserver', leaf) }],
    [
      'of an authority for something else',
      {
        ...pair('ca', authority),
        ...pair('etcd/ca', other),
        ...pair('apiserver', issue(other, leafOptions)),
      },
    ],
  ])('%s', async (_title, files) => {
    expect((await look(files)).certificates.apiserver).toMatchObject({ state: 'present', isSound: false })
  })
})

test.each([
  ['empty', ''],
  ['truncated', leaf.certificate.slice(0, 300)],
  ['of garbage in the right frame', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ['binary', '\u0000\u0001\ufffd'],
  ['a key', leaf.key],
  ['huge', leaf.certificate + ' '.repeat(2 * 1024 * 1024)],
])('a certificate file that is %s is unreadable', async (_title, certificate) => {
  expect((await look(pair('apiserver', { certificate }))).certificates.apiserver).toEqual({
    state: 'unreadable',
  })
})

const publicKey =
  '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n'
test.each<[string, Record<string, string>, string]>([
  ['missing', {}, 'missing'],
  ['half there', { [`${pki}/sa.key`]: leaf.key }, 'missing'],
  ['damaged', { [`${pki}/sa.key`]: leaf.key, [`${pki}/sa.pub`]: publicKey }, 'unreadable'],
  ['swapped', { [`${pki}/sa.key`]: publicKey, [`${pki}/sa.pub`]: leaf.key }, 'unreadable'],
])('keys of service accounts that are %s are %s', async (_title, files, state) => {
  expect((await look(files)).serviceAccountKeys).toBe(state)
})

test.each<[string, readonly string[]]>([
  ['DNS:kwsl, IP Address:10.96.0.1', ['kwsl', '10.96.0.1']],
  ['IP Address:FD00:0:0:0:0:0:0:1', ['fd00::1']],
  ['', []],
  ['URI:spiffe://a, email:x@y, DNS:a', ['a']],
  ['DNS:"a, DNS:192.168.99.2", DNS:b', ['b']],
  ['DNS:"a\\", IP Address:1.2.3.4", DNS:c', ['c']],
  ['IP Address:<invalid>', ['<invalid>']],
])('the subjects of %j are %j', (text, subjects) => expect(parseSubjects(text)).toEqual(subjects))

test.each([
  ['FE80::0001', 'fe80::1'],
  ['10.0.0.1', '10.0.0.1'],
  ['no address', 'no address'],
])('the address %s is written %s', (text, address) => expect(canonicalAddress(text)).toBe(address))
