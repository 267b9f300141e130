import { certificateNames, kubeconfigNames } from '../kubeadm/certificates.ts'
import { components } from '../kubeadm/components.ts'
import { renderConfiguration } from '../kubeadm/configuration.ts'
import { kubernetesFolder } from '../kubeadm/paths.ts'
import type { ClusterRecord } from '../kubeadm/record.ts'
import { hostsMark } from './host-stage.ts'
import type { CertificateState, KubeconfigState, ManifestState, ReadyApiState, Snapshot } from './snapshot.ts'

export const now = Date.parse('2026-11-27T12:00:00Z')
export const day = 24 * 3600_000
const started = now - 3600_000
const written = now - 2 * 3600_000
export const digest = 'a'.repeat(64)

export const record: ClusterRecord = {
  version: 1,
  name: 'kwsl',
  node: 'kwsl',
  advertise: 'fixed',
  address: '192.168.99.2',
  kubernetesVersion: '1.36.5',
  podNetwork: '10.244.0.0/16',
}

export const subjects = ['localhost', '127.0.0.1', 'kwsl', '192.168.99.2', '172.20.0.2']

export const configuration = renderConfiguration({
  kubernetesVersion: '1.36.5',
  node: 'kwsl',
  address: '192.168.99.2',
  podNetwork: '10.244.0.0/16',
  subjects,
  cgroupVersion: 2,
})

export const certificate: Extract<CertificateState, { state: 'present' }> = {
  state: 'present',
  isSound: true,
  notAfter: now + 300 * day,
  subjects,
  modifiedAt: written,
}

export const kubeconfig: Extract<KubeconfigState, { state: 'present' }> = {
  state: 'present',
  server: 'https://192.168.99.2:6443',
  isSound: true,
  notAfter: now + 300 * day,
  modifiedAt: written,
}

export const readyApi: ReadyApiState = {
  state: 'ready',
  version: '1.36.5',
  node: { isReady: true, reason: '', addresses: ['192.168.99.2'] },
  appliedBase: digest,
  configuredVersion: '1.36.5',
  proxyServer: 'https://192.168.99.2:6443',
  publishedServer: 'https://192.168.99.2:6443',
  workloads: [{ name: 'kube-system/deployment/coredns', isReady: true, reason: '' }],
}

function each<Name extends string, Value>(
  names: readonly Name[],
  value: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>
}

function manifest(name: string): ManifestState {
  const image = name === 'etcd' ? 'registry.k8s.io/etcd:3.6.8-0' : `registry.k8s.io/${name}:v1.36.5`
  const advertises = name === 'etcd' || name === 'kube-apiserver'
  return { state: 'present', image, address: advertises ? '192.168.99.2' : undefined }
}

/** A node whose cluster is ready, with nothing left to do. */
export const converged: Snapshot = {
  now,
  host: {
    hostname: 'kwsl',
    machineId: '0123456789abcdef0123456789abcdef',
    hosts: [`192.168.99.2\tkwsl\t${hostsMark}`, '127.0.0.1\tlocalhost'],
    sysctls: {
      'net/ipv4/ip_forward': '1',
      'net/bridge/bridge-nf-call-iptables': '1',
      'net/bridge/bridge-nf-call-ip6tables': '1',
      'net/ipv4/conf/default/rp_filter': '2',
    },
    cgroups: {
      version: 2,
      controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'],
      delegated: ['cpuset', 'cpu', 'io', 'memory', 'pids'],
      isOccupied: false,
    },
    rootIsShared: true,
    hasModules: true,
  },
  network: {
    addresses: [
      { interface: 'lo', address: '127.0.0.1' },
      { interface: 'eth0', address: '172.20.0.2' },
      { interface: 'eth0', address: '192.168.99.2' },
    ],
    outer: { interface: 'eth0', address: '172.20.0.2' },
  },
  openrc: { isBooted: true, enabled: ['crio', 'kubelet'] },
  services: {
    crio: { noted: 'started', isInstalled: true, process: { pid: 100, startedAt: started } },
    kubelet: { noted: 'started', isInstalled: true, process: { pid: 101, startedAt: started } },
  },
  packages: { kubeadm: '1.36.1', kubelet: '1.36.1', 'cri-o': '1.36.0' },
  images: [
    'registry.k8s.io/etcd:3.6.8-0',
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map(
      (name) => `registry.k8s.io/${name}:v1.36.5`,
    ),
  ],
  data: {
    unmounted: undefined,
    links: { [kubernetesFolder]: 'right' },
    record,
    journal: undefined,
    hasEtcd: true,
    configuration,
    freeBytes: 10 * 1024 ** 3,
  },
  authorities: each(['ca', 'front-proxy-ca', 'etcd/ca'], () => ({
    state: 'present',
    hasKey: true,
    notBefore: now - 30 * day,
    notAfter: now + 3650 * day,
  })),
  certificates: each(certificateNames, () => certificate),
  serviceAccountKeys: 'present',
  kubeconfigs: each(kubeconfigNames, () => kubeconfig),
  manifests: each(components, manifest),
  kubelet: { configuration: 'present', hasFlags: true, nodeAddress: '192.168.99.2', modifiedAt: written },
  components: each(components, () => ({ pid: 200, startedAt: started })),
  runtime: { state: 'ready' },
  api: readyApi,
  rootKubeconfig: {
    state: 'present',
    name: 'kwsl',
    server: 'https://192.168.99.2:6443',
    isCurrent: true,
    mode: 0o600,
  },
  baseDigest: digest,
}

/** The root filesystem as it was built, before anything ran in it. */
export const fresh: Snapshot = {
  ...converged,
  host: {
    ...converged.host,
    hostname: 'LAPTOP-7',
    machineId: undefined,
    hosts: ['127.0.0.1\tlocalhost', '127.0.1.1\tLAPTOP-7'],
    sysctls: {
      ...converged.host.sysctls,
      'net/ipv4/ip_forward': '0',
      'net/ipv4/conf/default/rp_filter': '1',
    },
    cgroups: { version: 2, controllers: ['cpu', 'memory', 'pids'], delegated: [], isOccupied: true },
    rootIsShared: false,
  },
  network: {
    addresses: [
      { interface: 'lo', address: '127.0.0.1' },
      { interface: 'eth0', address: '172.20.0.2' },
    ],
    outer: { interface: 'eth0', address: '172.20.0.2' },
  },
  openrc: { isBooted: false, enabled: [] },
  services: {
    crio: { noted: 'stopped', isInstalled: true, process: undefined },
    kubelet: { noted: 'stopped', isInstalled: true, process: undefined },
  },
  data: {
    unmounted: undefined,
    links: { [kubernetesFolder]: 'missing' },
    record: undefined,
    journal: undefined,
    hasEtcd: false,
    configuration: undefined,
    freeBytes: 10 * 1024 ** 3,
  },
  authorities: each(['ca', 'front-proxy-ca', 'etcd/ca'], () => ({ state: 'missing' })),
  certificates: each(certificateNames, () => ({ state: 'missing' })),
  serviceAccountKeys: 'missing',
  kubeconfigs: each(kubeconfigNames, () => ({ state: 'missing' })),
  manifests: each(components, () => ({ state: 'missing' })),
  kubelet: { configuration: 'missing', hasFlags: false, nodeAddress: undefined, modifiedAt: 0 },
  components: each(components, () => undefined),
  runtime: { state: 'down' },
  api: { state: 'down', reason: 'connection refused' },
  rootKubeconfig: { state: 'missing' },
}

/** The node after a reboot: nothing runs, and what was only in memory is gone. */
export function rebooted(snapshot: Snapshot): Snapshot {
  const services = each(
    ['crio', 'kubelet'],
    () => ({ noted: 'stopped', isInstalled: true, process: undefined }) as const,
  )
  return {
    ...snapshot,
    host: { ...snapshot.host, sysctls: fresh.host.sysctls, rootIsShared: false },
    network: fresh.network,
    openrc: { ...snapshot.openrc, isBooted: false },
    services,
    components: fresh.components,
    runtime: fresh.runtime,
    api: fresh.api,
  }
}
