import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readlink } from 'node:fs/promises'
import type { Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import type { Recipe } from '../recipe/schema.ts'
import { orFileError } from '../store/file-error.ts'
import { listFolder } from './list-folder.ts'

type Attributes = Recipe['overlay'][number]['entries'][string]

/** Something that an overlay puts into the image; `path` is absolute in the image. */
export type OverlayFile = { readonly path: string; readonly attributes: Attributes } & (
  | { readonly type: 'directory' }
  | { readonly type: 'file'; readonly source: string; readonly size: number; readonly sha256: Sha256 }
  | { readonly type: 'symlink'; readonly target: string }
)

/**
 * Lists an overlay folder, a folder before what it holds. Modes and owners of the host are not looked at.
 * @throws PipelineError `RECIPE_INVALID` when it holds a device or the like, or when `entries` names what is not
 *   in it.
 */
export async function readOverlay(
  folder: string,
  entries: Readonly<Record<string, Attributes>>,
): Promise<OverlayFile[]> {
  const files = await walk(folder, '', entries)
  const known = new Set(files.map(({ path }) => path))
  const stray = Object.keys(entries).find((path) => !known.has(path))
  if (stray === undefined) return files
  throw new PipelineError('RECIPE_INVALID', `the overlay ${folder} has no ${stray}, which its entries name`, {
    hint: 'Correct the path, or remove the entry.',
  })
}

async function walk(
  folder: string,
  inImage: string,
  entries: Readonly<Record<string, Attributes>>,
): Promise<OverlayFile[]> {
  const found: OverlayFile[] = []
  for (const { name, path: source, entry } of await listFolder(folder)) {
    const path = `${inImage}/${name}`
    const common = { path, attributes: entries[path] ?? {} }
    if (entry.isDirectory()) {
      found.push({ ...common, type: 'directory' }, ...(await walk(source, path, entries)))
    } else if (entry.isSymbolicLink()) {
      found.push({ ...common, type: 'symlink', target: await orFileError(source, () => readlink(source)) })
    } else if (entry.isFile()) {
      found.push({ ...common, type: 'file', source, ...(await orFileError(source, () => measure(source))) })
    } else {
      throw new PipelineError('RECIPE_INVALID', `${source} is neither a file, a folder nor a symbolic link`)
    }
  }
  return found
}

async function measure(file: string): Promise<{ size: number; sha256: Sha256 }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, sha256: hash.digest('hex') as Sha256 }
}
