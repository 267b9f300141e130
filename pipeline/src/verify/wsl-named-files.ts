import { fileOf } from '../tree/file-of.ts'
import { displayPath, isTreePath } from '../tree/path.ts'
import { checkAttributes } from './check-attributes.ts'
import { isIcon } from './is-icon.ts'
import { isTerminalProfile } from './is-terminal-profile.ts'
import type { VerifyInput } from './rule.ts'

interface NamedFile {
  readonly folders: readonly string[]
  readonly modes: readonly number[]
  readonly content?: {
    readonly what: string
    readonly test: (bytes: Buffer) => boolean
  }
}

/** Of a file whose content counts. WSL reads no more of it. */
const largest = 1 << 20

const namedFiles: Readonly<Record<string, NamedFile>> = {
  'oobe.command': { folders: ['/usr/lib/wsl/', '/usr/libexec/wsl/'], modes: [0o755, 0o775] },
  'shortcut.icon': {
    folders: ['/usr/lib/wsl/', '/usr/share/wsl/'],
    modes: [0o644, 0o664],
    content: { what: 'an icon (.ico)', test: isIcon },
  },
  'windowsterminal.profiletemplate': {
    folders: ['/usr/lib/wsl/'],
    modes: [0o640, 0o660],
    content: { what: 'JSON with a list of profiles', test: isTerminalProfile },
  },
}

/** The settings of wsl-distribution.conf that name a file of the image. */
export const namingKeys: readonly string[] = Object.keys(namedFiles)

/** A line for everything that is wrong with the files that wsl-distribution.conf names. */
export async function checkNamedFiles(
  settings: ReadonlyMap<string, string>,
  input: VerifyInput,
): Promise<string[]> {
  const findings: string[] = []
  for (const [key, file] of Object.entries(namedFiles)) {
    const path = settings.get(key)
    if (path === undefined) continue
    findings.push(...(await checkNamedFile(path, file, input)).map((problem) => `${key}: ${problem}`))
  }
  return findings
}

/** The validator looks such files up by their names, without following links. */
async function checkNamedFile(
  path: string,
  { folders, modes, content }: NamedFile,
  { tree, head }: VerifyInput,
): Promise<string[]> {
  const inTree = path.slice(1)
  const shown = displayPath(path)
  if (!path.startsWith('/') || !isTreePath(inTree)) return [`"${shown}" is not the path of a file`]
  const file = fileOf(tree, tree.get(inTree))
  if (file === undefined) return [`${shown} is not there, or not a file`]
  const findings = checkAttributes(shown, file, modes)
  if (!folders.some((folder) => path.startsWith(folder)))
    findings.push(`${shown} is not in ${folders.join(' or ')}`)
  if (content === undefined) return findings
  if (file.size > largest) return [...findings, `${shown} has ${file.size} bytes, more than ${largest}`]
  const bytes = Buffer.from(await head(file.path, file.size))
  return content.test(bytes) ? findings : [...findings, `${shown} is not ${content.what}`]
}
