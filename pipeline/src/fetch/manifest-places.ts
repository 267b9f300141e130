import { PipelineError } from '../errors.ts'
import { httpSource } from './http-source.ts'
import { openMirror } from './mirror.ts'
import type { Place } from './upstream.ts'

/** The beginning of addresses that a mirror has the files of, and where it is. */
export interface ManifestMirror {
  readonly prefix: string
  /** A URL, or the path of a folder. */
  readonly location: string
}

/**
 * Parses what `--manifest-mirror` takes: `URL=URL|DIR`.
 * @throws PipelineError `USAGE`
 */
export function parseManifestMirror(text: string): ManifestMirror {
  const { prefix, location } = /^(?<prefix>https?:\/\/[^=\s]+)=(?<location>.+)$/.exec(text)?.groups ?? {}
  if (prefix !== undefined && location !== undefined) return { prefix: prefix.replace(/\/$/, ''), location }
  throw new PipelineError('USAGE', `--manifest-mirror cannot be '${text}'`, {
    hint: 'Write the beginning of the addresses and what replaces it: https://raw.example.org/project=DIR.',
  })
}

/**
 * Where the file at an address is had from: the mirror whose prefix is the longest that fits, or the address itself.
 * @throws PipelineError `USAGE`, `SOURCE_UNREACHABLE` when a mirror is not there.
 */
export async function openManifestPlaces(
  mirrors: readonly ManifestMirror[],
  env: NodeJS.ProcessEnv,
): Promise<(url: string) => Place> {
  const longestFirst = mirrors.toSorted((a, b) => b.prefix.length - a.prefix.length)
  const opened = await Promise.all(
    longestFirst.map(async ({ prefix, location }) => ({ prefix, source: await openMirror(location, env) })),
  )
  return (url) => {
    const mirror = opened.find(({ prefix }) => url.startsWith(`${prefix}/`))
    if (mirror !== undefined) return { source: mirror.source, path: url.slice(mirror.prefix.length + 1) }
    const { origin, pathname } = new URL(url)
    return { source: httpSource(new URL(origin), env), path: pathname.slice(1) }
  }
}
