import { expect, test } from 'vitest'
import { end, member } from '../tar/raw-tar.fixture.ts'
import type { Tree } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { layoutTree } from './layout-tree.ts'
import { ImagesInMemory } from './stored-image.fixture.ts'

const at = treePath('usr/share/kaweezle/images')
const options = { at, epoch: 1_700_000_000, blobOf: (digest: string) => ({ file: digest, offset: 0 }) }

async function twoImages() {
  const memory = new ImagesInMemory()
  const shared = await memory.layer(Buffer.concat([member({ name: 'a' }, 'x'), end]))
  const own = await memory.layer(Buffer.concat([member({ name: 'b' }, 'y'), end]))
  return [
    memory.image([shared], ['b.example/b:1', 'b.example/b@sha256:INDEX']),
    memory.image([shared, own], ['a.example/a:1', 'a.example/a@sha256:INDEX']),
  ]
}

function indexOf(tree: Tree) {
  const entry = tree.get(treePath(`${at}/index.json`))
  if (entry?.type !== 'file' || !('bytes' in entry.content)) throw new Error('there is no index.json')
  return JSON.parse(Buffer.from(entry.content.bytes).toString())
}

test('a layout has the manifest of each image under its tag, in the order of names', async () => {
  const images = await twoImages()
  const { manifests } = indexOf(layoutTree(images, options))
  expect(manifests).toMatchObject([
    {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: `sha256:${images[1]?.manifest.digest}`,
      size: images[1]?.manifest.bytes.length,
      annotations: { 'org.opencontainers.image.ref.name': 'a.example/a:1' },
    },
    { annotations: { 'org.opencontainers.image.ref.name': 'b.example/b:1' } },
  ])
})

test('a layout has every blob once, a layer as it was published', async () => {
  const images = await twoImages()
  const tree = layoutTree(images, options)
  const blobs = [...tree.keys()].filter((path) => path.startsWith(`${at}/blobs/sha256/`))
  const wanted = images.flatMap(({ manifest, config, layers }) => [
    manifest.digest,
    config.digest,
    ...layers.map(({ blob }) => blob.digest),
  ])
  expect(blobs).toEqual([...new Set(wanted)].sort().map((digest) => `${at}/blobs/sha256/${digest}`))
  const layer = images[0]?.layers[0]?.blob
  expect(tree.get(treePath(`${at}/blobs/sha256/${layer?.digest}`))).toMatchObject({
    size: layer?.size,
    content: { file: layer?.digest, offset: 0 },
    mode: 0o644,
    mtime: options.epoch,
  })
})

test('a layout does not depend on the order of the images', async () => {
  const images = await twoImages()
  const tree = layoutTree(images, options)
  expect([...layoutTree(images.toReversed(), options)]).toEqual([...tree])
  expect([...tree.keys()]).toEqual([...tree.keys()].sort())
})
