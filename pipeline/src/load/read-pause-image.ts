import { readFile } from 'node:fs/promises'
import { pauseImageOf } from '../kubernetes/runtime-config.ts'
import type { ImageReference } from '../oci/reference.ts'
import { orFileError } from '../store/file-error.ts'
import type { OverlayFile } from './read-overlay.ts'

const runtimeConfig = /^\/etc\/crio\/(crio\.conf|crio\.conf\.d\/[^/]+)$/

/**
 * The pause image that the overlays configure CRI-O for.
 * @throws PipelineError `RECIPE_INVALID`, `FILE_FAILED`
 */
export async function readPauseImage(overlay: readonly OverlayFile[]): Promise<ImageReference | undefined> {
  const texts = new Map<string, string>()
  for (const file of overlay) {
    if (file.type !== 'file' || !runtimeConfig.test(file.path)) continue
    texts.set(file.path, await orFileError(file.source, () => readFile(file.source, 'utf8')))
  }
  return pauseImageOf(texts)
}
