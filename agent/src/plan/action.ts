import type { CertificateName, KubeconfigName } from '../kubeadm/certificates.ts'
import type { Component } from '../kubeadm/components.ts'
import type { ClusterRecord } from '../kubeadm/record.ts'
import type { ServiceName, SysctlPath } from './snapshot.ts'

/** One change to the node, as plain data. Doing it twice does no harm. */
export type Action =
  | { readonly kind: 'load-module'; readonly name: string }
  | { readonly kind: 'write-sysctl'; readonly path: SysctlPath; readonly value: string }
  | { readonly kind: 'share-mounts' }
  | { readonly kind: 'mount-cgroups' }
  | { readonly kind: 'delegate-cgroups'; readonly controllers: readonly string[]; readonly empties: boolean }
  | { readonly kind: 'write-machine-id' }
  | { readonly kind: 'set-hostname'; readonly name: string }
  | { readonly kind: 'write-hosts'; readonly lines: readonly string[] }
  | { readonly kind: 'add-address'; readonly address: string; readonly interface: string }
  /** Moves what is at `path` into the data folder and leaves a link. */
  | { readonly kind: 'link-data'; readonly path: string }
  | { readonly kind: 'boot-openrc' }
  | { readonly kind: 'enable-service'; readonly service: ServiceName }
  /** Makes OpenRC forget a service whose process is gone. */
  | { readonly kind: 'zap-service'; readonly service: ServiceName }
  | { readonly kind: 'start-service'; readonly service: ServiceName }
  | { readonly kind: 'restart-service'; readonly service: ServiceName }
  | { readonly kind: 'stop-service'; readonly service: ServiceName }
  | { readonly kind: 'await-runtime' }
  | { readonly kind: 'write-configuration'; readonly text: string }
  /** Removes what an unfinished or unwanted cluster left; `keepsData`: but for etcd, authorities and token keys. */
  | { readonly kind: 'clean-cluster'; readonly keepsData: boolean }
  /** Writes the journal, runs `kubeadm init`, writes the record, removes the journal. */
  | { readonly kind: 'init'; readonly record: ClusterRecord; readonly keepsData: boolean }
  /** Writes the record and removes the journal. */
  | { readonly kind: 'write-record'; readonly record: ClusterRecord }
  | { readonly kind: 'create-certificate'; readonly certificate: CertificateName }
  | { readonly kind: 'renew-certificate'; readonly certificate: CertificateName }
  /** The key pair that signs tokens of service accounts: `kubeadm init phase certs sa`. */
  | { readonly kind: 'create-token-keys' }
  | { readonly kind: 'create-kubeconfig'; readonly kubeconfig: KubeconfigName }
  | { readonly kind: 'renew-kubeconfig'; readonly kubeconfig: KubeconfigName }
  /** Changes only the server of a kubeconfig: its credentials stay. */
  | { readonly kind: 'point-kubeconfig'; readonly kubeconfig: KubeconfigName; readonly server: string }
  | { readonly kind: 'write-manifest'; readonly component: Component }
  | { readonly kind: 'write-node-address'; readonly address: string }
  /** `kubeadm init phase kubelet-start`: writes the kubelet's configuration and starts it. */
  | { readonly kind: 'configure-kubelet' }
  /** Ends a component's container; the kubelet starts another. */
  | { readonly kind: 'restart-component'; readonly component: Component }
  | { readonly kind: 'await-api' }
  | { readonly kind: 'upgrade'; readonly record: ClusterRecord }
  /** `kubeadm init phase upload-config all`. */
  | { readonly kind: 'upload-configuration' }
  | { readonly kind: 'publish-server'; readonly server: string }
  /** `kubeadm init phase addon kube-proxy`, and its pods started anew. */
  | { readonly kind: 'update-proxy' }
  /** That the node is ready and has the address. */
  | { readonly kind: 'await-node'; readonly node: string; readonly address: string }
  | { readonly kind: 'apply-base'; readonly digest: string }
  | { readonly kind: 'await-workloads' }
  | { readonly kind: 'write-root-kubeconfig'; readonly name: string; readonly server: string }

export type Plan =
  | { readonly kind: 'actions'; readonly actions: readonly Action[] }
  /** Nothing may be done: what is there and what is asked for do not fit together. */
  | {
      readonly kind: 'refusal'
      readonly code: 'REFUSED' | 'HOST_UNFIT' | 'DISK_FULL'
      readonly message: string
      readonly hint: string
    }
