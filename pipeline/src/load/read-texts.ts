import { readFile } from 'node:fs/promises'
import { orFileError } from '../store/file-error.ts'
import type { OverlayFile } from './read-overlay.ts'

/**
 * The texts of those overlay files whose paths in the image match, by these paths; of two with one path the later.
 * @throws PipelineError `FILE_FAILED`
 */
export async function readTexts(overlay: readonly OverlayFile[], path: RegExp): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const file of overlay) {
    if (file.type !== 'file' || !path.test(file.path)) continue
    texts.set(file.path, await orFileError(file.source, () => readFile(file.source, 'utf8')))
  }
  return texts
}
