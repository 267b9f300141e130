import { PipelineError } from '../errors.ts'
import type { Recipe } from '../recipe/schema.ts'
import type { Edit } from '../tree/apply-edits.ts'
import type { Tree } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { resolvePath } from '../tree/resolve.ts'
import type { Placement } from './overlay-edits.ts'

/**
 * The recipe's copies of files that packages bring, taken from the tree before anything is laid over it.
 * @throws PipelineError `RECIPE_INVALID` when there is nothing to copy, and the copy is not optional.
 */
export function copyEdits(tree: Tree, copies: Recipe['copies'], { ownerOf, epoch }: Placement): Edit[] {
  return copies.flatMap(({ from, to, optional, mode, owner }): Edit[] => {
    const source = resolvePath(tree, treePath(from))
    if (source?.type !== 'file') {
      if (optional) return []
      throw new PipelineError(
        'RECIPE_INVALID',
        `${from}, which is to be copied to ${to}, is not a file of the packages`,
        {
          hint: 'Correct `copies`, or mark the copy as `optional`.',
        },
      )
    }
    const { xattrs: _, ...file } = source
    const owned = owner === undefined ? {} : ownerOf(owner)
    const entry = { ...file, ...owned, path: treePath(to), mode: mode ?? file.mode, mtime: epoch }
    return [{ type: 'put', entry }]
  })
}
