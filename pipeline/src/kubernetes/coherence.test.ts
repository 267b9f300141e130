import { describe, expect, test } from 'vitest'
import type { LockedImage } from '../locks/images.ts'
import { type ImageReference, parseImageReference } from '../oci/reference.ts'
import type { PinnedReference } from '../oci/reference-schema.ts'
import { type CoherenceInput, checkCoherence, compareImages, renderCoherence } from './coherence.ts'
import type { WantedImage } from './derive-images.ts'

const hex = (digit: string) => digit.repeat(64)

function locked(name: string, ...from: string[]): LockedImage {
  const image = parseImageReference(`${name}@sha256:${hex('a')}`) as PinnedReference
  return { image, platforms: {}, from: from.length === 0 ? ['kubeadm'] : from }
}

const images = [
  locked('ghcr.io/flannel-io/flannel:v0.28.9', 'manifest:flannel'),
  locked('docker.io/library/nginx:1', 'manifest:base', 'extra'),
  locked('registry.k8s.io/coredns/coredns:v1.14.2'),
  locked('registry.k8s.io/etcd:3.6.8-0'),
  locked('registry.k8s.io/kube-apiserver:v1.36.5'),
  locked('registry.k8s.io/kube-controller-manager:v1.36.5'),
  locked('registry.k8s.io/kube-proxy:v1.36.5'),
  locked('registry.k8s.io/kube-scheduler:v1.36.5'),
  locked('registry.k8s.io/pause:3.10.2', 'kubeadm', 'runtime'),
]

const kubernetes = { version: '1.36.5', podNetwork: '10.244.0.0/16' }
const nginx = parseImageReference('docker.io/library/nginx:1')
const withExtra = (...extra: ImageReference[]) => ({ preload: 'containers-storage' as const, extra })
const coherent: CoherenceInput = {
  recipe: {
    kubernetes,
    manifests: { from: 'm', to: '/m', upstream: { flannel: { url: 'http://x', tag: '1' } } },
    images: withExtra(nginx),
  },
  packages: ['kubeadm', 'kubectl', 'kubelet'].map((name) => ({ name, version: '1.36.1-r2' })),
  images: { images },
  pauseImage: parseImageReference('registry.k8s.io/pause:3.10.2'),
}

/** What fails when `changes` are made to what is coherent. */
function failures(changes: Partial<CoherenceInput>): string[] {
  return checkCoherence({ ...coherent, ...changes }).flatMap(({ what, has, ok }) =>
    ok ? [] : [`${what}: ${has}`],
  )
}

function packages(version: string, ...names: string[]) {
  return { packages: names.map((name) => ({ name, version })) }
}

function without(name: string) {
  return images.filter(({ image }) => !`${image.registry}/${image.repository}`.endsWith(name))
}

describe('what fits together', () => {
  test('has rows that are all ok', () => {
    expect(failures({})).toEqual([])
    expect(`\n${renderCoherence(checkCoherence(coherent))}\n`).toMatchInlineSnapshot(`
      "
      ok  package kubelet                        has 1.36.1-r2                       wants at most 1.36.5, at most 3 minor versions older
      ok  package kubeadm                        has 1.36.1-r2                       wants the minor version of 1.36.5, or one newer
      ok  package kubectl                        has 1.36.1-r2                       wants within one minor version of 1.36.5
      ok  image kube-apiserver                   has v1.36.5                         wants v1.36.5
      ok  image kube-controller-manager          has v1.36.5                         wants v1.36.5
      ok  image kube-proxy                       has v1.36.5                         wants v1.36.5
      ok  image kube-scheduler                   has v1.36.5                         wants v1.36.5
      ok  image coredns/coredns                  has v1.14.2                         wants v1.14.2
      ok  image etcd                             has 3.6.8-0                         wants 3.6.8-0
      ok  image pause                            has 3.10.2                          wants 3.10.2
      ok  pause_image of the runtime             has registry.k8s.io/pause:3.10.2    wants a locked image
      ok  manifest of locked images              has base                            wants base, flannel
      ok  manifest of locked images              has flannel                         wants base, flannel
      ok  extra image docker.io/library/nginx:1  has in the recipe, locked as extra  wants both
      "
    `)
  })

  test.each(['1.36.5-r0', '1.36.0-r9', '1.35.9-r0', '1.33.0-r0', '1.36.5_rc1-r0'])(
    'has a kubelet %s',
    (version) => {
      expect(failures(packages(version, 'kubelet'))).toEqual([])
    },
  )

  test.each(['1.36.0-r0', '1.36.9-r0'])('has a kubeadm %s', (version) => {
    expect(failures(packages(version, 'kubeadm'))).toEqual([])
  })

  test.each(['1.35.0-r0', '1.36.9-r0', '1.37.9-r0'])('has a kubectl %s', (version) => {
    expect(failures(packages(version, 'kubectl'))).toEqual([])
  })

  test('may have the CoreDNS of a newer kubeadm', () => {
    const newer = [...without('coredns'), locked('registry.k8s.io/coredns/coredns:v1.14.6')]
    expect(failures({ ...packages('1.37.0-r0', 'kubeadm'), images: { images: newer } })).toEqual([])
  })

  test('may have other parts where the version is newer than what is known', () => {
    const version = 'v1.36.99'
    const newer = [
      ...images.filter(({ image }) => image.tag !== 'v1.36.5' && !/etcd/.test(image.repository)),
      ...['apiserver', 'controller-manager', 'proxy', 'scheduler'].map((name) =>
        locked(`registry.k8s.io/kube-${name}:${version}`),
      ),
      locked('registry.k8s.io/etcd:3.6.99-0'),
    ]
    const recipe = { ...coherent.recipe, kubernetes: { ...kubernetes, version: '1.36.99' } }
    expect(failures({ recipe, images: { images: newer } })).toEqual([])
    expect(failures({ recipe, images: { images: newer.slice(0, -1) } })).toEqual(['image etcd: none'])
  })
})

describe('nothing is checked', () => {
  test.each<[string, CoherenceInput]>([
    ['without Kubernetes', { ...coherent, recipe: { ...coherent.recipe, kubernetes: undefined } }],
    ['when nothing is known', { recipe: { kubernetes } }],
    ['of other packages', { recipe: { kubernetes }, packages: [{ name: 'cri-o', version: '0.1-r0' }] }],
  ])('%s', (_, input) => {
    expect(checkCoherence(input)).toEqual([])
  })
})

describe('what does not fit fails', () => {
  const other = parseImageReference('docker.io/library/busybox:1')
  test.each<[string, Partial<CoherenceInput>, string[]]>([
    ...['1.36.6-r0', '1.37.0-r0', '1.32.9-r0', '2.36.5-r0', '0.36.5-r0', '1.36-r0'].map(
      (version): [string, Partial<CoherenceInput>, string[]] => [
        `a kubelet ${version}`,
        packages(version, 'kubelet'),
        [`package kubelet: ${version}`],
      ],
    ),
    ['an older kubeadm', packages('1.35.9-r0', 'kubeadm'), ['package kubeadm: 1.35.9-r0']],
    ['a kubeadm two minors newer', packages('1.38.0-r0', 'kubeadm'), ['package kubeadm: 1.38.0-r0']],
    ['a kubectl two minors older', packages('1.34.9-r0', 'kubectl'), ['package kubectl: 1.34.9-r0']],
    ['a kubectl two minors newer', packages('1.38.0-r0', 'kubectl'), ['package kubectl: 1.38.0-r0']],
    [
      'a newer set of packages',
      packages('1.38.0-r0', 'kubelet', 'kubeadm', 'kubectl'),
      ['package kubelet: 1.38.0-r0', 'package kubeadm: 1.38.0-r0', 'package kubectl: 1.38.0-r0'],
    ],
    [
      'a part of the control plane of another version',
      { images: { images: [...without('kube-proxy'), locked('registry.k8s.io/kube-proxy:v1.36.4')] } },
      ['image kube-proxy: v1.36.4'],
    ],
    [
      'a part of the control plane in two versions',
      { images: { images: [...images, locked('registry.k8s.io/kube-proxy:v1.36.4')] } },
      ['image kube-proxy: v1.36.5, v1.36.4'],
    ],
    [
      'a part of the control plane of another registry',
      { images: { images: [...without('kube-proxy'), locked('docker.io/k8s/kube-proxy:v1.36.5')] } },
      ['image kube-proxy: none'],
    ],
    ['no etcd', { images: { images: without('etcd') } }, ['image etcd: none']],
    [
      'another etcd',
      { images: { images: [...without('etcd'), locked('registry.k8s.io/etcd:3.5.0-0')] } },
      ['image etcd: 3.5.0-0'],
    ],
    [
      'another CoreDNS',
      { images: { images: [...without('coredns'), locked('registry.k8s.io/coredns/coredns:v1.14.6')] } },
      ['image coredns/coredns: v1.14.6'],
    ],
    [
      "another pause image in the runtime's configuration",
      { pauseImage: parseImageReference('registry.k8s.io/pause:3.9') },
      ['pause_image of the runtime: registry.k8s.io/pause:3.9'],
    ],
    [
      'a pause image that is not locked',
      { images: { images: without('pause') } },
      ['image pause: none', 'pause_image of the runtime: registry.k8s.io/pause:3.10.2'],
    ],
    [
      'an image of a manifest that is gone',
      { images: { images: [...images, locked('a.io/b:1', 'manifest:gone')] } },
      ['manifest of locked images: gone'],
    ],
    [
      'images of manifests where the recipe has none',
      { recipe: { ...coherent.recipe, manifests: undefined } },
      ['manifest of locked images: base', 'manifest of locked images: flannel'],
    ],
    [
      'an extra image that is not locked',
      { recipe: { ...coherent.recipe, images: withExtra(nginx, other) } },
      ['extra image docker.io/library/busybox:1: in the recipe, not locked as extra'],
    ],
    [
      'an extra image that the recipe no longer asks for',
      { recipe: { ...coherent.recipe, images: withExtra() } },
      ['extra image docker.io/library/nginx:1: not in the recipe, locked as extra'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(failures(changes)).toEqual(expected)
  })

  test('and is told in the table, without control characters', () => {
    const rows = [
      { what: 'a', has: '1', wants: '2', ok: false },
      { what: 'longer', has: '\u001b[2J', wants: 'x', ok: true },
    ]
    expect(renderCoherence(rows)).toBe(
      'FAIL  a       has 1     wants 2\nok    longer  has \u{fffd}[2J  wants x',
    )
  })
})

describe('locked images against those that are needed', () => {
  const wanted = (name: string, ...from: string[]): WantedImage => ({
    image: parseImageReference(name),
    from,
  })
  test.each<[string, WantedImage[], LockedImage[], string[]]>([
    ['agree', [wanted('a.io/b:1', 'kubeadm')], [locked('a.io/b:1')], []],
    ['agree when there are none', [], [], []],
    [
      'agree in another order',
      [wanted('a.io/c:1'), wanted('a.io/b:1')],
      [locked('a.io/b:1'), locked('a.io/c:1')],
      [],
    ],
    ['agree on a digest', [wanted(`a.io/b:1@sha256:${hex('a')}`)], [locked('a.io/b:1')], []],
    [
      'lack one',
      [wanted('a.io/b:1', 'kubeadm', 'manifest:x')],
      [],
      ['a.io/b:1 is not locked, and is needed by kubeadm, manifest:x'],
    ],
    ['have one too many', [], [locked('a.io/b:1')], ['a.io/b:1 is locked, and nothing needs it']],
    [
      'have another tag',
      [wanted('a.io/b:2', 'extra')],
      [locked('a.io/b:1')],
      ['a.io/b:2 is not locked, and is needed by extra', 'a.io/b:1 is locked, and nothing needs it'],
    ],
    [
      'have another digest',
      [wanted(`a.io/b:1@sha256:${hex('b')}`, 'manifest:x')],
      [locked('a.io/b:1')],
      [`a.io/b:1 is locked as sha256:${hex('a')}, and manifest:x has sha256:${hex('b')}`],
    ],
  ])('%s', (_, needed, lock, expected) => {
    expect(compareImages(needed, { images: lock })).toEqual(expected)
  })
})
