import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type IssueOptions, issue, reissue } from '../../x509.ts'
import { load } from './certs.ts'
import type { Configuration } from './config.ts'
import { KubeadmError, say } from './failure.ts'
import { phase } from './faults.ts'
import { put, read } from './files.ts'

export const folder = '/etc/kubernetes'

export interface Kubeconfig {
  /** In `init phase kubeconfig`, and with `.conf` that of the file and in `certs renew`. */
  name: string
  user: (config: Configuration) => string
  organization?: string
  /** Of the API server beside it, whatever the endpoint is that others use. */
  local?: boolean
}

export const kubeconfigs: readonly Kubeconfig[] = [
  { name: 'admin', user: () => 'kubernetes-admin', organization: 'kubeadm:cluster-admins' },
  { name: 'super-admin', user: () => 'kubernetes-super-admin', organization: 'system:masters' },
  { name: 'kubelet', user: ({ node }) => `system:node:${node}`, organization: 'system:nodes' },
  { name: 'controller-manager', user: () => 'system:kube-controller-manager', local: true },
  { name: 'scheduler', user: () => 'system:kube-scheduler', local: true },
]

export async function kubeconfigPhase(config: Configuration, only = 'all'): Promise<void> {
  if (only === 'all') say(`[kubeconfig] Using kubeconfig folder "${folder}"`)
  for (const kubeconfig of kubeconfigs)
    if (only === 'all' || only === kubeconfig.name)
      await phase(`kubeconfig/${kubeconfig.name}`, () => ensure(config, kubeconfig))
}

export function serverOf({ controlPlaneEndpoint, advertiseAddress, bindPort }: Configuration): string {
  if (controlPlaneEndpoint === '') return `https://${advertiseAddress}:${bindPort}`
  return `https://${/:\d+$/.test(controlPlaneEndpoint) ? controlPlaneEndpoint : `${controlPlaneEndpoint}:${bindPort}`}`
}

/** The client certificate of a kubeconfig's user. */
export function certificateIn(name: string): string | undefined {
  const text = read(join(folder, `${name}.conf`))
  const data = text === undefined ? undefined : parse(text)?.users?.[0]?.user?.['client-certificate-data']
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString()
}

export async function renewKubeconfig(config: Configuration, name: string): Promise<void> {
  const path = join(folder, `${name}.conf`)
  const [text, existing, signer] = [read(path), certificateIn(name), load(config, 'ca')]
  if (text === undefined || existing === undefined || !signer)
    throw new KubeadmError(`failed to read kubeconfig file ${path}`)
  const { certificate, key } = reissue(signer, existing)
  const content = parse(text)
  Object.assign(content.users[0].user, {
    'client-certificate-data': base64(certificate),
    'client-key-data': base64(key),
  })
  await put(path, stringify(content), 0o600)
}

async function ensure(config: Configuration, { name, user, organization, local }: Kubeconfig): Promise<void> {
  const path = join(folder, `${name}.conf`)
  const authority = load(config, 'ca')
  if (!authority)
    throw new KubeadmError(
      `couldn't load CA certificate ca: open ${config.certificatesDir}/ca.crt: no such file or directory`,
    )
  const server = local ? `https://${config.advertiseAddress}:${config.bindPort}` : serverOf(config)
  const existing = read(path)
  if (existing !== undefined) {
    assertFit(path, existing, server, authority.certificate)
    say(`[kubeconfig] Using existing kubeconfig file: "${path}"`)
    return
  }
  say(`[kubeconfig] Writing "${name}.conf" kubeconfig file`)
  const options: IssueOptions = {
    commonName: user(config),
    usages: ['client'],
    ...(organization !== undefined && { organizations: [organization] }),
  }
  const { certificate, key } = issue(authority, options)
  const cluster = config.clusterName
  const content = {
    apiVersion: 'v1',
    clusters: [
      { cluster: { 'certificate-authority-data': base64(authority.certificate), server }, name: cluster },
    ],
    contexts: [{ context: { cluster, user: user(config) }, name: `${user(config)}@${cluster}` }],
    'current-context': `${user(config)}@${cluster}`,
    kind: 'Config',
    users: [
      {
        name: user(config),
        user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) },
      },
    ],
  }
  await put(path, stringify(content), 0o600)
}

function assertFit(path: string, text: string, server: string, authority: string): void {
  const content = text.trim() === '' ? undefined : safely(() => parse(text))
  const cluster = content?.clusters?.[0]?.cluster
  if (cluster === undefined)
    throw new KubeadmError(`a kubeconfig file "${path}" exists already but is invalid: couldn't load it`)
  const found = Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString()
  if (fingerprint(found) !== fingerprint(authority))
    throw new KubeadmError(`a kubeconfig file "${path}" exists already but has got the wrong CA cert`)
  if (cluster.server !== server)
    process.stderr.write(
      `W0101 00:00:00.000000 ${process.pid} kubeconfig.go:314] a kubeconfig file "${path}" exists already but has an unexpected API Server URL: expected: ${server}, got: ${cluster.server}\n`,
    )
}

function fingerprint(pem: string): string | undefined {
  return safely(() => new X509Certificate(pem).fingerprint256)
}

function safely<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch {
    return undefined
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
