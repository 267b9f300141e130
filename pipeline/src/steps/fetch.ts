import { fetchImages } from '../registry/fetch-images.ts'
import { formatBytes } from '../render/amounts.ts'
import { fetchLock } from '../resolve/fetch-locked.ts'
import { fetchManifests } from '../resolve/fetch-manifests.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'

export const fetch = step<Build>({
  name: 'fetch',
  title: 'Fetch and verify everything that is locked',
  async run(build, progress) {
    if (build.get('standing').output) return outputStands
    const loaded = build.get('recipe')
    const { images, manifests } = build.get('clusterLocks')
    const { store, signal } = build
    const { architecture } = build.options
    const [upstream, fetcher] = [await build.upstream(), build.fetcher(progress)]
    const fetched = await fetchLock(build.get('lock'), { loaded, architecture, upstream, fetcher, signal })
    const placeOf = await build.manifestPlaces()
    const vendored = await fetchManifests(manifests?.manifests ?? [], { fetcher, placeOf, signal })
    const references = images?.images.map(({ image }) => image) ?? []
    if (references.length > 0) {
      const registries = build.registries()
      const withBlobs = loaded.recipe.images?.preload === 'oci-layout'
      await fetchImages(references, { architecture, registries, fetcher, store, signal, withBlobs })
    }
    build.set('fetched', { ...fetched, manifests: vendored })
    const bytes = fetched.packages.reduce((sum, { blob }) => sum + blob.size, fetched.base.size)
    return {
      done: `${fetched.packages.length + 1} files, ${formatBytes(bytes)}${count(vendored.length, 'manifest')}${count(references.length, 'image')}`,
    }
  },
})

function count(number: number, what: string): string {
  return number === 0 ? '' : `, ${number} ${what}${number === 1 ? '' : 's'}`
}
