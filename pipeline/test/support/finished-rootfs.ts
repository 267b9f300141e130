import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { ContentReader } from '../../src/contents/content-reader.ts'
import { readTree } from '../../src/contents/read-tree.ts'
import type { RootfsManifest } from '../../src/describe/manifest.ts'
import type { Sha256 } from '../../src/digest.ts'
import { packTree } from '../../src/pack/pack-tree.ts'
import type { FileEntry, Tree, TreePath } from '../../src/tree/entry.ts'

type Writable<T> = T extends object ? { -readonly [Key in keyof T]: Writable<T[Key]> } : T

/** A manifest that a test may change, as what is read from a file. */
export type ChangeableManifest = Writable<RootfsManifest>

const { signal } = new AbortController()

export async function readManifestIn(folder: string): Promise<ChangeableManifest> {
  return JSON.parse(await readFile(join(folder, 'rootfs.manifest.json'), 'utf8'))
}

export async function changeManifest(
  folder: string,
  change: (manifest: ChangeableManifest) => void,
): Promise<void> {
  const manifest = await readManifestIn(folder)
  change(manifest)
  await writeFile(join(folder, 'rootfs.manifest.json'), JSON.stringify(manifest))
}

/** Writes a tree as the rootfs of a folder; all that says what its bytes are is true. */
export async function writeRootfs(folder: string, tree: Tree): Promise<void> {
  using reader = new ContentReader()
  const destination = join(folder, 'rootfs.tar.gz')
  const { size, sha256, tarSize, tarSha256 } = await packTree(tree, { reader, destination, signal })
  await tellTruth(folder, { size, sha256, unpackedSize: tarSize, unpackedSha256: tarSha256 })
}

/** As {@link writeRootfs}, of a tar that no writer of ours would make. */
export async function writeRawRootfs(folder: string, tar: Uint8Array): Promise<void> {
  const bytes = gzipSync(tar)
  await writeFile(join(folder, 'rootfs.tar.gz'), bytes)
  await tellTruth(folder, {
    size: bytes.length,
    sha256: sha256(bytes),
    unpackedSize: tar.length,
    unpackedSha256: sha256(tar),
  })
}

/** Changes the entries of the rootfs in a folder. */
export async function repack(
  folder: string,
  change: (tree: Map<TreePath, TreeEntry>) => void,
): Promise<void> {
  const file = join(folder, 'unpacked.tar')
  await writeFile(file, await readTar(folder))
  const tree = new Map(await readTree(file))
  change(tree)
  await writeRootfs(folder, tree)
  await rm(file)
}

type TreeEntry = Tree extends ReadonlyMap<TreePath, infer One> ? One : never

/** The uncompressed tar of the rootfs in a folder. */
export async function readTar(folder: string): Promise<Buffer> {
  return gunzipSync(await readFile(join(folder, 'rootfs.tar.gz')))
}

/** A file of root's, from the year 2023. */
export function aFile(path: string, text = '', attributes: Partial<FileEntry> = {}): [TreePath, FileEntry] {
  const bytes = Buffer.from(text)
  const content = { bytes }
  const owned = { uid: 0, gid: 0, mtime: 1_700_000_000, mode: 0o644 }
  return [
    path as TreePath,
    { type: 'file', path: path as TreePath, ...owned, size: bytes.length, content, ...attributes },
  ]
}

async function tellTruth(folder: string, facts: Omit<RootfsManifest['files']['rootfs'], 'name'>) {
  await writeFile(join(folder, 'rootfs.tar.gz.sha256'), `${facts.sha256}\n`)
  await changeManifest(folder, ({ files }) => void Object.assign(files.rootfs, facts))
}

function sha256(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256
}
