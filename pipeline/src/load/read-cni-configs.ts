import type { OverlayFile } from './read-overlay.ts'
import { readTexts } from './read-texts.ts'

/**
 * The CNI configurations that overlays bring, by their paths in the image.
 * @throws PipelineError `FILE_FAILED`
 */
export function readCniConfigs(overlay: readonly OverlayFile[]): Promise<Map<string, string>> {
  return readTexts(overlay, /^\/etc\/cni\/net\.d\//)
}
