import type { X509Certificate } from 'node:crypto'
import { type Kubeconfig, parseKubeconfig } from '../cluster/kubeconfig.ts'
import { readMaterial } from '../cluster/open-client.ts'
import { isAgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { type KubeconfigName, kubeconfigNames } from '../kubeadm/certificates.ts'
import { kubernetesFolder, rootKubeconfigPath } from '../kubeadm/paths.ts'
import type { KubeconfigState, RootKubeconfigState, Snapshot } from '../plan/snapshot.ts'
import { isKeyOf, isSignedBy, parseCertificate, parsePrivateKey } from './pem.ts'

/** @param authority the cluster's own; undefined: it is missing, and no kubeconfig is sound. */
export async function observeKubeconfigs(
  host: Host,
  authority: X509Certificate | undefined,
): Promise<Snapshot['kubeconfigs']> {
  const states = kubeconfigNames.map(
    async (name) => [name, await observeKubeconfig(host, name, authority)] as const,
  )
  return Object.fromEntries(await Promise.all(states)) as Record<KubeconfigName, KubeconfigState>
}

async function observeKubeconfig(
  host: Host,
  name: KubeconfigName,
  authority: X509Certificate | undefined,
): Promise<KubeconfigState> {
  const path = `${kubernetesFolder}/${name}.conf`
  const [text, file] = await Promise.all([host.files.read(path), host.files.stat(path)])
  if (text === undefined) return { state: 'missing' }
  const kubeconfig = attemptParse(text, path)
  if (kubeconfig === undefined) return { state: 'unreadable' }
  const [trusted, certificateText, keyText] = await Promise.all([
    readMaterial(host, kubeconfig.authority),
    readMaterial(host, kubeconfig.certificate),
    readMaterial(host, kubeconfig.key),
  ])
  const certificate = parseCertificate(certificateText ?? '')
  const trustsOwn =
    authority !== undefined && parseCertificate(trusted ?? '')?.raw.equals(authority.raw) === true
  return {
    state: 'present',
    server: kubeconfig.server,
    isSound:
      certificate !== undefined &&
      trustsOwn &&
      isSignedBy(certificate, authority) &&
      isKeyOf(parsePrivateKey(keyText ?? ''), certificate),
    notAfter: certificate === undefined ? 0 : Date.parse(certificate.validTo),
    modifiedAt: file?.modifiedAt ?? 0,
  }
}

/** Root's kubeconfig, next to the one that it is made from. */
export async function observeRootKubeconfig(host: Host): Promise<RootKubeconfigState> {
  const adminPath = `${kubernetesFolder}/admin.conf`
  const [text, file, adminText] = await Promise.all([
    host.files.read(rootKubeconfigPath),
    host.files.stat(rootKubeconfigPath),
    host.files.read(adminPath),
  ])
  if (text === undefined || file === undefined) return { state: 'missing' }
  const kubeconfig = attemptParse(text, rootKubeconfigPath)
  if (kubeconfig === undefined) return { state: 'unreadable' }
  const admin = adminText === undefined ? undefined : attemptParse(adminText, adminPath)
  return {
    state: 'present',
    name: kubeconfig.name,
    server: kubeconfig.server,
    isCurrent: admin !== undefined && credentialsOf(kubeconfig) === credentialsOf(admin),
    mode: file.mode & 0o777,
  }
}

function credentialsOf({ authority, certificate, key }: Kubeconfig): string {
  return JSON.stringify([authority, certificate, key])
}

function attemptParse(text: string, path: string): Kubeconfig | undefined {
  try {
    return parseKubeconfig(text, path)
  } catch (error) {
    if (isAgentError(error, 'FILE_FAILED')) return undefined
    throw error
  }
}
