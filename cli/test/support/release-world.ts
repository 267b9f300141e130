import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatPublicKey, type SecretKey } from '@kaweezle/release-format/minisign-key.ts'
import { makeKey } from '../../../release-format/test/support/make-key.ts'
import { isKaweezleError } from '../../src/errors.ts'
import { pruneCache } from '../../src/releases/cached-releases.ts'
import { type FetchedRootfs, fetchRootfs } from '../../src/releases/fetch-rootfs.ts'
import { type FindOptions, findRelease } from '../../src/releases/find-release.ts'
import type { ReleaseEvent } from '../../src/releases/release-event.ts'
import { makeRelease } from './make-release.ts'
import { type ReleaseServer, startReleaseServer } from './release-server.ts'
import { generatedFile, type ServedFile } from './served-file.ts'

/** A server with releases, the key they are signed by, and an empty cache. */
export interface ReleaseWorld extends AsyncDisposable {
  readonly server: ReleaseServer
  readonly key: SecretKey
  readonly folder: string
  readonly cacheFolder: string
  readonly events: ReleaseEvent[]
  readonly options: FindOptions
  /** Publishes a good release of both architectures as `v<version>`, and gives its files. */
  publish(version: string, rootfs?: ServedFile): Map<string, ServedFile>
  /** Finds and fetches, as install does. */
  install(reference: string, options?: Partial<FindOptions>): Promise<FetchedRootfs>
  /** Code and exit status of the failure to install; undefined where that works. */
  refusal(reference: string, options?: Partial<FindOptions>): Promise<readonly [string, number] | undefined>
  /** The files below `releases` of the cache, and their sizes. */
  cached(): Record<string, number>
  /** Empties the cache. */
  clear(): Promise<unknown>
}

/** A busy machine must not be taken for a silent server. */
const limits = { connect: 10_000, headers: 10_000, idle: 10_000, tries: 3, backoff: 5, longestWait: 1500 }

/** For servers that are silent for certain. */
export const impatient = { ...limits, headers: 300, idle: 300 }

export async function openReleaseWorld(): Promise<ReleaseWorld> {
  const server = await startReleaseServer()
  const folder = mkdtempSync(join(tmpdir(), 'release-world-'))
  const cacheFolder = join(folder, 'cache')
  const key = makeKey()
  const events: ReleaseEvent[] = []
  const options: FindOptions = {
    cacheFolder,
    env: {},
    signal: new AbortController().signal,
    caFile: server.caFile,
    limits,
    github: { apiUrl: server.apiUrl, repository: server.repository },
    publicKeys: [formatPublicKey(makeKey()), formatPublicKey(key)],
    architecture: 'x86_64',
    onEvent: (event) => events.push(event),
  }
  const world: ReleaseWorld = {
    server,
    key,
    folder,
    cacheFolder,
    events,
    options,
    publish(version, file = generatedFile(300_000)) {
      const rootfs = { x86_64: file, aarch64: generatedFile(200_000) }
      const files = makeRelease({ version, key, rootfs })
      server.releases.set(`v${version}`, { files })
      return files
    },
    async install(reference, changes = {}) {
      const all = { ...options, ...changes }
      return fetchRootfs(await findRelease(reference, all), all)
    },
    async refusal(reference, changes) {
      try {
        await world.install(reference, changes)
        return undefined
      } catch (error) {
        if (!isKaweezleError(error)) throw error
        return [error.code, error.exitStatus]
      }
    },
    cached() {
      const releases = join(cacheFolder, 'releases')
      if (!existsSync(releases)) return {}
      const paths = readdirSync(releases, { recursive: true, encoding: 'utf8' })
      return Object.fromEntries(paths.map((path) => [path, statSync(join(releases, path)).size]))
    },
    clear: () => pruneCache(cacheFolder, []),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return world
}
