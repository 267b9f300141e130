import { AgentError } from '../errors.ts'
import { safeText } from '../report/safe-text.ts'
import { didYouMean } from './nearest.ts'
import { verbosities } from './schemas.ts'
import { type AllSettings, type SettingKey, settingsTable } from './table.ts'

const switches: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
}

/**
 * Reads the value of a setting as a text of the command line or the environment has it.
 * @param place what it is called there, for the error, e.g. `--wait` or `IKNITE_WAIT`
 * @throws AgentError `USAGE`
 */
export function readText<Key extends SettingKey>(key: Key, text: string, place: string): AllSettings[Key] {
  const { kind } = settingsTable[key]
  const word = text.toLowerCase()
  if (kind === 'number' && /^\d+$/.test(text)) return readValue(key, Number(text), place)
  if (kind === 'switch' && Object.hasOwn(switches, word)) return readValue(key, switches[word], place)
  return readValue(key, text, place)
}

/**
 * The same for a value that is already data, as a file has it.
 * @throws AgentError `USAGE`
 */
export function readValue<Key extends SettingKey>(key: Key, value: unknown, place: string): AllSettings[Key] {
  const { schema, expected } = settingsTable[key]
  const result = schema.safeParse(value)
  if (result.success) return result.data as AllSettings[Key]
  const isWord = key === 'verbosity' && typeof value === 'string'
  throw new AgentError('USAGE', `${place} cannot be ${show(value)}`, {
    hint: isWord ? didYouMean(value, verbosities) : `Expected: ${expected}.`,
  })
}

const longest = 60

function show(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = safeText(String(value))
  return `'${text.length > longest ? `${text.slice(0, longest)}…` : text}'`
}
