import { isPipelineError, PipelineError } from '../errors.ts'
import { type ImageReference, parseImageReference } from '../oci/reference.ts'
import { show } from '../yaml/show.ts'
import { sortedImages } from './sorted-images.ts'
import { parseKubernetesVersion } from './version.ts'

/** What a minor version of kubeadm runs beside the images of its own version. */
export interface KubeadmDefaults {
  readonly coredns: string
  readonly etcd: string
  readonly pause: string
  /** The newest patch that they were seen for; later ones may bring others. */
  readonly knownPatch: number
}

/**
 * `CoreDNSVersion`, `DefaultEtcdVersion` and `PauseVersion` of kubernetes/kubernetes
 * cmd/kubeadm/app/constants/constants.go, as kubernetes/minikube
 * pkg/minikube/constants/constants_kubeadm_images.go and published outputs of `kubeadm config images list` have them.
 */
const defaultsByMinor: Readonly<Record<string, KubeadmDefaults>> = {
  '1.36': { coredns: 'v1.14.2', etcd: '3.6.8-0', pause: '3.10.2', knownPatch: 5 },
  '1.37': { coredns: 'v1.14.6', etcd: '3.7.0-0', pause: '3.10.2', knownPatch: 1 },
}

const registry = 'registry.k8s.io'

/** The control plane's own images. All have the tag of its version. */
export const controlPlane = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
] as const

/** klog's header: severity, month and day. */
const logLine = /^[IWEF]\d{4} /

/**
 * Parses what `kubeadm config images list` prints: an image on each line, between which its log may stand.
 * @throws PipelineError `COMMAND_FAILED` when a line is something else, or when there is no image.
 */
export function parseKubeadmImages(stdout: string): ImageReference[] {
  const lines = stdout.split('\n').map((line) => line.trim())
  const images = lines.filter((line) => line !== '' && !logLine.test(line)).map(parseLine)
  if (images.length > 0) return sortedImages(images)
  throw refuse('kubeadm lists no image')
}

/**
 * What kubeadm of the same minor version would list for a version such as 1.36.5, where it cannot be asked.
 * @throws PipelineError `RECIPE_INVALID` for a minor version that is not known.
 */
export function defaultKubeadmImages(version: string): ImageReference[] {
  const known = kubeadmDefaults(version)
  if (known === undefined)
    throw new PipelineError('RECIPE_INVALID', `the images of Kubernetes ${version} are not known`, {
      hint: `Use one of ${Object.keys(defaultsByMinor).join(', ')}, or lock where kubeadm can run.`,
    })
  return sortedImages(
    [
      ...controlPlane.map((name) => `${name}:v${version}`),
      `coredns/coredns:${known.coredns}`,
      `etcd:${known.etcd}`,
      `pause:${known.pause}`,
    ].map((name) => parseImageReference(`${registry}/${name}`)),
  )
}

/** What is known of the minor version that `version` belongs to. */
export function kubeadmDefaults(version: string): KubeadmDefaults | undefined {
  const { major, minor } = parseKubernetesVersion(version) ?? {}
  return Object.hasOwn(defaultsByMinor, `${major}.${minor}`)
    ? defaultsByMinor[`${major}.${minor}`]
    : undefined
}

function parseLine(line: string): ImageReference {
  try {
    const image = parseImageReference(line)
    // Names without a registry or a tag are words of a sentence.
    if (/^[^/]+\/.*:[^/]+$/.test(line) && image.tag !== undefined) return image
  } catch (error) {
    if (!isPipelineError(error, 'RECIPE_INVALID')) throw error
  }
  throw refuse(`kubeadm lists ${show(line)}, which is no image with a tag`)
}

function refuse(message: string): PipelineError {
  return new PipelineError('COMMAND_FAILED', message, {
    hint: 'Run `kubeadm config images list` of the locked package to see what is wrong.',
  })
}
