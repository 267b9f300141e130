import type { Scene } from './scene.ts'

/** What of all that was shown is the genuine thing, and what a double. */
export function whatWasReal({ provider, sources }: Scene): readonly string[] {
  const { isReal } = sources.registry
  const ran = provider === 'docker' ? 'Docker' : 'namespaces of Linux'
  const doubled = ['GitHub', ...(provider === 'wsl' ? ['wsl.exe'] : []), ...(isReal ? [] : ['the registry'])]
  return [
    `Real: all of Kaweezle (the pipeline, iknite, kaweezle), Alpine's base, apk and OpenRC, kubectl, the manifests, ${ran}${isReal ? ', the registry' : ''}.`,
    `Doubles: kubeadm, kubelet, CRI-O, the control plane and the contents of its images, ${doubled.join(', ')}. Bun stands in for Alpine's nodejs; ip and iptables are this machine's.`,
  ]
}
