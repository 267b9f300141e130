import { PipelineError } from '../errors.ts'
import type { OverlayFile } from '../load/read-overlay.ts'
import type { Recipe } from '../recipe/schema.ts'
import type { Edit } from '../tree/apply-edits.ts'
import { byteString, treePath } from '../tree/path.ts'
import type { Owner } from './owner.ts'

/** What every entry that the recipe puts into the image needs. */
export interface Placement {
  readonly ownerOf: (owner: string | undefined) => Owner
  /** Seconds since 1970. */
  readonly epoch: number
}

/**
 * The edits that lay overlay files, then the recipe's folders and its links, over the tree. Files are 0644 and
 * folders 0755 where the recipe says nothing else; a folder that is there already keeps its mode and owner unless
 * the recipe names it.
 * @throws PipelineError `RECIPE_INVALID` for an unknown owner, and for a symbolic link with a mode.
 */
export function overlayEdits(
  files: readonly OverlayFile[],
  { folders, links }: Pick<Recipe, 'folders' | 'links'>,
  { ownerOf, epoch }: Placement,
): Edit[] {
  const linkFiles = Object.entries(links).map(
    ([path, target]): OverlayFile => ({ type: 'symlink', path, target, attributes: {} }),
  )
  const emptyFolders = folders.map(
    (path): OverlayFile => ({ type: 'directory', path, attributes: { mode: 0o755 } }),
  )
  return [...files, ...emptyFolders, ...linkFiles].flatMap((file): Edit[] => {
    const { mode, owner } = file.attributes
    const common = { path: treePath(file.path), ...ownerOf(owner), mtime: epoch }
    if (file.type === 'symlink') {
      if (mode !== undefined) throw linkWithMode(file.path)
      const target = byteString(file.target)
      return [{ type: 'put', entry: { ...common, type: 'symlink', mode: 0o777, target } }]
    }
    if (file.type === 'file') {
      const content = { file: file.source, offset: 0 }
      return [
        { type: 'put', entry: { ...common, type: 'file', mode: mode ?? 0o644, size: file.size, content } },
      ]
    }
    // Missing folders come with what they hold; empty ones do not, since git keeps none.
    if (mode === undefined && owner === undefined) return []
    return [{ type: 'put', entry: { ...common, type: 'directory', mode: mode ?? 0o755 } }]
  })
}

function linkWithMode(path: string): PipelineError {
  return new PipelineError('RECIPE_INVALID', `${path} is a symbolic link, which has no mode`, {
    hint: 'Remove its mode from `overlay`, or give it to the file that it leads to.',
  })
}
