import { manifestsFolder } from './paths.ts'

/** The static pods of the control plane, in the order they depend on each other. */
export const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const

export type Component = (typeof components)[number]

export function manifestPath(component: Component): string {
  return `${manifestsFolder}/${component}.yaml`
}

/** The `kubeadm init phase …` that writes a component's manifest. */
export const manifestPhase: Readonly<Record<Component, readonly string[]>> = {
  etcd: ['etcd', 'local'],
  'kube-apiserver': ['control-plane', 'apiserver'],
  'kube-controller-manager': ['control-plane', 'controller-manager'],
  'kube-scheduler': ['control-plane', 'scheduler'],
}
