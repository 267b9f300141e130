import { fixedBlocks } from '../gzip/fixed-blocks.ts'
import { commitFile } from '../store/commit.ts'
import type { Written } from '../store/draft.ts'
import type { Tree } from '../tree/entry.ts'
import { type PackOptions, watchedTar } from './watched-tar.ts'

/** One write each: the parts of a tar are small. */
const writeSize = 1024 * 1024

/**
 * Writes a canonical tree as a tar that is not compressed, as its contents already are (`packages.tar`).
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`; and the signal's reason. Then nothing was written.
 */
export function archiveTree(tree: Tree, options: PackOptions): Promise<Written> {
  return commitFile(options.destination, fixedBlocks(watchedTar(tree, options), { size: writeSize, kept: 1 }))
}
