import { configFlag, settingsTable } from '../settings/table.ts'
import type { Command } from './command.ts'
import { sharedSettings } from './shared-flags.ts'

/** What a flag can be followed by. */
export type Value =
  | { readonly kind: 'none' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Of the clusters that are there when it is asked for. */
  | { readonly kind: 'names' }
  | { readonly kind: 'file' }
  | { readonly kind: 'any' }

export interface CompletedFlag {
  /** With its dashes, the short one first. */
  readonly spellings: readonly string[]
  readonly help: string
  readonly value: Value
}

export interface CompletedCommand {
  readonly name: string
  readonly summary: string
  readonly flags: readonly CompletedFlag[]
  /** What its first word can be. */
  readonly choices: readonly string[]
}

/** What the scripts of every shell are made from. */
export function completionData(commands: readonly Command[]): readonly CompletedCommand[] {
  return commands
    .filter(({ isHidden }) => isHidden !== true)
    .map(({ name, summary, settings, options = [], words }) => ({
      name,
      summary: summary.replace(/\.$/, ''),
      choices: words?.choices ?? [],
      flags: [
        ...[...settings, ...sharedSettings].map((key): CompletedFlag => {
          const { flag, short, help } = settingsTable[key]
          return { spellings: spellings(flag, short), help, value: settingValue(key) }
        }),
        ...options.map(
          ({ flag, short, help, value }): CompletedFlag => ({
            spellings: spellings(flag, short),
            help,
            value:
              value === undefined ? { kind: 'none' } : { kind: value.startsWith('FILE') ? 'file' : 'any' },
          }),
        ),
        { spellings: [`--${configFlag}`], help: 'the settings file', value: { kind: 'file' } },
        { spellings: ['-h', '--help'], help: 'print help', value: { kind: 'none' } },
      ],
    }))
}

function spellings(flag: string, short: string | undefined): readonly string[] {
  return short === undefined ? [`--${flag}`] : [`-${short}`, `--${flag}`]
}

function settingValue(key: keyof typeof settingsTable): Value {
  const { kind, words, value } = settingsTable[key]
  if (kind === 'switch') return { kind: 'none' }
  if (words !== undefined) return { kind: 'words', words }
  if (key === 'name') return { kind: 'names' }
  return { kind: value.includes('FILE') ? 'file' : 'any' }
}
