import { stringify } from 'yaml'
import type { Guest } from './guest.ts'

export const nodeAddress = '192.168.99.2'
export const nodeName = 'kwsl'

export interface KubeadmSettings {
  readonly certSANs?: readonly string[]
  readonly controlPlaneEndpoint?: string
  readonly version?: string
}

/** A kubeadm configuration as the agent writes it. */
export function kubeadmConfiguration({
  certSANs = ['localhost', '127.0.0.1', '172.20.0.2'],
  controlPlaneEndpoint,
  version = 'v1.36.1',
}: KubeadmSettings = {}): string {
  const documents = [
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'InitConfiguration',
      localAPIEndpoint: { advertiseAddress: nodeAddress, bindPort: 6443 },
      nodeRegistration: {
        name: nodeName,
        criSocket: 'unix:///run/crio/crio.sock',
        taints: [],
        kubeletExtraArgs: [{ name: 'node-ip', value: nodeAddress }],
      },
    },
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'ClusterConfiguration',
      kubernetesVersion: version,
      ...(controlPlaneEndpoint !== undefined && { controlPlaneEndpoint }),
      networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/12', dnsDomain: 'cluster.local' },
      apiServer: { certSANs },
    },
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      cgroupDriver: 'cgroupfs',
      failSwapOn: false,
      failCgroupV1: false,
    },
  ]
  return documents.map((document) => `---\n${stringify(document)}`).join('')
}

/** What the agent does before kubeadm: the address, forwarding, a network for pods, OpenRC and CRI-O. */
export async function prepareNode(guest: Guest): Promise<void> {
  await guest.writeFile('/root/kubeadm.yaml', kubeadmConfiguration())
  await guest.writeFile('/etc/cni/net.d/99-iknite.conflist', '{ "cniVersion": "1.0.0", "name": "iknite" }\n')
  await guest.shell(`
    ip address add ${nodeAddress}/24 dev eth0
    echo 1 >/proc/sys/net/ipv4/ip_forward
    openrc default
    rc-service crio start
    for try in $(seq 50); do crictl version >/dev/null 2>&1 && exit 0; sleep 0.1; done
    exit 1
  `)
}

/** The genuine kubectl, as the cluster's admin; what it wrote to stdout. */
export function kubectl(guest: Guest, command: string, input?: string): Promise<string> {
  return guest.shell(`kubectl ${command}`, {
    env: { KUBECONFIG: '/etc/kubernetes/admin.conf' },
    ...(input !== undefined && { input }),
  })
}

/** Scripts the doubles inside a guest; see the readme of each program. */
export function writeFaults(guest: Guest, faults: object): Promise<void> {
  return guest.writeFile('/etc/kube-doubles/faults.json', JSON.stringify(faults))
}

/** Asks again until the answer matches. */
export async function eventually(ask: () => Promise<string>, wanted: RegExp, seconds = 20): Promise<string> {
  const until = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask().catch((error: unknown) => String(error))
    if (wanted.test(answer)) return answer
    if (Date.now() > until) throw new Error(`not ${wanted} after ${seconds} seconds:\n${answer}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
