import path from 'node:path'
import { KaweezleError } from '../errors.ts'

/** What decides where files of ours are. */
export interface FolderSources {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** The person's home, for where the environment does not name it. */
  readonly home: string
}

/** Where files of ours are. All may be absent. */
export interface Folders {
  /** `config.yaml` is here. */
  readonly config: string
  /** What is known of clusters, a folder each. */
  readonly clusters: string
  /** What providers keep on this host: disks of WSL. */
  readonly data: string
  /** Downloads: whatever is here can be fetched again. */
  readonly cache: string
}

/**
 * The folders of this platform; with KAWEEZLE_HOME, all are in there.
 * @throws KaweezleError `USAGE` when KAWEEZLE_HOME is not an absolute path
 */
export function foldersOf(sources: FolderSources): Folders {
  const { environment, platform } = sources
  const { join, isAbsolute } = platform === 'win32' ? path.win32 : path.posix
  const home = environment['KAWEEZLE_HOME'] ?? ''
  if (home === '') return platformFolders(sources)
  // A relative one would lose the clusters with every change of the working directory.
  if (!isAbsolute(home)) {
    throw new KaweezleError('USAGE', `KAWEEZLE_HOME is '${home}', which is not an absolute path`, {
      hint: 'Write the whole path, or unset KAWEEZLE_HOME.',
    })
  }
  return inside(home, join(home, 'cache'), { config: home, join })
}

function platformFolders({ environment, platform, home }: FolderSources): Folders {
  if (platform === 'win32') {
    const { join } = path.win32
    // Roaming profiles are copied over the network: nothing large, and nothing of this machine, goes there.
    const local = environment['LOCALAPPDATA'] || join(home, 'AppData', 'Local')
    const roaming = environment['APPDATA'] || join(home, 'AppData', 'Roaming')
    const root = join(local, 'kaweezle')
    return inside(root, join(root, 'cache'), { config: join(roaming, 'kaweezle'), join })
  }
  const { join } = path.posix
  if (platform === 'darwin') {
    const root = join(home, 'Library', 'Application Support', 'kaweezle')
    return inside(root, join(home, 'Library', 'Caches', 'kaweezle'), { config: root, join })
  }
  // The XDG Base Directory Specification: relative paths are to be ignored.
  const xdg = (name: string, ...fallback: string[]) => {
    const value = environment[name] ?? ''
    return join(path.posix.isAbsolute(value) ? value : join(home, ...fallback), 'kaweezle')
  }
  return inside(xdg('XDG_STATE_HOME', '.local', 'state'), xdg('XDG_CACHE_HOME', '.cache'), {
    config: xdg('XDG_CONFIG_HOME', '.config'),
    join,
  })
}

function inside(
  root: string,
  cache: string,
  { config, join }: { config: string; join: (...parts: string[]) => string },
): Folders {
  return { config, clusters: join(root, 'clusters'), data: join(root, 'data'), cache }
}
