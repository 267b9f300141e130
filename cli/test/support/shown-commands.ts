import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const repository = join(import.meta.dirname, '../../..')

/** All that people read, by its path; the architecture, which is for those who change the code, shows no commands. */
export const documents: readonly string[] = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'cli/README.md'],
  ...readdirSync(join(repository, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

export const readDocument = (path: string): string => readFileSync(join(repository, path), 'utf8')

/** A block of code. */
export interface Block {
  /** What stands after the three backquotes. */
  readonly language: string
  readonly code: string
}

export function blocksIn(text: string): Block[] {
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    code,
  }))
}

/** Blocks that are typed; in blocks without a language, what a prompt stands before. */
export const shells: readonly string[] = ['sh', 'powershell', 'bat']

/** The commands of a block, in order, without comments; those that `&&` joins are several. */
export function commandsOf({ language, code }: Block): string[] {
  const lines = code.replaceAll(/\\\n\s*/g, '').split('\n')
  const typed = shells.includes(language)
    ? lines
    : lines.flatMap((line) => (line.startsWith('$ ') && language === '' ? [line.slice(2)] : []))
  return typed
    .map((line) => line.replace(/(^|\s+)#.*$/, ''))
    .flatMap((line) => line.split(' && '))
    .map((command) => command.trim())
    .filter((command) => command !== '')
}
