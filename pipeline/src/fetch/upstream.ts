import { archivePath, isAddress } from '../locks/location.ts'
import { httpSource } from './http-source.ts'
import { openMirror } from './mirror.ts'
import type { Source } from './source.ts'

/** A source and the path on it. */
export interface Place {
  readonly source: Source
  readonly path: string
}

/** Where the files of a build come from. */
export interface Upstream {
  /** Where a file of the Alpine mirror is, e.g. `v3.24/releases/x86_64/…`. */
  readonly onMirror: (path: string) => Place
  /** Where a file of a repository is, whether that is on the mirror or elsewhere. */
  readonly inRepository: (location: string, path: string) => Place
}

/**
 * Opens what `--mirror` names. Repositories elsewhere are asked at their own address, unless the mirror is a
 * `packages.tar`, which holds theirs too.
 * @throws PipelineError `USAGE`, `SOURCE_UNREACHABLE`, `ARCHIVE_INVALID`
 */
export async function openUpstream(mirror: string, env: NodeJS.ProcessEnv): Promise<Upstream> {
  const source = await openMirror(mirror, env)
  return {
    onMirror: (path) => ({ source, path }),
    inRepository(location, path) {
      if (source.kind === 'archive') return { source, path: `${archivePath(location)}/${path}` }
      if (isAddress(location)) return { source: httpSource(new URL(location), env), path }
      return { source, path: `${location}/${path}` }
    },
  }
}
