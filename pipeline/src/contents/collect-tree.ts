import type { TarMember } from '../tar/member.ts'
import type { Entry, Tree, TreePath } from '../tree/entry.ts'

/** The tree of an archive's members, whose contents are ranges of `file`, which holds the archive. */
export async function collectTree(members: AsyncIterable<TarMember>, file: string): Promise<Tree> {
  const tree = new Map<TreePath, Entry>()
  for await (const { offset, content: _, ...header } of members) {
    tree.set(header.path, header.type === 'file' ? { ...header, content: { file, offset } } : header)
  }
  return tree
}
