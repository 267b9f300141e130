import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIPv4 } from 'node:net'
import { bitString, element, oid, readElements, sequence, time, utf8 } from './control-plane/der.ts'

/** A certificate and its private key (PKCS#8), both as PEM. */
export interface Identity {
  certificate: string
  key: string
}

export interface Validity {
  notBefore?: Date
  notAfter?: Date
}

export interface IssueOptions extends Validity {
  commonName: string
  organizations?: string[]
  dnsNames?: string[]
  addresses?: string[]
  usages: ('server' | 'client')[]
}

interface Draft extends Validity {
  issuer: Buffer
  subject: Buffer
  publicKey: Buffer
  signingKey: string
  extensions: Buffer[]
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))
const year = 365 * 24 * 3600_000
const subjectKeyIdentifier = '2.5.29.14'
const authorityKeyIdentifier = '2.5.29.35'

/** A certificate authority of its own, valid for ten years unless told. */
export function createAuthority(options: Validity & { commonName: string }): Identity {
  const { publicKey, key } = createKeys()
  const subject = name(options.commonName)
  const certificate = signed({
    issuer: subject,
    subject,
    publicKey,
    signingKey: key,
    notAfter: new Date(Date.now() + 10 * year),
    ...definedOnly(options),
    extensions: [
      extension('2.5.29.19', sequence(element(0x01, Buffer.from([0xff]))), true),
      // digitalSignature, keyEncipherment and keyCertSign, like kubeadm's own.
      extension('2.5.29.15', bitString(Buffer.from([0xa4]), 2), true),
      extension(subjectKeyIdentifier, element(0x04, keyIdentifier(publicKey))),
    ],
  })
  return { certificate, key }
}

/** A certificate signed by `authority`, valid for one year unless told. */
export function issue(authority: Identity, options: IssueOptions): Identity {
  const { publicKey, key } = createKeys()
  const names = [
    ...(options.dnsNames ?? []).map((dnsName) => element(0x82, Buffer.from(dnsName))),
    ...(options.addresses ?? []).map((address) => element(0x87, addressBytes(address))),
  ]
  const usages = options.usages.map((usage) => oid(`1.3.6.1.5.5.7.3.${usage === 'server' ? 1 : 2}`))
  const certificate = signed({
    ...issuerOf(authority),
    ...definedOnly(options),
    subject: name(options.commonName, options.organizations),
    publicKey,
    extensions: [
      extension('2.5.29.15', bitString(Buffer.from([0xa0]), 5), true),
      extension('2.5.29.37', sequence(...usages)),
      extension('2.5.29.19', sequence(), true),
      authorityIdentifier(authority),
      ...(names.length > 0 ? [extension('2.5.29.17', sequence(...names))] : []),
    ],
  })
  return { certificate, key }
}

/** What `existing` (PEM) says of its subject, names and usages, with a new key and new dates. */
export function reissue(authority: Identity, existing: string, validity: Validity = {}): Identity {
  const { publicKey, key } = createKeys()
  const identifier = oid(authorityKeyIdentifier)
  const kept = partsOf(existing).extensions.filter((bytes) => bytes.indexOf(identifier) === -1)
  const certificate = signed({
    ...issuerOf(authority),
    ...definedOnly(validity),
    subject: partsOf(existing).subject,
    publicKey,
    extensions: [...kept, authorityIdentifier(authority)],
  })
  return { certificate, key }
}

function createKeys(): { publicKey: Buffer; key: string } {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { publicKey: Buffer.from(pair.publicKey), key: pair.privateKey }
}

function signed(draft: Draft): string {
  const { notBefore = new Date(Date.now() - 5 * 60_000), notAfter = new Date(Date.now() + year) } = draft
  const serial = randomBytes(12)
  // Positive, and no leading zero.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  // An authority may be of another kind (RSA of the real kubeadm) than the keys made here.
  const signingKey = createPrivateKey(draft.signingKey)
  const isRsa = signingKey.asymmetricKeyType === 'rsa'
  const algorithm = isRsa ? sequence(oid('1.2.840.113549.1.1.11'), element(0x05)) : ecdsaWithSha256
  const body = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, serial),
    algorithm,
    draft.issuer,
    sequence(time(notBefore), time(notAfter)),
    draft.subject,
    draft.publicKey,
    element(0xa3, sequence(...draft.extensions)),
  )
  return pem(sequence(body, algorithm, bitString(sign('sha256', body, signingKey))))
}

function issuerOf(authority: Identity): { issuer: Buffer; signingKey: string } {
  return { issuer: partsOf(authority.certificate).subject, signingKey: authority.key }
}

function authorityIdentifier(authority: Identity): Buffer {
  const identifier = keyIdentifier(partsOf(authority.certificate).publicKey)
  return extension(authorityKeyIdentifier, sequence(element(0x80, identifier)))
}

/** SHA-1 of the key's bits, as RFC 5280 suggests. */
function keyIdentifier(publicKey: Buffer): Buffer {
  const bits = readElements(readElements(publicKey)[0]?.content ?? Buffer.alloc(0))[1]
  return createHash('sha1')
    .update(bits?.content.subarray(1) ?? publicKey)
    .digest()
}

function partsOf(certificate: string): { subject: Buffer; publicKey: Buffer; extensions: Buffer[] } {
  const [whole] = readElements(Buffer.from(new X509Certificate(certificate).raw))
  const [body] = readElements(whole?.content ?? Buffer.alloc(0))
  const [, , , , , subject, publicKey, extensions] = readElements(body?.content ?? Buffer.alloc(0))
  if (!subject || !publicKey) throw new Error('not a certificate of version 3')
  const list = readElements(extensions?.content ?? Buffer.alloc(0))[0]
  return {
    subject: subject.whole,
    publicKey: publicKey.whole,
    extensions: readElements(list?.content ?? Buffer.alloc(0)).map(({ whole: bytes }) => bytes),
  }
}

function name(commonName: string, organizations: string[] = []): Buffer {
  const attribute = (type: string, text: string) => element(0x31, sequence(oid(type), utf8(text)))
  return sequence(
    ...organizations.map((organization) => attribute('2.5.4.10', organization)),
    attribute('2.5.4.3', commonName),
  )
}

function extension(type: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [element(0x01, Buffer.from([0xff]))] : []
  return sequence(oid(type), ...flag, element(0x04, value))
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const middle = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return Buffer.from([...before, ...middle, ...after].flatMap((group) => [group >> 8, group & 0xff]))
}

function definedOnly({ notBefore, notAfter }: Validity): Validity {
  return { ...(notBefore && { notBefore }), ...(notAfter && { notAfter }) }
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
