import { programVersion } from '../version.ts'
import type { Configuration } from './config.ts'

type Named = Pick<Configuration, 'imageRepository' | 'version'>

export function imageOf(component: string, { imageRepository, version }: Named): string {
  return `${imageRepository}/${component}:${version}`
}

export function etcdImage({ imageRepository }: Named): string {
  return `${imageRepository}/etcd:3.6.8-0`
}

export function corednsImage({ imageRepository }: Named): string {
  const folder = imageRepository === 'registry.k8s.io' ? `${imageRepository}/coredns` : imageRepository
  return `${folder}/coredns:v1.14.2`
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
