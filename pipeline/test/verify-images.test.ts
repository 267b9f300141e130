import { readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Sha256 } from '../src/digest.ts'
import { findFinished } from '../src/inspect/finished-files.ts'
import { inspectRootfs } from '../src/inspect/inspect-rootfs.ts'
import { layerIds } from '../src/oci/layer-ids.ts'
import { parseImageReference } from '../src/oci/reference.ts'
import type { StoredImage } from '../src/oci/stored-image.ts'
import { type Preload, preloadedAt } from '../src/preload/preload-tree.ts'
import type { Entry, FileEntry, TreePath } from '../src/tree/entry.ts'
import { aFile, type ChangeableManifest, changeManifest, repack } from './support/finished-rootfs.ts'
import { type MadeImages, makeImages, writeRootfsWithImages } from './support/rootfs-with-images.ts'

let folder: string
let made: MadeImages
const { signal } = new AbortController()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-verify-images-'))
  await mkdir(join(folder, 'work'))
  made = await makeImages(folder)
  for (const preload of ['containers-storage', 'oci-layout'] as const) {
    await mkdir(join(folder, preload))
    await writeRootfsWithImages(join(folder, preload), made, preload)
  }
})
afterAll(() => rm(folder, { recursive: true }))

async function findingsOf(path: string): Promise<string[]> {
  const [files] = await findFinished(path)
  if (files === undefined) throw new Error(`no rootfs in ${path}`)
  const options = { workFolder: join(folder, 'work'), recipe: undefined, progress: {}, signal }
  const { findings } = await inspectRootfs(files, options)
  expect(await readdir(options.workFolder)).toEqual([])
  return findings.map(({ rule, message }) => `${rule}: ${message}`)
}

type Change = (folder: string) => Promise<void>
type Tampering = readonly [what: string, change: Change, says: RegExp]
type Tree = Map<TreePath, Entry>

const inManifest =
  (change: (images: ChangeableManifest['images'], manifest: ChangeableManifest) => unknown): Change =>
  (path) =>
    changeManifest(path, (manifest) => void change(manifest.images, manifest))
const inTree =
  (change: (tree: Tree) => void): Change =>
  (path) =>
    repack(path, change)

const zeros = '0'.repeat(64) as Sha256
const image = (index: number) => made.images[index] as StoredImage
const lowerId = () => layerIds(image(0).layers.map(({ diffId }) => diffId))[0]
/** The path of something in the storage or layout; LOWER stands for the lower layer's id. */
const place = (preload: Preload, path: string) =>
  `${preloadedAt[preload]}/${path.replace('LOWER', lowerId() ?? '')}` as TreePath
const stored = (path: string) => place('containers-storage', path)
const laid = (path: string) => place('oci-layout', path)

/** What the manifest may say wrongly of images, whichever form they are in. */
const saidWrongly: readonly Tampering[] = [
  ['an image too few', inManifest((images) => images.pop()), /c\.example\/some\/two/],
  ['a name too few', inManifest((images) => images.splice(1, 1)), /b\.example\/again/],
  [
    'an image too many',
    inManifest((images) => images.push(renamed(images, 'd.example/x:1'))),
    /d\.example\/x:1/,
  ],
  [
    'an image twice',
    inManifest((images) => images.push(renamed(images, 'a.example/one:v1'))),
    /one:v1 is in the manifest twice/,
  ],
  [
    'a name without a tag',
    inManifest(([one]) => rename(one, 'a.example/one')),
    /"a\.example\/one" in the manifest is no name/,
  ],
  ['a name that is none', inManifest(([one]) => rename(one, 'a b:c')), /"a b:c" in the manifest is no name/],
  ['another manifest', inManifest(([one]) => Object.assign(one ?? {}, { manifest: zeros })), /0{64}/],
  ['another configuration', inManifest(([one]) => Object.assign(one ?? {}, { config: zeros })), /0{64}/],
  [
    'another size of a layer',
    inManifest((images) => Object.assign(images[2]?.layers[0] ?? {}, { size: 1 })),
    /some\/two.* has \d+ bytes, not 1$/m,
  ],
  [
    'another layer',
    inManifest((images) => Object.assign(images[2]?.layers[0] ?? {}, { diffId: zeros })),
    /some\/two:v2: layer 1 is \w+, not 0{64}/,
  ],
  ['a layer too few', inManifest(([one]) => one?.layers.pop()), /one:v1 has 2 layers, and 1 in the manifest/],
  [
    'no images at all',
    inManifest((_, manifest) => Object.assign(manifest, { images: [], preload: null })),
    /is there, but the manifest has no images in/,
  ],
]

const inStorage: readonly Tampering[] = [
  [
    'another digest',
    inManifest(([one]) => Object.assign(one ?? {}, { digest: zeros })),
    /one@sha256:0{64} is missing/,
  ],
  [
    'another content of a file',
    inTree((tree) => put(tree, stored('overlay/LOWER/diff/etc/a'), 'hullo')),
    /has the diffID/,
  ],
  [
    'another size of a file',
    inTree((tree) => put(tree, stored('overlay/LOWER/diff/etc/a'), 'hello!')),
    /etc\/a has not the 5 bytes it had/,
  ],
  [
    'a missing file',
    inTree((tree) => tree.delete(stored('overlay/LOWER/diff/su'))),
    /LOWER\/diff\/su is missing/,
  ],
  [
    'a file too many',
    inTree((tree) => put(tree, stored('overlay/LOWER/diff/worm'), '')),
    /diff\/worm should not be there/,
  ],
  [
    'another mode',
    inTree((tree) => chmod(tree, stored('overlay/LOWER/diff/su'), 0o755)),
    /diff\/su is not what it should be/,
  ],
  [
    'a damaged tar-split',
    inTree((tree) => put(tree, stored('overlay-layers/LOWER.tar-split.gz'), 'x')),
    /tar-split\.gz is damaged/,
  ],
  [
    'a name taken away',
    inTree((tree) => edit(tree, stored('overlay-images/images.json'), '"b.example/again:v1",', '')),
    /b\.example\/again:v1 is missing/,
  ],
  [
    'a digest taken away',
    inTree((tree) =>
      edit(tree, stored('overlay-images/images.json'), /"c\.example\/some\/two@[^"]*"/, '"c.example/x:1"'),
    ),
    /some\/two@sha256:\w+ is missing/,
  ],
  ['a tag that leads elsewhere', inTree(swapTags), /one:v1: a\.example\/one:v1 does not lead to the image/],
  [
    'another size in layers.json',
    inTree((tree) => edit(tree, stored('overlay-layers/layers.json'), /"diff-size":\d+/, '"diff-size":7777')),
    /layers\.json does not hold what it should/,
  ],
  [
    'no layers.json',
    inTree((tree) => tree.delete(stored('overlay-layers/layers.json'))),
    /layers\.json is missing/,
  ],
  ['a changed configuration', inTree((tree) => flip(tree, configuration())), /is not what its key sha256:/],
  [
    'a setuid file beside the layers',
    inTree((tree) => put(tree, stored('overlay/su'), '', 0o4755)),
    /overlay\/su should not be there/,
  ],
]

const inLayout: readonly Tampering[] = [
  [
    'a flipped bit of a layer',
    inTree((tree) => flip(tree, blobOf(0))),
    /layer 1 of a\.example\/one:v1 has sha256/,
  ],
  ['a cut layer', inTree((tree) => put(tree, blobOf(1), 'x')), /layer 2 of a\.example\/one:v1 has 1 bytes/],
  ['a missing layer', inTree((tree) => tree.delete(blobOf(1))), /blobs\/sha256\/\w+ is missing/],
  [
    'a changed configuration',
    inTree((tree) => flip(tree, laid(`blobs/sha256/${image(2).config.digest}`))),
    /the configuration of c\.example\/some\/two:v2\S* has sha256/,
  ],
  [
    'a missing manifest',
    inTree((tree) => tree.delete(laid(`blobs/sha256/${image(2).manifest.digest}`))),
    /blobs\/sha256\/\w+ is missing/,
  ],
  [
    'a blob too many',
    inTree((tree) => put(tree, laid(`blobs/sha256/${zeros}`), '')),
    /blobs\/sha256\/0{64} is of no image/,
  ],
  ['a file too many', inTree((tree) => put(tree, laid('worm'), '')), /images\/worm is of no image/],
  [
    'another version',
    inTree((tree) => edit(tree, laid('oci-layout'), '1.0.0', '2.0.0')),
    /oci-layout is not usable/,
  ],
  ['no oci-layout', inTree((tree) => tree.delete(laid('oci-layout'))), /oci-layout is missing/],
  ['no index', inTree((tree) => tree.delete(laid('index.json'))), /index\.json is missing/],
  [
    'another name in the index',
    inTree((tree) => edit(tree, laid('index.json'), /(?<=ref\.name":")b\.example\/again:v1/, 'x')),
    /index\.json names x, which .*index\.json names b\.example\/again:v1 nowhere/s,
  ],
  [
    'another name for containerd in the index',
    inTree((tree) => edit(tree, laid('index.json'), /(?<=image\.name":")b\.example\/again:v1/, 'x')),
    /index\.json names b\.example\/again:v1 x for containerd/,
  ],
  [
    'a name that leads elsewhere',
    inTree((tree) => edit(tree, laid('index.json'), image(2).manifest.digest, image(0).manifest.digest)),
    /some\/two:v2 leads to the manifest/,
  ],
  [
    'a layer that is not what its image says',
    wrongDiffId,
    /layer 1 of x\.example\/wrong:1 has the diffID \w+, not 0{64}/,
  ],
]

describe.each([
  ['containers-storage', inStorage],
  ['oci-layout', inLayout],
] as const)('verify of images in a %s', (preload, own) => {
  test('finds nothing in what a build makes, whatever the images bring', async () => {
    expect(await findingsOf(join(folder, preload))).toEqual([])
  })

  test.each([...saidWrongly, ...own])('finds %s', async (_, change, says) => {
    const copy = await mkdtemp(join(folder, 'copy-'))
    await cp(join(folder, preload), copy, { recursive: true })
    await change(copy)
    const findings = await findingsOf(copy)
    const expected = new RegExp(says.source.replace('LOWER', lowerId() ?? ''), says.flags)
    expect(findings.filter((line) => line.startsWith('images: ')).join('\n')).toMatch(expected)
  })
})

function renamed(images: ChangeableManifest['images'], name: string) {
  return { ...(images[0] as (typeof images)[number]), name }
}

function rename(one: ChangeableManifest['images'][number] | undefined, name: string): void {
  if (one !== undefined) one.name = name
}

function put(tree: Tree, path: TreePath, content: string, mode = 0o644): void {
  const found = tree.get(path)
  const [, file] = aFile(path, content, { mode })
  const { size, content: bytes } = file
  tree.set(path, found?.type === 'file' ? { ...found, size, content: bytes } : file)
}

function chmod(tree: Tree, path: TreePath, mode: number): void {
  tree.set(path, { ...(tree.get(path) as FileEntry), mode })
}

function bytesOf(tree: Tree, path: TreePath): Buffer {
  const entry = tree.get(path)
  if (entry?.type !== 'file' || !('file' in entry.content)) throw new Error(`no file ${path}`)
  const { file, offset } = entry.content
  return readFileSync(file).subarray(offset, offset + entry.size)
}

function edit(tree: Tree, path: TreePath, from: string | RegExp, to: string): void {
  const before = bytesOf(tree, path).toString()
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${path} has no ${from}`)
  put(tree, path, after)
}

/** Another byte where gzip and zstd can still be read: it is for the digest to be found. */
function flip(tree: Tree, path: TreePath): void {
  const bytes = bytesOf(tree, path)
  bytes[4] = (bytes[4] as number) ^ 1
  const entry = tree.get(path) as FileEntry
  tree.set(path, { ...entry, content: { bytes } })
}

function swapTags(tree: Tree): void {
  const list = stored('overlay-images/images.json')
  const [one, two] = ['"a.example/one:v1"', '"c.example/some/two:v2"']
  const text = bytesOf(tree, list).toString().replace(one, '*').replace(two, one).replace('*', two)
  put(tree, list, text)
}

/** The configuration of `two` in the storage. */
function configuration(): TreePath {
  const id = image(2).config.digest
  return stored(`overlay-images/${id}/=${Buffer.from(`sha256:${id}`).toString('base64')}`)
}

/** A layer's blob of `one`, in the layout. */
function blobOf(depth: number): TreePath {
  return laid(`blobs/sha256/${image(0).layers[depth]?.blob.digest}`)
}

async function wrongDiffId(path: string): Promise<void> {
  const { layout } = made
  const [layer] = image(2).layers
  if (layer === undefined) throw new Error('no layer')
  const { digest, size } = layer.blob
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip'
  const top = await layout.image({
    layers: [{ mediaType, digest: `sha256:${digest}`, size, diffId: `sha256:${zeros}` }],
  })
  const read = async (name: string) => ({ digest: name.slice(7) as Sha256, bytes: await layout.read(name) })
  const manifest = await read(top.digest)
  const config = await read(JSON.parse(manifest.bytes.toString()).config.digest)
  const names = ['x.example/wrong:1']
  const images = [{ ...image(2), names, index: undefined, manifest, config }]
  const references = [parseImageReference(`x.example/wrong:1@${top.digest}`)]
  await writeRootfsWithImages(path, { layout, references, images }, 'oci-layout')
}
