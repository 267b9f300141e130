import { parseReference } from '../releases/reference.ts'
import type { Settings } from './table.ts'

/**
 * What is asked for by `--release`; with `--mirror`, where that is below the mirror.
 * @throws KaweezleError `USAGE`
 */
export function releaseReference({ release, mirror }: Pick<Settings, 'release' | 'mirror'>): string {
  const { kind } = parseReference(release)
  if (mirror === undefined || kind === 'path' || kind === 'url') return release
  const url = new URL(mirror)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(release)}`
  return url.href
}
