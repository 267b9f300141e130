import { join } from 'node:path'
import type { Architecture } from '@kaweezle/release-format/architecture.ts'
import { KaweezleError } from '../errors.ts'
import { entryFolder } from './cache-entry.ts'
import { type CachedRelease, cachedReleases } from './cached-releases.ts'
import { newestInChannel } from './channel.ts'
import { readSmallFile } from './folder-source.ts'
import { mirrorOrigin } from './mirror-source.ts'
import type { Reference } from './reference.ts'
import type { Source } from './source.ts'

export interface CachedSourceOptions {
  readonly cacheFolder: string
  readonly architecture: Architecture
}

/**
 * What a reference means as long as only the cache may be asked.
 * @throws KaweezleError `OFFLINE`, `FILE_FAILED`
 */
export async function cachedSource(
  reference: Exclude<Reference, { kind: 'path' }>,
  { cacheFolder, architecture }: CachedSourceOptions,
): Promise<Source> {
  const all = (await cachedReleases(cacheFolder)).filter((one) => one.architecture === architecture)
  const found = choose(all, reference)
  if (found === undefined) {
    throw new KaweezleError('OFFLINE', `the cache has no such release for ${architecture}`, {
      hint: 'Run the same command once without --offline, or give a file with --release.',
      details: all.map(({ version, origin }) => `it has ${version} (${origin})`),
    })
  }
  const folder = entryFolder(cacheFolder, found.sha256)
  return {
    origin: found.origin,
    tag: found.tag,
    isLocal: false,
    read: (name, most) => readSmallFile(join(folder, name), most),
    locate: () => ({ kind: 'cached' }),
  }
}

function choose(
  all: readonly CachedRelease[],
  reference: Exclude<Reference, { kind: 'path' }>,
): CachedRelease | undefined {
  if (reference.kind === 'url') {
    const origin = mirrorOrigin(reference.url)
    return newest(all.filter((one) => one.origin === origin))
  }
  if (reference.kind === 'tag') {
    const version = reference.tag.replace(/^v(?=\d)/, '')
    return all.find((one) => one.tag === reference.tag) ?? all.find((one) => one.version === version)
  }
  const channel = reference.kind === 'channel' ? reference.channel : 'stable'
  return newestInChannel(all, channel, ({ version }) => version)
}

/** What has no place in a channel (`0.0.0-dev`) is taken only where there is nothing else. */
function newest(all: readonly CachedRelease[]): CachedRelease | undefined {
  return newestInChannel(all, 'alpha', ({ version }) => version) ?? all[0]
}
