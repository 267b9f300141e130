import { lstat } from 'node:fs/promises'
import { win32 } from 'node:path'
import { isSystemError } from '../../files/file-error.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where wsl.exe may be, the best first. */
export function wslCandidates(environment: Environment): string[] {
  const own = environment['KAWEEZLE_WSL_EXE']
  if (own !== undefined && own !== '') return [own]
  // A program of 32 bits finds its own ProgramFiles, and the System32 of the others behind the name Sysnative.
  const programs = environment['ProgramW6432'] ?? environment['ProgramFiles']
  const windows = environment['SystemRoot'] ?? environment['windir']
  const local = environment['LOCALAPPDATA']
  return [
    ...(programs ? [win32.join(programs, 'WSL', 'wsl.exe')] : []),
    ...(windows ? ['System32', 'Sysnative'].map((folder) => win32.join(windows, folder, 'wsl.exe')) : []),
    ...(local ? [win32.join(local, 'Microsoft', 'WindowsApps', 'wsl.exe')] : []),
  ]
}

/** The wsl.exe of this machine; undefined where there is none. */
export async function locateWsl(environment: Environment): Promise<string | undefined> {
  for (const candidate of wslCandidates(environment)) if (await isThere(candidate)) return candidate
  return undefined
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    // The alias in WindowsApps cannot be looked at, and can be run.
    return isSystemError(error, 'EACCES', 'EPERM', 'UNKNOWN')
  }
}
