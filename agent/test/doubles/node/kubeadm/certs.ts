import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { createAuthority, type Identity, type IssueOptions, issue, reissue } from '../../x509.ts'
import type { Configuration } from './config.ts'
import { KubeadmError, say } from './failure.ts'
import { phase } from './faults.ts'
import { put, read } from './files.ts'

export interface Certificate {
  /** Below the folder of certificates, without extension. */
  path: string
  /** In `init phase certs`. */
  phase: string
  /** In `certs renew` and its list. */
  name: string
  authority: string
  options: (config: Configuration) => IssueOptions
}

export const authorities: Readonly<Record<string, { phase: string; commonName: string }>> = {
  ca: { phase: 'ca', commonName: 'kubernetes' },
  'front-proxy-ca': { phase: 'front-proxy-ca', commonName: 'front-proxy-ca' },
  'etcd/ca': { phase: 'etcd-ca', commonName: 'etcd-ca' },
}

/** https://kubernetes.io/docs/setup/best-practices/certificates/ */
export const certificates: readonly Certificate[] = [
  leaf('apiserver', 'ca', (config) => ({
    commonName: 'kube-apiserver',
    usages: ['server'],
    ...apiServerNames(config),
  })),
  leaf('apiserver-kubelet-client', 'ca', () => ({
    commonName: 'kube-apiserver-kubelet-client',
    organizations: ['kubeadm:cluster-admins'],
    usages: ['client'],
  })),
  leaf('front-proxy-client', 'front-proxy-ca', () => ({
    commonName: 'front-proxy-client',
    usages: ['client'],
  })),
  leaf('etcd/server', 'etcd/ca', etcdNames),
  leaf('etcd/peer', 'etcd/ca', etcdNames),
  leaf('etcd/healthcheck-client', 'etcd/ca', () => ({
    commonName: 'kube-etcd-healthcheck-client',
    usages: ['client'],
  })),
  leaf('apiserver-etcd-client', 'etcd/ca', () => ({
    commonName: 'kube-apiserver-etcd-client',
    usages: ['client'],
  })),
]

/** `all`, or the name of one in `init phase certs`. */
export async function certsPhase(config: Configuration, only = 'all'): Promise<void> {
  if (only === 'all') say(`[certs] Using certificateDir folder "${config.certificatesDir}"`)
  const wanted = (name: string) => only === 'all' || only === name
  for (const [path, authority] of Object.entries(authorities)) {
    if (wanted(authority.phase)) await phase(`certs/${authority.phase}`, () => ensureAuthority(config, path))
    for (const certificate of certificates.filter((one) => one.authority === path))
      if (wanted(certificate.phase))
        await phase(`certs/${certificate.phase}`, () => ensureCertificate(config, certificate))
  }
  if (wanted('sa')) await phase('certs/sa', () => ensureServiceAccountKey(config))
}

/** A certificate and its key from disk. */
export function load(config: Configuration, path: string): Identity | undefined {
  const [certificate, key] = [read(fileOf(config, `${path}.crt`)), read(fileOf(config, `${path}.key`))]
  if (certificate === undefined && key === undefined) return undefined
  const base = path.split('/').at(-1)
  if (certificate === undefined || key === undefined)
    throw new KubeadmError(
      `failure loading ${base} certificate: failed to load ${certificate === undefined ? 'certificate' : `key`}: couldn't load the ${certificate === undefined ? 'certificate' : 'private key'} file ${fileOf(config, path)}.${certificate === undefined ? 'crt' : 'key'}`,
    )
  parse(certificate, fileOf(config, `${path}.crt`), base)
  if (!key.includes('-----END'))
    throw new KubeadmError(
      `failure loading ${base} key: couldn't load the private key file ${fileOf(config, path)}.key: error reading private key file: data does not contain a valid RSA or ECDSA private key`,
    )
  return { certificate, key }
}

export async function renew(config: Configuration, { path, authority, name }: Certificate): Promise<void> {
  const [existing, signer] = [load(config, path), load(config, authority)]
  if (!existing) throw new KubeadmError(`the certificate ${name} does not exist`)
  if (!signer) throw new KubeadmError(`unable to load the certificate authority ${authority}`)
  await store(config, path, reissue(signer, existing.certificate))
}

async function ensureAuthority(config: Configuration, path: string): Promise<void> {
  const { phase: name, commonName } = authorities[path] ?? { phase: path, commonName: path }
  if (load(config, path)) {
    say(`[certs] Using existing ${name === 'etcd-ca' ? 'etcd/ca' : name} certificate authority`)
    return
  }
  say(`[certs] Generating "${path}" certificate and key`)
  await store(config, path, createAuthority({ commonName }))
}

async function ensureCertificate(config: Configuration, certificate: Certificate): Promise<void> {
  const { path, authority } = certificate
  const options = certificate.options(config)
  const signer = load(config, authority)
  if (!signer)
    throw new KubeadmError(
      `couldn't load CA certificate ${authority}: failed to load certificate: open ${fileOf(config, authority)}.crt: no such file or directory`,
    )
  const existing = load(config, path)
  if (existing) {
    assertFit(certificate, options, existing, signer)
    say(`[certs] Using existing ${path} certificate and key on disk`)
    return
  }
  say(`[certs] Generating "${path}" certificate and key`)
  const names = [
    ...(options.dnsNames ?? []).toSorted(),
    ...['and', 'IPs'],
    `[${(options.addresses ?? []).join(' ')}]`,
  ]
  if (options.dnsNames) {
    const [sorted, rest] = [names.slice(0, -3), names.slice(-3)]
    say(`[certs] ${path} serving cert is signed for DNS names [${sorted.join(' ')}] ${rest.join(' ')}`)
  }
  await store(config, path, issue(signer, options))
}

function assertFit({ path }: Certificate, options: IssueOptions, existing: Identity, signer: Identity): void {
  const base = path.split('/').at(-1) ?? path
  const found = parse(existing.certificate, path, base)
  const failed = `failed to write or validate certificate ${JSON.stringify(base)}: certificate ${base} `
  if (!found.verify(parse(signer.certificate, path, base).publicKey))
    throw new KubeadmError(`${failed}is not signed by corresponding CA`)
  const alternatives = (found.subjectAltName ?? '').split(', ')
  const valid = alternatives.map((one) => one.replace(/^(DNS|IP Address):/, ''))
  for (const name of options.dnsNames ?? [])
    if (found.checkHost(name) === undefined)
      throw new KubeadmError(
        `${failed}is invalid: x509: certificate is valid for ${valid.join(', ')}, not ${name}`,
      )
  for (const address of options.addresses ?? [])
    if (found.checkIP(address) === undefined)
      throw new KubeadmError(
        `${failed}is invalid: x509: certificate is valid for ${valid.join(', ')}, not ${address}`,
      )
}

async function ensureServiceAccountKey(config: Configuration): Promise<void> {
  if (read(fileOf(config, 'sa.key')) !== undefined) {
    say('[certs] Using the existing "sa" key')
    return
  }
  say('[certs] Generating "sa" key and public key')
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  await put(fileOf(config, 'sa.key'), privateKey, 0o600)
  await put(fileOf(config, 'sa.pub'), publicKey, 0o600)
}

async function store(config: Configuration, path: string, { certificate, key }: Identity): Promise<void> {
  await put(fileOf(config, `${path}.crt`), certificate, 0o644)
  await put(fileOf(config, `${path}.key`), key, 0o600)
}

function parse(pem: string, file: string, base: string | undefined): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new KubeadmError(
      `failure loading ${base} certificate: failed to load certificate: couldn't load the certificate file ${file}: error reading ${file}: data does not contain any valid RSA or ECDSA certificates`,
    )
  }
}

function apiServerNames({ node, dnsDomain, controlPlaneEndpoint, certSANs, ...rest }: Configuration) {
  const endpoint = controlPlaneEndpoint.replace(/:\d+$/, '')
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${dnsDomain}`,
  ]
  const more = [...(endpoint === '' ? [] : [endpoint]), ...certSANs]
  const isAddress = (name: string) => /^[\d.]+$/.test(name) || name.includes(':')
  return {
    dnsNames: unique([node, ...service, ...more.filter((name) => !isAddress(name))]),
    addresses: unique([firstAddress(rest.serviceSubnet), rest.advertiseAddress, ...more.filter(isAddress)]),
  }
}

function etcdNames({ node, advertiseAddress }: Configuration): IssueOptions {
  return {
    commonName: node,
    usages: ['server', 'client'],
    dnsNames: unique(['localhost', node]),
    addresses: unique([advertiseAddress, '127.0.0.1', '::1']),
  }
}

function firstAddress(subnet: string): string {
  const bytes = (subnet.split('/')[0] ?? '').split('.').map(Number)
  return [...bytes.slice(0, 3), (bytes[3] ?? 0) + 1].join('.')
}

function leaf(path: string, authority: string, options: Certificate['options']): Certificate {
  const name = path.replace('/', '-')
  return { path, phase: name, name, authority, options }
}

function fileOf({ certificatesDir }: Configuration, name: string): string {
  return join(certificatesDir, name)
}

function unique(values: string[]): string[] {
  return [...new Set(values)]
}
