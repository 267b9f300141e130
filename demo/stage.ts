import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Narrator } from './narrator.ts'
import type { Place } from './place.ts'
import { runCommand } from './run-command.ts'
import { shellWord } from './shell-word.ts'

/** What runs commands before the eyes of people. */
export interface Stage {
  readonly place: Place
  readonly narrator: Narrator
  readonly signal: AbortSignal
  /** Sets variables for all later commands. */
  set(variables: Readonly<Record<string, string>>): void
  /** Shows a command and what it says; gives what it printed to stdout. */
  run(words: readonly [string, ...string[]], options?: RunOptions): Promise<string>
}

export interface RunOptions {
  /** For this command alone. */
  readonly variables?: Readonly<Record<string, string>>
  /** Which lines are worth showing. Default: all */
  readonly shows?: (line: string) => boolean
  /** Runs whatever the signal says. */
  readonly always?: boolean
}

export function createStage(place: Place, narrator: Narrator, signal: AbortSignal): Stage {
  const variables: Record<string, string> = {}
  return {
    place,
    narrator,
    signal,
    set(more) {
      for (const one of assignments(more)) narrator.command(`export ${one}`)
      Object.assign(variables, more)
    },
    async run(words, { variables: own = {}, shows = () => true, always = false } = {}) {
      narrator.command([...assignments(own), ...words.map(shellWord)].join(' '))
      const onLine = (line: string) => {
        if (line !== '' && shows(line)) narrator.output(line)
      }
      const environment = { ...place.environment, ...variables, ...own }
      return runCommand({ argv: await programOf(words), environment, onLine, ...(!always && { signal }) })
    },
  }
}

function assignments(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${shellWord(value)}`)
}

/** For `npm run`, what its script says: npm itself would take a part of a second, and keep signals for itself. */
async function programOf(words: readonly [string, ...string[]]): Promise<readonly [string, ...string[]]> {
  const [npm, run, name = '', , ...flags] = words
  if (npm !== 'npm' || run !== 'run') return words
  const { scripts } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8'))
  const [node, ...script] = String(scripts[name]).split(' ')
  if (node !== 'node') throw new Error(`npm run ${name} is no program of Node`)
  return [process.execPath, ...script, ...flags]
}
