import { buffer } from 'node:stream/consumers'
import type { Entry, FileEntry, Tree, TreePath } from '../tree/entry.ts'
import { chunksOf } from './raw-tar.fixture.ts'
import { type ReadTarOptions, readTar } from './read-tar.ts'
import { type WriteTarOptions, writeTar } from './write-tar.ts'

/** A tree whose contents are in memory, as a tar in memory. */
export function tarOf(tree: Tree, options?: WriteTarOptions): Promise<Buffer> {
  return buffer(writeTar(tree, contentOf, options))
}

/** The tree of a tar, both in memory. */
export async function treeOfTar(
  tar: Uint8Array,
  options?: Partial<ReadTarOptions>,
): Promise<Map<TreePath, Entry>> {
  const tree = new Map<TreePath, Entry>()
  for await (const { offset: _, content, ...header } of readTar(chunksOf(tar), {
    label: 'in memory',
    ...options,
  })) {
    tree.set(
      header.path,
      header.type === 'file' ? { ...header, content: { bytes: await buffer(content) } } : header,
    )
  }
  return tree
}

async function* contentOf({ content }: FileEntry): AsyncGenerator<Uint8Array> {
  if ('bytes' in content) yield content.bytes
}
