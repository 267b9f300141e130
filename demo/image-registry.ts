import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allImages } from '../agent/test/doubles/node/kubeadm/images.ts'
import { end, member } from '../pipeline/src/tar/raw-tar.fixture.ts'
import { clusterImages } from '../pipeline/test/support/cluster-world.ts'
import { registryMissing, startRegistry } from '../pipeline/test/support/docker-registry.ts'
import { startFakeRegistry } from '../pipeline/test/support/fake-registry.ts'
import { serve } from '../pipeline/test/support/fault-server.ts'
import { type Descriptor, ImageLayout, type MadeLayer } from '../pipeline/test/support/make-image.ts'
import { pseudoRandom } from '../pipeline/test/support/sample-images.ts'
import { editions } from './editions.ts'

export interface ImageRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly address: string
  readonly isReal: boolean
  readonly count: number
}

export const upstreamRegistries = ['docker.io', 'ghcr.io', 'quay.io', 'registry.k8s.io']

/** A registry with an image, made here, for each name that the clusters need, below the name of its own registry. */
export async function startImageRegistry(folder: string): Promise<ImageRegistry> {
  const layout = new ImageLayout(join(folder, 'images'))
  const images = await makeImages(layout)
  if ((await registryMissing()) !== undefined) {
    const registry = await startFakeRegistry(layout, { fault: manifestsOf(images, layout) })
    return { ...registry, address: registry.host, isReal: false, count: images.size }
  }
  await using stack = new AsyncDisposableStack()
  const registry = stack.use(await startRegistry())
  // One after another: pushed at once, the layer that all share makes this registry refuse right bytes now and then.
  for (const [name, top] of images) {
    const [repository = '', tag = ''] = name.split(/:(?=[^:]+$)/)
    await registry.push(layout, { repository, tag, top })
  }
  const { address } = registry
  const cleanup = stack.move()
  return { address, isReal: true, count: images.size, [Symbol.asyncDispose]: () => cleanup.disposeAsync() }
}

/** What the first edition needs, and what kubeadm of the second one names. */
function imageNames(): string[] {
  const [, { kubernetes }] = editions
  const later = allImages({ imageRepository: 'registry.k8s.io', version: `v${kubernetes}` })
  return [...new Set([...Object.keys(clusterImages), ...later])]
}

async function makeImages(layout: ImageLayout): Promise<Map<string, Descriptor>> {
  const shared = await layerOf(layout, 'usr/share/shared', pseudoRandom('shared', 300_000))
  const images = new Map<string, Descriptor>()
  for (const name of imageNames()) {
    const layers = [shared, await layerOf(layout, 'opt/image', pseudoRandom(name, 100_000))]
    const image = await layout.image({
      layers,
      created: '2026-01-01T00:00:00Z',
      config: { Labels: { name } },
    })
    images.set(name, await layout.index({ amd64: image }))
  }
  return images
}

function layerOf(layout: ImageLayout, name: string, content: Buffer): Promise<MadeLayer> {
  return layout.layer(Buffer.concat([member({ name }, content), end]))
}

/** The double has one image for a tag, in whatever repository: here each repository has its own. */
function manifestsOf(images: ReadonlyMap<string, Descriptor>, layout: ImageLayout) {
  return (path: string) => {
    const [, repository, tag] = /^(.+)\/manifests\/([^:]+)$/.exec(path) ?? []
    const top = images.get(`${repository}:${tag}`)
    if (top === undefined) return undefined
    return serve(readFileSync(layout.path(top.digest)))
  }
}
