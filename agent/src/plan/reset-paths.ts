import { authorities, kubeconfigNames } from '../kubeadm/certificates.ts'
import {
  configurationPath,
  dataFolder,
  etcdFolder,
  journalPath,
  kubeletFolder,
  kubernetesFolder,
  manifestsFolder,
  pkiFolder,
  recordPath,
} from '../kubeadm/paths.ts'

/** What is of no use to any later cluster. */
const traces = [
  manifestsFolder,
  `${kubernetesFolder}/tmp`,
  ...kubeconfigNames.map((name) => `${kubernetesFolder}/${name}.conf`),
  configurationPath,
  journalPath,
  kubeletFolder,
  '/var/lib/cni',
  '/etc/cni/net.d/10-flannel.conflist',
  `${dataFolder}/flannel`,
  '/etc/runlevels/default/crio',
  '/etc/runlevels/default/kubelet',
]

const data = [
  recordPath,
  etcdFolder,
  `${dataFolder}/local-path`,
  `${dataFolder}/kubernetes`,
  kubernetesFolder,
]

/** The paths that `reset` removes as a whole. */
export function abandonedByReset(keepsData: boolean): readonly string[] {
  return keepsData ? traces : [...traces, ...data]
}

const kept = new Set([
  `${pkiFolder}/etcd`,
  `${pkiFolder}/sa.key`,
  `${pkiFolder}/sa.pub`,
  ...authorities.flatMap((name) => [`${pkiFolder}/${name}.crt`, `${pkiFolder}/${name}.key`]),
])

/** Whether `reset --keep-data` keeps a file or folder below `/etc/kubernetes/pki`. */
export function isKeptByReset(path: string): boolean {
  return kept.has(path)
}
