import { userFolder } from './user-folder.ts'

/**
 * Where the cache is when nobody says.
 * @throws PipelineError `USAGE` when the environment names no home
 */
export function defaultCacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const folder = {
    what: 'cache folder',
    flag: '--cache',
    xdg: ['XDG_CACHE_HOME', '.cache'],
    mac: 'Library/Caches/kaweezle',
    windows: ['LOCALAPPDATA', 'kaweezle\\Cache'],
  } as const
  return userFolder(folder, env, platform)
}
