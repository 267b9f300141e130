import { execFile } from 'node:child_process'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import type { Configuration } from './config.ts'
import { say } from './failure.ts'
import { put } from './files.ts'

const run = promisify(execFile)

export const kubeletFolder = '/var/lib/kubelet'

export async function kubeletStartPhase(config: Configuration): Promise<void> {
  await service('stop')
  await writeKubeletFlags(config)
  await writeKubeletConfig(config)
  say('[kubelet-start] Starting the kubelet')
  await service('start')
}

export async function writeKubeletFlags(config: Configuration): Promise<void> {
  const path = `${kubeletFolder}/kubeadm-flags.env`
  say(`[kubelet-start] Writing kubelet environment file with flags to file "${path}"`)
  const flags = config.kubeletExtraArgs.map(({ name, value }) => `--${name}=${value}`)
  if (config.node !== hostname().toLowerCase()) flags.push(`--hostname-override=${config.node}`)
  await put(path, `KUBELET_KUBEADM_ARGS="${flags.toSorted().join(' ')}"\n`, 0o644)
}

export async function writeKubeletConfig(config: Configuration): Promise<void> {
  const instance = `${kubeletFolder}/instance-config.yaml`
  await put(instance, kubeletDocument({ containerRuntimeEndpoint: config.criSocket }), 0o600)
  const path = `${kubeletFolder}/config.yaml`
  say(`[kubelet-start] Writing kubelet configuration to file "${path}"`)
  const settings = { ...kubeletSettings(config), containerRuntimeEndpoint: config.criSocket }
  await put(path, kubeletDocument(settings), 0o644)
}

export function kubeletDocument(settings: object): string {
  return stringify({ apiVersion: 'kubelet.config.k8s.io/v1beta1', ...settings, kind: 'KubeletConfiguration' })
}

/** What the documents say, with what kubeadm sets where they are silent. */
export function kubeletSettings(config: Configuration): Record<string, unknown> {
  return {
    authentication: {
      anonymous: { enabled: false },
      webhook: { cacheTTL: '0s', enabled: true },
      x509: { clientCAFile: `${config.certificatesDir}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'systemd',
    clusterDNS: ['10.96.0.10'],
    clusterDomain: config.dnsDomain,
    healthzBindAddress: '127.0.0.1',
    healthzPort: 10248,
    rotateCertificates: true,
    staticPodPath: '/etc/kubernetes/manifests',
    ...config.kubelet,
  }
}

/** kubeadm only warns where the init system will not do as it is told. */
export async function service(verb: 'start' | 'stop'): Promise<void> {
  try {
    await run('rc-service', ['kubelet', verb])
  } catch {
    say(`[kubelet-start] WARNING: unable to ${verb} the kubelet service: [exit status 1]`)
    say(`[kubelet-start] Please ensure kubelet is reloaded/${verb}ed manually.`)
  }
}
