import { posix, win32 } from 'node:path'
import { PipelineError } from '../errors.ts'

/**
 * Where the cache is when nobody says: as the XDG Base Directory Specification has it on Linux, and where the
 * system's own programs keep theirs on macOS and Windows.
 * @throws PipelineError `USAGE` when the environment names no home
 */
export function defaultCacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'win32') return win32.join(required(env, 'LOCALAPPDATA'), 'kaweezle', 'Cache')
  if (platform === 'darwin') return posix.join(required(env, 'HOME'), 'Library/Caches/kaweezle')
  // The specification says to ignore a relative path.
  const xdg = env['XDG_CACHE_HOME'] ?? ''
  return posix.isAbsolute(xdg)
    ? posix.join(xdg, 'kaweezle')
    : posix.join(required(env, 'HOME'), '.cache/kaweezle')
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name]
  if (value !== undefined && value !== '') return value
  throw new PipelineError('USAGE', `there is no default cache folder: ${name} is not set`, {
    hint: `Name a folder with --cache, or set ${name}.`,
  })
}
