import type { X509Certificate } from 'node:crypto'
import type { Files, Host } from '../host/host.ts'
import {
  type AuthorityName,
  authorities,
  type CertificateName,
  certificateNames,
  certificates,
} from '../kubeadm/certificates.ts'
import { pkiFolder } from '../kubeadm/paths.ts'
import type { AuthorityState, CertificateState, Snapshot } from '../plan/snapshot.ts'
import { isKeyOf, isSignedBy, parseCertificate, parsePrivateKey, parsePublicKey } from './pem.ts'
import { parseSubjects } from './subjects.ts'

/** The cluster's authorities as far as they can be read. */
export type AuthorityCertificates = Readonly<Record<AuthorityName, X509Certificate | undefined>>

export interface PkiState extends Pick<Snapshot, 'authorities' | 'certificates' | 'serviceAccountKeys'> {
  readonly authorityCertificates: AuthorityCertificates
}

/** What is below /etc/kubernetes/pki. */
export async function observePki({ files }: Host): Promise<PkiState> {
  const [pairs, leaves, serviceAccountKeys] = await Promise.all([
    Promise.all(authorities.map(async (name) => [name, await readPair(files, name)] as const)),
    Promise.all(certificateNames.map(async (name) => [name, await readPair(files, name)] as const)),
    observeTokenKeys(files),
  ])
  const authorityCertificates = Object.fromEntries(
    pairs.map(([name, { certificate }]) => [name, parseCertificate(certificate ?? '')]),
  ) as Record<AuthorityName, X509Certificate | undefined>
  return {
    authorityCertificates,
    authorities: Object.fromEntries(pairs.map(([name, pair]) => [name, judgeAuthority(pair)])) as Record<
      AuthorityName,
      AuthorityState
    >,
    certificates: Object.fromEntries(
      leaves.map(([name, pair]) => [
        name,
        judgeCertificate(pair, authorityCertificates[certificates[name].authority]),
      ]),
    ) as Record<CertificateName, CertificateState>,
    serviceAccountKeys,
  }
}

interface Pair {
  readonly certificate: string | undefined
  readonly key: string | undefined
  readonly modifiedAt: number
}

async function readPair(files: Files, name: string): Promise<Pair> {
  const [certificatePath, keyPath] = [`${pkiFolder}/${name}.crt`, `${pkiFolder}/${name}.key`]
  const [certificate, key, ...states] = await Promise.all([
    files.read(certificatePath),
    files.read(keyPath),
    files.stat(certificatePath),
    files.stat(keyPath),
  ])
  return { certificate, key, modifiedAt: Math.max(0, ...states.map((state) => state?.modifiedAt ?? 0)) }
}

function judgeAuthority({ certificate: text, key }: Pair): AuthorityState {
  if (text === undefined) return { state: 'missing' }
  const certificate = parseCertificate(text)
  if (certificate === undefined) return { state: 'unreadable' }
  return {
    state: 'present',
    hasKey: isKeyOf(parsePrivateKey(key ?? ''), certificate),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  }
}

function judgeCertificate(
  { certificate: text, key, modifiedAt }: Pair,
  authority: X509Certificate | undefined,
): CertificateState {
  if (text === undefined) return { state: 'missing' }
  const certificate = parseCertificate(text)
  if (certificate === undefined) return { state: 'unreadable' }
  return {
    state: 'present',
    isSound: isSignedBy(certificate, authority) && isKeyOf(parsePrivateKey(key ?? ''), certificate),
    notAfter: Date.parse(certificate.validTo),
    subjects: parseSubjects(certificate.subjectAltName ?? ''),
    modifiedAt,
  }
}

async function observeTokenKeys(files: Files): Promise<PkiState['serviceAccountKeys']> {
  const [privateText, publicText] = await Promise.all([
    files.read(`${pkiFolder}/sa.key`),
    files.read(`${pkiFolder}/sa.pub`),
  ])
  if (privateText === undefined || publicText === undefined) return 'missing'
  return parsePrivateKey(privateText) && parsePublicKey(publicText) ? 'present' : 'unreadable'
}
