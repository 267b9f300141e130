import { describe, expect, test } from 'vitest'
import { formatImageReference, parseImageReference } from '../oci/reference.ts'
import { deriveImages, type ImageSources } from './derive-images.ts'

type Names = { readonly [Source in 'kubeadm' | 'rendered' | 'extra']?: readonly string[] } & {
  readonly pause?: string
  readonly manifests?: Readonly<Record<string, readonly string[]>>
}

function derived({ kubeadm = [], pause, manifests = {}, rendered = [], extra = [] }: Names): string[] {
  const parsed = (names: readonly string[]) => names.map((name) => parseImageReference(name))
  const sources: ImageSources = {
    kubeadm: parsed(kubeadm),
    pause: pause === undefined ? undefined : parseImageReference(pause),
    manifests: new Map(Object.entries(manifests).map(([name, images]) => [name, parsed(images)])),
    rendered: parsed(rendered),
    extra: parsed(extra),
  }
  return deriveImages(sources).map(({ image, from }) => `${formatImageReference(image)} ${from.join(' ')}`)
}

const digest = (digit: string) => `@sha256:${digit.repeat(64)}`

describe('images are derived', () => {
  test.each<[string, Names, string[]]>([
    ['of nothing', {}, []],
    ['of kubeadm', { kubeadm: ['r.io/b:1', 'r.io/a:1'] }, ['r.io/a:1 kubeadm', 'r.io/b:1 kubeadm']],
    ["of the runtime's configuration", { pause: 'r.io/pause:3' }, ['r.io/pause:3 runtime']],
    ['of the recipe', { extra: ['r.io/a:1'] }, ['r.io/a:1 extra']],
    [
      'of the manifest that names it',
      { manifests: { one: ['r.io/a:1'], other: ['r.io/b:1'] }, rendered: ['r.io/a:1'] },
      ['r.io/a:1 manifest:one'],
    ],
    [
      'of the manifest that names its repository, where it is patched to have a tag',
      { manifests: { one: ['busybox'] }, rendered: ['docker.io/library/busybox:1.38.0'] },
      ['docker.io/library/busybox:1.38.0 manifest:one'],
    ],
    [
      'of the base, where no manifest names it',
      { manifests: { one: ['r.io/a/b:1'] }, rendered: ['r.io/a:1', 'r.io/a/b/c:1', 'other.io/a/b:1'] },
      ['other.io/a/b:1 manifest:base', 'r.io/a/b/c:1 manifest:base', 'r.io/a:1 manifest:base'],
    ],
    [
      'of two manifests in the order of their names',
      { manifests: { two: ['r.io/a:1'], one: ['r.io/a:2'] }, rendered: ['r.io/a:1'] },
      ['r.io/a:1 manifest:one manifest:two'],
    ],
    ['and not of a manifest when it is patched away', { manifests: { one: ['r.io/a:1'] } }, []],
    [
      'once, with every reason',
      {
        kubeadm: ['r.io/a:1'],
        pause: 'r.io/a:1',
        manifests: { one: ['r.io/a:1'] },
        rendered: ['r.io/a:1', 'r.io/a:1'],
        extra: ['r.io/a:1', 'r.io/a:1'],
      },
      ['r.io/a:1 kubeadm runtime manifest:one extra'],
    ],
    [
      'with two tags of one repository',
      { kubeadm: ['r.io/pause:3.10'], pause: 'r.io/pause:3.9' },
      ['r.io/pause:3.10 kubeadm', 'r.io/pause:3.9 runtime'],
    ],
    [
      'with a digest that one of the sources pins',
      { kubeadm: ['r.io/a:1'], rendered: [`r.io/a:1${digest('a')}`], extra: ['r.io/a:1'] },
      [`r.io/a:1${digest('a')} kubeadm manifest:base extra`],
    ],
  ])('%s', (_, names, expected) => {
    expect(derived(names)).toEqual(expected)
  })
})

test('two digests under one name are refused', () => {
  expect(() => derived({ rendered: [`r.io/a:1${digest('a')}`, `r.io/a:1${digest('b')}`] })).toThrow(
    expect.objectContaining({
      code: 'RECIPE_INVALID',
      message: `an image is pinned to two digests: r.io/a:1${digest('a')} and r.io/a:1${digest('b')}`,
    }),
  )
})
