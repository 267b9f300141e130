import { pauseImageOf } from '../kubernetes/runtime-config.ts'
import type { ImageReference } from '../oci/reference.ts'
import type { OverlayFile } from './read-overlay.ts'
import { readTexts } from './read-texts.ts'

/**
 * The pause image that the overlays configure CRI-O for.
 * @throws PipelineError `RECIPE_INVALID`, `FILE_FAILED`
 */
export async function readPauseImage(overlay: readonly OverlayFile[]): Promise<ImageReference | undefined> {
  return pauseImageOf(await readTexts(overlay, /^\/etc\/crio\/(crio\.conf|crio\.conf\.d\/[^/]+)$/))
}
