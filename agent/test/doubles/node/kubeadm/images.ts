import { programVersion, versionParts } from '../version.ts'
import type { Configuration } from './config.ts'

type Named = Pick<Configuration, 'imageRepository' | 'version'>

/** What kubeadm takes beside the Kubernetes of a minor version. */
const companions: Readonly<Record<number, { etcd: string; coredns: string }>> = {
  36: { etcd: '3.6.8-0', coredns: 'v1.14.2' },
  37: { etcd: '3.7.0-0', coredns: 'v1.14.6' },
}
const newest = Math.max(...Object.keys(companions).map(Number))

export function imageOf(component: string, { imageRepository, version }: Named): string {
  return `${imageRepository}/${component}:${version}`
}

export function etcdImage({ imageRepository, version }: Named): string {
  return `${imageRepository}/etcd:${companionsOf(version).etcd}`
}

export function corednsImage({ imageRepository, version }: Named): string {
  const folder = imageRepository === 'registry.k8s.io' ? `${imageRepository}/coredns` : imageRepository
  return `${folder}/coredns:${companionsOf(version).coredns}`
}

function companionsOf(version: string) {
  const [, minor] = versionParts(version)
  const found = companions[minor] ?? companions[newest]
  if (found === undefined) throw new Error('no version is known')
  return found
}

/** In kubeadm's order. */
export function allImages(config: Named): string[] {
  return [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) =>
      imageOf(name, config),
    ),
    corednsImage(config),
    `${config.imageRepository}/pause:3.10.2`,
    etcdImage(config),
  ]
}

export function listedImages(version: string | undefined): string[] {
  return allImages({ imageRepository: 'registry.k8s.io', version: version ?? programVersion('kubeadm') })
}
