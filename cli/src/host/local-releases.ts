import type { ReleaseRequest, ReleaseSource } from '../commands/world.ts'

export interface LocalReleasesOptions {
  readonly cacheFolder: string
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/** Releases of GitHub, of servers and of this machine, kept in the cache. */
export function localReleases({ cacheFolder, environment, signal }: LocalReleasesOptions): ReleaseSource {
  const options = ({ settings, onEvent }: ReleaseRequest) => ({
    cacheFolder,
    env: environment,
    signal,
    onEvent,
    offline: settings.offline,
    caFile: settings.caFile,
    github: {
      apiUrl: settings.githubApi,
      repository: settings.repository,
      // Not a flag: the command lines of others can be read on many systems.
      token: environment['GH_TOKEN'] || environment['GITHUB_TOKEN'] || undefined,
    },
  })
  return {
    async find(request) {
      const { promisedTag, releaseReference } = await import('../settings/release-reference.ts')
      const { findRelease } = await import('../releases/find-release.ts')
      const { settings, architecture, installed } = request
      return findRelease(releaseReference(settings), {
        ...options(request),
        architecture,
        tag: promisedTag(settings),
        publicKeys: settings.publicKey?.split(/ +/),
        allowUnsigned: settings.allowUnsigned,
        installed,
        allowOlder: settings.allowDowngrade,
      })
    },
    async fetch(release, request) {
      const { fetchRootfs } = await import('../releases/fetch-rootfs.ts')
      return fetchRootfs(release, options(request))
    },
    async cached() {
      const { cachedReleases } = await import('../releases/cached-releases.ts')
      return cachedReleases(cacheFolder)
    },
    async prune(keep) {
      const { pruneCache } = await import('../releases/cached-releases.ts')
      await pruneCache(cacheFolder, keep)
    },
  }
}
