import { posix, win32 } from 'node:path'
import { PipelineError } from '../errors.ts'

interface UserFolder {
  /** What people know it as. */
  readonly what: string
  /** The flag that names another. */
  readonly flag: string
  /** The variable of the XDG Base Directory Specification, and what stands for it below the home. */
  readonly xdg: readonly [variable: string, belowHome: string]
  /** Below the home. */
  readonly mac: string
  /** A variable, and the folder below it. */
  readonly windows: readonly [variable: string, folder: string]
}

/**
 * A folder of the user that runs this, when nobody names one: as the XDG Base Directory Specification has it on
 * Linux, and where the system's own programs keep theirs on macOS and Windows.
 * @throws PipelineError `USAGE` when the environment names no home
 */
export function userFolder(folder: UserFolder, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const required = (name: string): string => {
    const value = env[name]
    if (value !== undefined && value !== '') return value
    throw new PipelineError('USAGE', `there is no default ${folder.what}: ${name} is not set`, {
      hint: `Name one with ${folder.flag}, or set ${name}.`,
    })
  }
  if (platform === 'win32') return win32.join(required(folder.windows[0]), folder.windows[1])
  if (platform === 'darwin') return posix.join(required('HOME'), folder.mac)
  const [variable, belowHome] = folder.xdg
  // The specification says to ignore a relative path.
  const xdg = env[variable] ?? ''
  return posix.isAbsolute(xdg)
    ? posix.join(xdg, 'kaweezle')
    : posix.join(required('HOME'), belowHome, 'kaweezle')
}
