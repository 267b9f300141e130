import { userFolder } from '../store/user-folder.ts'

/**
 * Where the key that this user signs local builds with is kept.
 * @throws PipelineError `USAGE` when the environment names no home
 */
export function defaultKeyFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const folder = {
    what: 'folder for a key to sign with',
    flag: '--agent-key',
    xdg: ['XDG_CONFIG_HOME', '.config'],
    mac: 'Library/Application Support/kaweezle',
    windows: ['APPDATA', 'kaweezle'],
  } as const
  const separator = platform === 'win32' ? '\\' : '/'
  return `${userFolder(folder, env, platform)}${separator}keys`
}
