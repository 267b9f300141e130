import { homedir } from 'node:os'
import { join } from 'node:path'
import { stateStore } from '../cluster/state-store.ts'
import type { Kubeconfigs, World } from '../commands/world.ts'
import { isSystemError } from '../files/file-error.ts'
import type { Folders } from '../settings/folders.ts'
import { localReleases } from './local-releases.ts'

export interface LocalWorldOptions {
  readonly folders: Folders
  readonly environment: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  readonly signal: AbortSignal
}

/** This machine. What is not used is not loaded. */
export function localWorld({ folders, environment, platform, signal }: LocalWorldOptions): World {
  const world: World = {
    platform,
    environment,
    folders,
    signal,
    store: stateStore(folders.clusters),
    providers: {
      async docker() {
        const { dockerProvider } = await import('../providers/docker/docker-provider.ts')
        return dockerProvider({ signal, surroundings: { environment } })
      },
      async wsl() {
        const { wslProvider } = await import('../providers/wsl/wsl-provider.ts')
        return wslProvider({ folder: folders.data, environment, signal })
      },
    },
    releases: localReleases({ cacheFolder: folders.cache, environment, signal }),
    kubeconfigs: localKubeconfigs({ environment, platform, signal }),
    async lock(name, request, body) {
      const { lockCluster } = await import('./cluster-lock.ts')
      return lockCluster(join(folders.clusters, name), { ...request, name, signal }, body)
    },
    now: Date.now,
    async isPortFree(port) {
      const { isPortTaken } = await import('../providers/host-port.ts')
      return !(await isPortTaken(port))
    },
    freeBytes: freeBytesOrUnknown,
    async writeFile(path, bytes) {
      const { replaceFile } = await import('../files/replace-file.ts')
      await replaceFile(path, bytes)
    },
    async *checks(settings) {
      const { runChecks } = await import('../doctor/checks.ts')
      yield* runChecks({ world, settings })
    },
  }
  return world
}

function localKubeconfigs(options: Omit<LocalWorldOptions, 'folders'>): Kubeconfigs {
  const home = homedir()
  return {
    async put(access, { file, useContext, overwrite }) {
      const { putCluster } = await import('../kubeconfig/update-kubeconfig.ts')
      return putCluster(access, { ...options, home, kubeconfig: file, useContext, overwrite })
    },
    async remove(name, { file }) {
      const { removeCluster } = await import('../kubeconfig/update-kubeconfig.ts')
      return removeCluster(name, { ...options, home, kubeconfig: file })
    },
    async read(name, { file }) {
      const { readCluster } = await import('../kubeconfig/update-kubeconfig.ts')
      return readCluster(name, { ...options, home, kubeconfig: file })
    },
  }
}

/** Where it cannot be known, whatever is written there will tell. */
async function freeBytesOrUnknown(folder: string): Promise<number | undefined> {
  const { freeBytes } = await import('../files/free-bytes.ts')
  try {
    return await freeBytes(folder)
  } catch (error) {
    if (isSystemError(error)) return undefined
    throw error
  }
}
