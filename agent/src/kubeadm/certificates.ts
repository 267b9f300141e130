import type { Component } from './components.ts'

export type AuthorityName = 'ca' | 'front-proxy-ca' | 'etcd/ca'

export const authorities: readonly AuthorityName[] = ['ca', 'front-proxy-ca', 'etcd/ca']

export type CertificateName =
  | 'apiserver'
  | 'apiserver-kubelet-client'
  | 'front-proxy-client'
  | 'apiserver-etcd-client'
  | 'etcd/server'
  | 'etcd/peer'
  | 'etcd/healthcheck-client'

export interface CertificateFacts {
  readonly authority: AuthorityName
  /** Its name in `kubeadm init phase certs` and `kubeadm certs renew`. */
  readonly phase: string
  /** What has read it at its start. */
  readonly users: readonly Component[]
}

/**
 * The certificates below `/etc/kubernetes/pki`, by path without extension.
 * https://kubernetes.io/docs/setup/best-practices/certificates/
 */
export const certificates: Readonly<Record<CertificateName, CertificateFacts>> = {
  apiserver: { authority: 'ca', phase: 'apiserver', users: ['kube-apiserver'] },
  'apiserver-kubelet-client': {
    authority: 'ca',
    phase: 'apiserver-kubelet-client',
    users: ['kube-apiserver'],
  },
  'front-proxy-client': {
    authority: 'front-proxy-ca',
    phase: 'front-proxy-client',
    users: ['kube-apiserver'],
  },
  'apiserver-etcd-client': {
    authority: 'etcd/ca',
    phase: 'apiserver-etcd-client',
    users: ['kube-apiserver'],
  },
  'etcd/server': { authority: 'etcd/ca', phase: 'etcd-server', users: ['etcd'] },
  'etcd/peer': { authority: 'etcd/ca', phase: 'etcd-peer', users: ['etcd'] },
  'etcd/healthcheck-client': { authority: 'etcd/ca', phase: 'etcd-healthcheck-client', users: [] },
}

export const certificateNames = Object.keys(certificates) as readonly CertificateName[]

export type KubeconfigName = 'admin' | 'super-admin' | 'controller-manager' | 'scheduler' | 'kubelet'

/** The kubeconfigs `/etc/kubernetes/<name>.conf`, and which component has read it at its start. */
export const kubeconfigs: Readonly<Record<KubeconfigName, readonly Component[]>> = {
  admin: [],
  'super-admin': [],
  'controller-manager': ['kube-controller-manager'],
  scheduler: ['kube-scheduler'],
  kubelet: [],
}

export const kubeconfigNames = Object.keys(kubeconfigs) as readonly KubeconfigName[]
