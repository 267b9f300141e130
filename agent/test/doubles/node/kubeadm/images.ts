import { programVersion, versionParts } from '../version.ts'
import type { Configuration } from './config.ts'

type Named = Pick<Configuration, 'imageRepository' | 'version'>

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

/** What kubeadm takes beside a Kubernetes of that version. */
function companionsOf(version: string) {
  const [, minor] = versionParts(version)
  return minor < 37 ? { etcd: '3.6.8-0', coredns: 'v1.14.2' } : { etcd: '3.7.0-0', coredns: 'v1.14.6' }
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
