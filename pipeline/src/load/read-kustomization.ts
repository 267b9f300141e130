import { join } from 'node:path'
import { PipelineError } from '../errors.ts'
import { upstreamPath } from '../kubernetes/kustomization.ts'
import type { Recipe } from '../recipe/schema.ts'
import { type OverlayFile, readOverlay } from './read-overlay.ts'

/**
 * The files of the base kustomization, by their paths in the image. `folder` is the recipe's.
 * @throws PipelineError `RECIPE_INVALID`, also for a link, and for a file where a manifest of upstream will be.
 */
export async function readKustomization(
  folder: string,
  { from, to, upstream }: NonNullable<Recipe['manifests']>,
): Promise<OverlayFile[]> {
  const files = await readOverlay(join(folder, from), {})
  const taken = new Set(Object.keys(upstream).map((name) => `/${upstreamPath(name)}`))
  for (const { type, path } of files) {
    if (type === 'symlink') throw invalid(`${from}${path} is a symbolic link`, 'Put a copy in its place.')
    if (taken.has(path))
      throw invalid(`${from}${path} is where the build puts a manifest of upstream`, 'Give it another name.')
  }
  return files.map((file) => ({ ...file, path: `${to}${file.path}` }))
}

function invalid(message: string, hint: string): PipelineError {
  return new PipelineError('RECIPE_INVALID', message, { hint })
}
