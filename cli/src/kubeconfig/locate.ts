import path from 'node:path'
import { KaweezleError } from '../errors.ts'

/** What decides where kubectl looks. */
export interface Surroundings {
  /** The value of `--kubeconfig`. */
  readonly kubeconfig?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** The person's home, for where the environment does not name it. */
  readonly home?: string | undefined
}

/** What is at a path. */
export type Found = 'nothing' | 'file' | 'folder' | 'read-only folder'
export type Probe = (path: string) => Found

/**
 * The files that kubectl reads, in its order of precedence: that of `--kubeconfig`, else those of KUBECONFIG, else
 * `.kube/config` at home (client-go, tools/clientcmd/config.go, `PathOptions.GetLoadingPrecedence`).
 * @throws KaweezleError `USAGE` when KUBECONFIG is set and names no file, or nothing tells where home is
 */
export function kubeconfigPaths(surroundings: Surroundings, probe: Probe): readonly string[] {
  const { kubeconfig, environment, platform } = surroundings
  if (kubeconfig !== undefined && kubeconfig !== '') return [kubeconfig]
  const list = environment['KUBECONFIG'] ?? ''
  if (list !== '') {
    const paths = [...new Set(splitList(list, platform))].filter((each) => each !== '')
    if (paths.length > 0) return paths
    // kubectl reads nothing then, and fails to write: it would not see what is put into the file at home.
    throw new KaweezleError('USAGE', 'KUBECONFIG is set and names no file', {
      hint: 'Unset KUBECONFIG, or name a file in it.',
    })
  }
  const { join } = platform === 'win32' ? path.win32 : path.posix
  return [join(homeFolder(surroundings, probe), '.kube', 'config')]
}

/**
 * The file that takes what no file has yet: the first that is there, else the last of the list
 * (`PathOptions.GetDefaultFilename`).
 */
export function fileForNew<T extends { readonly exists: boolean }>(files: readonly T[]): T {
  const file = files.find(({ exists }) => exists) ?? files.at(-1)
  if (file === undefined) throw new Error('there is always a kubeconfig to write to')
  return file
}

/** As Go's `filepath.SplitList`: on Windows quotes keep a separator, and are dropped. */
function splitList(list: string, platform: NodeJS.Platform): string[] {
  if (platform !== 'win32') return list.split(':')
  const parts = ['']
  let isQuoted = false
  for (const character of list) {
    if (character === '"') isQuoted = !isQuoted
    else if (character === ';' && !isQuoted) parts.push('')
    else parts.push(`${parts.pop()}${character}`)
  }
  return parts
}

/** client-go, util/homedir/homedir.go. The two orders differ on purpose: the second is that of other tools. */
function homeFolder({ environment, platform, home }: Surroundings, probe: Probe): string {
  const known = environment['HOME'] || undefined
  const folder = platform === 'win32' ? windowsHome(environment, probe) : known
  const found = folder ?? home
  if (found !== undefined && found !== '') return found
  throw new KaweezleError('USAGE', 'nothing tells where your home folder is', {
    hint: platform === 'win32' ? 'Set USERPROFILE, or use --kubeconfig.' : 'Set HOME, or use --kubeconfig.',
  })
}

function windowsHome(environment: Surroundings['environment'], probe: Probe): string | undefined {
  const { HOME: home, HOMEDRIVE: drive, HOMEPATH: tail, USERPROFILE: profile } = environment
  const driveHome = drive && tail ? `${drive}${tail}` : undefined
  const isSet = (each: string | undefined): each is string => each !== undefined && each !== ''
  const used = [home, driveHome, profile]
    .filter(isSet)
    .find((each) => probe(path.win32.join(each, '.kube', 'config')) !== 'nothing')
  if (used !== undefined) return used
  const candidates = [home, profile, driveHome].filter(isSet)
  return (
    candidates.find((each) => probe(each) === 'folder') ??
    candidates.find((each) => probe(each) !== 'nothing') ??
    candidates[0]
  )
}
