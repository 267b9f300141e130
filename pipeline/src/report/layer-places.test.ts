import { expect, test } from 'vitest'
import { layoutTree } from '../oci/layout-tree.ts'
import { storageTree } from '../oci/storage-tree.ts'
import { ImagesInMemory } from '../oci/stored-image.fixture.ts'
import { end, member } from '../tar/raw-tar.fixture.ts'
import { treePath } from '../tree/path.ts'
import { storedNameAt, storedNames } from './layer-places.ts'

const at = treePath('somewhere')
const options = { at, epoch: 1_700_000_000, blobOf: (digest: string) => ({ file: digest, offset: 0 }) }

async function anImage() {
  const memory = new ImagesInMemory()
  const lower = await memory.layer(Buffer.concat([member({ name: 'a/deep/file' }, 'x'), end]))
  const upper = await memory.layer(Buffer.concat([member({ name: 'b' }, 'y'), end]))
  return memory.image([lower, upper, upper], ['a.example/a:1'])
}

const trees = { 'containers-storage': storageTree, 'oci-layout': layoutTree } as const

test.each(Object.keys(trees) as (keyof typeof trees)[])(
  'every layer is found where %s has it',
  async (preload) => {
    const image = await anImage()
    const paths = [...trees[preload]([image], options).keys()].map((path) => path.slice(at.length + 1))
    const names = new Set<string>(storedNames(image.layers, preload))
    const pathsOf = (name: string) => paths.filter((path) => storedNameAt(path) === name)
    expect(names.size).toBe(preload === 'oci-layout' ? 2 : 3)
    for (const name of names) {
      const own = paths.filter((path) => path.includes(name))
      expect(own).not.toEqual([])
      expect(pathsOf(name)).toEqual(own)
    }
  },
)

test.each([
  'overlay',
  'overlay/l',
  'overlay/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  'overlay-layers/layers.json',
  `overlay-images/${'a'.repeat(64)}/manifest`,
  `overlay/${'a'.repeat(63)}/diff`,
])('%s is of no layer', (path) => {
  expect(storedNameAt(path)).toBeUndefined()
})
