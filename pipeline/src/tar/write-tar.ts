import { PipelineError } from '../errors.ts'
import type { Entry, FileEntry, Tree, TreePath } from '../tree/entry.ts'
import { displayPath, parentPath } from '../tree/path.ts'
import { encodeMember } from './encode-member.ts'
import { blockSize, paddingOf } from './format.ts'

export type OpenContent = (entry: FileEntry) => AsyncIterable<Uint8Array>

export interface WriteTarOptions {
  /** Whether the root directory itself, `./`, is a member. */
  readonly root?: boolean
  /** Told of each member, before its bytes come, how many they are: headers, content and padding. */
  readonly onMember?: ((path: TreePath, bytes: number) => void) | undefined
}

const zeros = Buffer.alloc(2 * blockSize)

/**
 * Writes a canonical tree as a tar. The bytes depend on the tree alone: members are sorted by path bytes, which
 * puts a directory before what it holds, and a hard link after its file in a canonical tree. The archive ends with
 * two blocks of zeros and no more: padding to 10,240 bytes is for tapes, and no reader asks for it.
 *
 * Parts come as they are, many of them a few bytes, and are valid as long as
 * `openContent` says: `fixedBlocks` regroups and copies them, as `gzip` does.
 * @throws PipelineError `FILE_FAILED` when a content is not as long as its entry says.
 */
export async function* writeTar(
  tree: Tree,
  openContent: OpenContent,
  { root = false, onMember }: WriteTarOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const path of [...tree.keys()].sort()) {
    if (path === '' && !root) continue
    const entry = tree.get(path) as Entry
    assertCanonical(tree, entry)
    const header = encodeMember(entry)
    const content = entry.type === 'file' ? entry.size + paddingOf(entry.size) : 0
    onMember?.(path, header.length + content)
    yield header
    if (entry.type !== 'file' || entry.size === 0) continue
    let missing = entry.size
    for await (const part of openContent(entry)) {
      missing -= part.length
      if (missing < 0) throw wrongSize(entry, 'more')
      yield part
    }
    if (missing > 0) throw wrongSize(entry, 'fewer')
    yield zeros.subarray(0, paddingOf(entry.size))
  }
  yield zeros
}

function assertCanonical(tree: Tree, { path, ...entry }: Entry): void {
  const parent = parentPath(path)
  const isPlaced = parent === '' || tree.get(parent)?.type === 'directory'
  const isLinked =
    entry.type !== 'hardlink' || (entry.target < path && tree.get(entry.target)?.type === 'file')
  if (!isPlaced || !isLinked) throw new Error(`The tree to write is not canonical at ${displayPath(path)}`)
}

function wrongSize({ path, size }: FileEntry, than: 'more' | 'fewer'): PipelineError {
  return new PipelineError(
    'FILE_FAILED',
    `The content of ${displayPath(path)} has ${than} than its ${size} bytes`,
    {
      hint: 'Run the build again; something else may be writing to its work folder.',
    },
  )
}
