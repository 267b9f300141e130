import type { AuthorityName, CertificateName, KubeconfigName } from '../kubeadm/certificates.ts'
import type { Component } from '../kubeadm/components.ts'
import type { ClusterRecord, InitJournal } from '../kubeadm/record.ts'

/** What was seen of the node at one moment: plain data, and all that a plan is made from. */
export interface Snapshot {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly host: HostState
  readonly network: NetworkState
  readonly openrc: OpenrcState
  readonly services: Readonly<Record<ServiceName, ServiceState>>
  /** The versions of the installed packages, without `-r…`; undefined where one is missing. */
  readonly packages: Readonly<Record<'kubeadm' | 'kubelet' | 'cri-o', string | undefined>>
  /** The names of the images in the container storage, `registry/repository:tag`. */
  readonly images: readonly string[]
  readonly data: DataState
  readonly authorities: Readonly<Record<AuthorityName, AuthorityState>>
  readonly certificates: Readonly<Record<CertificateName, CertificateState>>
  /** The key pair that signs tokens of service accounts. */
  readonly serviceAccountKeys: 'present' | 'missing' | 'unreadable'
  readonly kubeconfigs: Readonly<Record<KubeconfigName, KubeconfigState>>
  readonly manifests: Readonly<Record<Component, ManifestState>>
  readonly kubelet: KubeletState
  /** The processes of the control plane that run, however they were started. */
  readonly components: Readonly<Record<Component, ProcessState | undefined>>
  readonly runtime: RuntimeState
  readonly api: ApiState
  readonly rootKubeconfig: RootKubeconfigState
  /** The digest of the base kustomization's files; undefined where there is none. */
  readonly baseDigest: string | undefined
}

export interface HostState {
  readonly hostname: string
  /** Lower case, with dashes; undefined where the file is missing, empty or `uninitialized`. */
  readonly machineId: string | undefined
  /** The lines of /etc/hosts. */
  readonly hosts: readonly string[]
  /** The values of the settings of `/etc/sysctl.d` that matter, by path below /proc/sys; undefined: not there. */
  readonly sysctls: Readonly<Record<SysctlPath, string | undefined>>
  readonly cgroups: CgroupState
  /** Whether mounts below `/` reach other mount namespaces, as containers need it. */
  readonly rootIsShared: boolean
  /** Whether modules could be loaded: false in containers without /lib/modules. */
  readonly hasModules: boolean
}

export const sysctls = {
  'net/ipv4/ip_forward': '1',
  'net/bridge/bridge-nf-call-iptables': '1',
  'net/bridge/bridge-nf-call-ip6tables': '1',
  'net/ipv4/conf/default/rp_filter': '2',
} as const

export type SysctlPath = keyof typeof sysctls

export type CgroupState =
  | { readonly version: 'none' }
  | { readonly version: 1; readonly controllers: readonly string[] }
  | {
      readonly version: 2
      /** `cgroup.controllers` of the root that is seen here. */
      readonly controllers: readonly string[]
      /** `cgroup.subtree_control` of it. */
      readonly delegated: readonly string[]
      /** Whether processes in it prevent delegation: never in the machine's true root. */
      readonly isOccupied: boolean
    }

export interface NetworkState {
  readonly addresses: readonly { readonly interface: string; readonly address: string }[]
  /** The interface and address of the default route; undefined without one. */
  readonly outer: { readonly interface: string; readonly address: string } | undefined
}

export interface OpenrcState {
  /** Whether OpenRC believes that it has booted: `/run/openrc/softlevel` is there. */
  readonly isBooted: boolean
  /** The services in the runlevel `default`. */
  readonly enabled: readonly string[]
}

export type ServiceName = 'crio' | 'kubelet'

export interface ServiceState {
  /** What OpenRC has noted. */
  readonly noted: 'started' | 'stopped' | 'failed' | 'changing'
  readonly process: ProcessState | undefined
  /** Whether there is an init script. */
  readonly isInstalled: boolean
}

export interface ProcessState {
  readonly pid: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

export interface DataState {
  /** Where the host keeps the data elsewhere and has not mounted them: the cluster, if known, that they are of. */
  readonly unmounted: { readonly cluster: string | undefined } | undefined
  /** By the path that programs know: whether it leads into the data folder. */
  readonly links: Readonly<Record<string, 'right' | 'missing' | 'folder' | 'other'>>
  readonly record: ClusterRecord | undefined | 'unreadable'
  readonly journal: InitJournal | undefined | 'unreadable'
  /** Whether etcd has data. */
  readonly hasEtcd: boolean
  /** The content of kubeadm's configuration file. */
  readonly configuration: string | undefined
  /** Bytes that are free where the data are. */
  readonly freeBytes: number
}

export type AuthorityState =
  | { readonly state: 'missing' | 'unreadable' }
  | {
      readonly state: 'present'
      readonly hasKey: boolean
      /** Milliseconds since 1970. */
      readonly notBefore: number
      readonly notAfter: number
    }

export type CertificateState =
  | { readonly state: 'missing' | 'unreadable' }
  | {
      readonly state: 'present'
      /** Whether its key is there and its own, and its authority's key has signed it. */
      readonly isSound: boolean
      readonly notAfter: number
      /** DNS names and addresses, the latter in canonical form. */
      readonly subjects: readonly string[]
      /** When certificate or key was last written. */
      readonly modifiedAt: number
    }

export type KubeconfigState =
  | { readonly state: 'missing' | 'unreadable' }
  | {
      readonly state: 'present'
      readonly server: string
      /** Whether its client certificate, embedded or in a file, is there, goes with its key, and is of the cluster's authority, as is the authority it trusts. */
      readonly isSound: boolean
      readonly notAfter: number
      readonly modifiedAt: number
    }

export type ManifestState =
  | { readonly state: 'missing' | 'unreadable' }
  | {
      readonly state: 'present'
      readonly image: string
      /** The address it advertises; undefined where its component advertises none. */
      readonly address: string | undefined
    }

export interface KubeletState {
  /** `/var/lib/kubelet/config.yaml`. */
  readonly configuration: 'present' | 'missing' | 'unreadable'
  /** `--node-ip` of `kubeadm-flags.env`; undefined where the file or the flag is missing. */
  readonly nodeAddress: string | undefined
  readonly hasFlags: boolean
  /** When the newest of its configuration, flags and kubeconfig was last written. */
  readonly modifiedAt: number
}

export type RuntimeState =
  | { readonly state: 'down' }
  /** It answers, and what it lacks. */
  | { readonly state: 'starting'; readonly reason: string }
  | { readonly state: 'ready' }

export type ApiState =
  | { readonly state: 'down'; readonly reason: string }
  /** It answers, and is not ready. */
  | { readonly state: 'starting'; readonly reason: string }
  | ReadyApiState

export interface ReadyApiState {
  readonly state: 'ready'
  /** Of the API server, without a leading `v`. */
  readonly version: string
  /** undefined where the cluster has no node of that name. */
  readonly node: NodeState | undefined
  /** The digest of the base that was last applied as a whole; undefined: never. */
  readonly appliedBase: string | undefined
  /** The version in the cluster's kubeadm-config; undefined where it is not there. */
  readonly configuredVersion: string | undefined
  /** The server that kube-proxy is told; undefined where kube-proxy is not there. */
  readonly proxyServer: string | undefined
  /** The server in kube-public/cluster-info; undefined where it is not there. */
  readonly publishedServer: string | undefined
  readonly workloads: readonly WorkloadState[]
}

export interface NodeState {
  readonly isReady: boolean
  /** Why it is not ready. */
  readonly reason: string
  readonly addresses: readonly string[]
}

export interface WorkloadState {
  /** e.g. `kube-system/deployment/coredns`. */
  readonly name: string
  readonly isReady: boolean
  /** What it lacks, e.g. `0 of 1 replicas available`. */
  readonly reason: string
}

export type RootKubeconfigState =
  | { readonly state: 'missing' | 'unreadable' }
  | {
      readonly state: 'present'
      readonly name: string
      readonly server: string
      /** Whether its credentials are those of admin.conf. */
      readonly isCurrent: boolean
      readonly mode: number
    }
