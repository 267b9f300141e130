import { parseReference } from '../releases/reference.ts'
import type { Settings } from './table.ts'

/** The tag whose release a mirror has to give: what lies in a folder of that name may be another one. */
export function promisedTag({ release, mirror }: Pick<Settings, 'release' | 'mirror'>): string | undefined {
  if (mirror === undefined) return undefined
  const reference = parseReference(release)
  return reference.kind === 'tag' ? reference.tag : undefined
}

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
