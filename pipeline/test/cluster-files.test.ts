import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkCoherence } from '../src/kubernetes/coherence.ts'
import { defaultKubeadmImages } from '../src/kubernetes/kubeadm-images.ts'
import { pauseImageOf } from '../src/kubernetes/runtime-config.ts'
import { nameOf, parseImagesLock, printImagesLock } from '../src/locks/images.ts'
import { parseManifestsLock, printManifestsLock } from '../src/locks/manifests.ts'
import { formatImageReference } from '../src/oci/reference.ts'
import { parseRecipe } from '../src/recipe/parse.ts'

const repository = join(import.meta.dirname, '../..')
const read = (path: string) => readFile(join(repository, path), 'utf8')
const recipe = parseRecipe(await read('rootfs/rootfs.yaml'), 'rootfs.yaml')
const imagesText = await read('images.lock.yaml')
const images = parseImagesLock(imagesText, 'images.lock.yaml')
const manifestsText = await read('manifests.lock.yaml')
const manifests = parseManifestsLock(manifestsText, 'manifests.lock.yaml')

const crio = '/etc/crio/crio.conf.d/10-kaweezle.conf'
const crioText = await read(`rootfs/overlay${crio}`)
const pauseImage = pauseImageOf(new Map([[crio, crioText]]))

describe('the committed locks', () => {
  test('are where the recipe says', () => {
    expect(recipe.locks).toMatchObject({ images: '../images.lock.yaml', manifests: '../manifests.lock.yaml' })
  })

  test('are byte for byte what `npm run lock` prints, untouched by formatters', () => {
    expect(printImagesLock(images)).toBe(imagesText)
    expect(printManifestsLock(manifests)).toBe(manifestsText)
  })

  test('have the manifests of the recipe', () => {
    const asked = Object.entries(recipe.manifests?.upstream ?? {})
    expect(manifests.manifests.map(({ name, url, tag }) => [name, { url, tag }])).toEqual(asked)
  })

  test('fit together with the recipe and with the runtime', () => {
    const rows = checkCoherence({ recipe, images, pauseImage })
    expect(rows).toHaveLength(12)
    expect(rows.filter(({ ok }) => !ok)).toEqual([])
  })
})

describe("CRI-O's configuration", () => {
  test('names the pause image of kubeadm', () => {
    const kubeadm = defaultKubeadmImages(recipe.kubernetes?.version ?? '').map(formatImageReference)
    expect(kubeadm).toContain(pauseImage && formatImageReference(pauseImage))
  })

  test('fits a system without systemd, and the storage that the images are put into', () => {
    expect(crioText).toMatch(/^\[crio\]\n(#.*\n)*storage_driver = "overlay"$/m)
    expect(crioText).toMatch(
      /^\[crio\.runtime\]\n(#.*\n)*cgroup_manager = "cgroupfs"\n(#.*\n)*conmon_cgroup = "pod"$/m,
    )
    expect(recipe.images?.preload).toBe('containers-storage')
  })
})

describe('Renovate', () => {
  interface Manager {
    readonly managerFilePatterns: readonly string[]
    readonly matchStrings: readonly string[]
  }

  /** What the custom managers find in a file. Renovate applies their patterns globally, line ends included. */
  async function found(path: string): Promise<Record<string, string>[]> {
    const { customManagers } = JSON.parse(await read('renovate.json')) as { customManagers: Manager[] }
    const text = await read(path)
    return customManagers
      .filter(({ managerFilePatterns }) =>
        managerFilePatterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(path)),
      )
      .flatMap(({ matchStrings }) => matchStrings.flatMap((one) => [...text.matchAll(new RegExp(one, 'g'))]))
      .map(({ groups }) => ({ ...groups }))
  }

  test('finds name, tag and digest of every locked image', async () => {
    const expected = images.images.map((one) => ({
      depName: nameOf(one).slice(0, -one.image.tag.length - 1),
      currentValue: one.image.tag,
      currentDigest: `sha256:${one.image.digest}`,
    }))
    expect(expected).toHaveLength(14)
    expect(await found('images.lock.yaml')).toEqual(expected)
  })

  test('finds the version of Kubernetes and every manifest in the recipe', async () => {
    expect(await found('rootfs/rootfs.yaml')).toEqual([
      { currentValue: recipe.kubernetes?.version },
      { depName: 'flannel-io/flannel', currentValue: recipe.manifests?.upstream['flannel']?.tag },
      {
        depName: 'rancher/local-path-provisioner',
        currentValue: recipe.manifests?.upstream['local-path']?.tag,
      },
      { depName: 'metallb/metallb', currentValue: recipe.manifests?.upstream['metallb']?.tag },
      {
        depName: 'kubernetes-sigs/metrics-server',
        currentValue: recipe.manifests?.upstream['metrics-server']?.tag,
      },
    ])
  })

  test('finds nothing in other files', async () => {
    expect(await found('manifests.lock.yaml')).toEqual([])
    expect(await found('rootfs/minimal.yaml')).toEqual([])
  })
})
