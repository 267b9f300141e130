import { describe, expect, test } from 'vitest'
import { formatImageReference } from '../oci/reference.ts'
import { defaultKubeadmImages, kubeadmDefaults, parseKubeadmImages } from './kubeadm-images.ts'

const images = [
  'registry.k8s.io/coredns/coredns:v1.14.2',
  'registry.k8s.io/etcd:3.6.8-0',
  'registry.k8s.io/kube-apiserver:v1.36.5',
  'registry.k8s.io/kube-controller-manager:v1.36.5',
  'registry.k8s.io/kube-proxy:v1.36.5',
  'registry.k8s.io/kube-scheduler:v1.36.5',
  'registry.k8s.io/pause:3.10.2',
]

describe('what kubeadm prints', () => {
  const warnings = [
    'W1127 04:21:07.123456   12345 version.go:109] could not fetch a Kubernetes version from the internet: unable to get URL',
    'I1127 04:21:07.123456   12345 version.go:110] falling back to the local client version: v1.36.1',
  ]
  test.each([
    ['is images', images],
    ['is images in another order', images.toReversed()],
    ['may follow its log', [...warnings, ...images]],
    ['may stand between its log and empty lines', images.flatMap((image) => ['', image, ...warnings])],
    ['may end with carriage returns', images.map((image) => `${image}\r`)],
    ['may say an image twice', [...images, ...images]],
  ])('%s', (_, lines) => {
    expect(parseKubeadmImages(`${lines.join('\n')}\n`).map(formatImageReference)).toEqual(images)
  })

  test('may name another registry', () => {
    expect(parseKubeadmImages('localhost:5000/k8s/pause:3.10').map(formatImageReference)).toEqual([
      'localhost:5000/k8s/pause:3.10',
    ])
  })

  test.each([
    ['nothing', ''],
    ['only its log', warnings.join('\n')],
    ['a sentence', `${images.join('\n')}\nunknown flag: --kubernetes-version`],
    ['a word', 'help'],
    ['an image without a tag', 'registry.k8s.io/pause'],
    ['an image without a registry', 'pause:3.10.2'],
    ['an image and more', 'registry.k8s.io/pause:3.10.2 is missing'],
    ['control characters', '\u001b[31mregistry.k8s.io/pause:3.10.2'],
  ])('is refused when it is %s', (_, stdout) => {
    expect(() => parseKubeadmImages(stdout)).toThrow(expect.objectContaining({ code: 'COMMAND_FAILED' }))
  })
})

describe('the images of a version', () => {
  test('1.36.5 are those that its kubeadm lists', () => {
    expect(defaultKubeadmImages('1.36.5').map(formatImageReference)).toEqual(images)
  })

  test('1.37.1 have the parts of 1.37', () => {
    expect(defaultKubeadmImages('1.37.1').map(formatImageReference)).toEqual(
      expect.arrayContaining([
        'registry.k8s.io/coredns/coredns:v1.14.6',
        'registry.k8s.io/etcd:3.7.0-0',
        'registry.k8s.io/kube-proxy:v1.37.1',
        'registry.k8s.io/pause:3.10.2',
      ]),
    )
  })

  test.each(['1.35.9', '1.38.0', '2.36.0', '1.3.6', 'constructor'])('%s are not known', (version) => {
    expect(kubeadmDefaults(version)).toBeUndefined()
    expect(() => defaultKubeadmImages(version)).toThrow(
      expect.objectContaining({ code: 'RECIPE_INVALID', hint: expect.stringContaining('1.36, 1.37') }),
    )
  })
})
