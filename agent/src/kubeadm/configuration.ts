import { stringify } from 'yaml'
import { etcdFolder, runtimeSocket } from './paths.ts'

export interface ConfigurationFacts {
  readonly kubernetesVersion: string
  readonly node: string
  readonly address: string
  readonly podNetwork: string
  /** What the API server's certificate must be good for beyond what kubeadm adds. */
  readonly subjects: readonly string[]
  readonly cgroupVersion: 1 | 2
}

/**
 * The configuration file of kubeadm.
 * https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/
 */
export function renderConfiguration(facts: ConfigurationFacts): string {
  return documents(facts)
    .map((document) => `---\n${stringify(document)}`)
    .join('')
}

function documents(facts: ConfigurationFacts): readonly object[] {
  return [
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'InitConfiguration',
      localAPIEndpoint: { advertiseAddress: facts.address, bindPort: 6443 },
      nodeRegistration: {
        name: facts.node,
        criSocket: `unix://${runtimeSocket}`,
        imagePullPolicy: 'IfNotPresent',
        // The only node carries workloads too.
        taints: [],
        kubeletExtraArgs: [{ name: 'node-ip', value: facts.address }],
      },
    },
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'ClusterConfiguration',
      kubernetesVersion: `v${facts.kubernetesVersion}`,
      networking: {
        podSubnet: facts.podNetwork,
        serviceSubnet: '10.96.0.0/12',
        dnsDomain: 'cluster.local',
      },
      etcd: { local: { dataDir: etcdFolder } },
      apiServer: { certSANs: facts.subjects },
    },
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      // OpenRC has no systemd to ask for cgroups; CRI-O is told the same.
      cgroupDriver: 'cgroupfs',
      failSwapOn: false,
      // Version 1 is refused by default since Kubernetes 1.35; some WSL kernels still mount it.
      ...(facts.cgroupVersion === 1 && { failCgroupV1: false }),
    },
    {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      iptables: { syncPeriod: '10s' },
      // A container may not set the limits of its host's connection tracking.
      conntrack: { maxPerCore: 0 },
    },
  ]
}
