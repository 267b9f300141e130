import { KaweezleError } from '../errors.ts'
import { safeText } from '../output/safe-text.ts'
import { didYouMean } from './nearest.ts'
import { schemas } from './schemas.ts'
import { type SettingKey, type Settings, settingsTable } from './table.ts'

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
 * @param place what it is called there, for the error, e.g. `--wait` or `KAWEEZLE_WAIT`
 * @throws KaweezleError `USAGE`
 */
export function readText<Key extends SettingKey>(key: Key, text: string, place: string): Settings[Key] {
  const { kind } = settingsTable[key]
  const word = text.toLowerCase()
  if (kind === 'number' && /^\d+$/.test(text)) return readValue(key, Number(text), place)
  if (kind === 'switch' && Object.hasOwn(switches, word)) return readValue(key, switches[word], place)
  return readValue(key, text, place)
}

/**
 * The same for a value that is already data, as a file has it.
 * @throws KaweezleError `USAGE`
 */
export function readValue<Key extends SettingKey>(key: Key, value: unknown, place: string): Settings[Key] {
  const { expected, words } = settingsTable[key]
  const result = schemas[key].safeParse(value)
  if (result.success) return result.data as Settings[Key]
  const isWord = words !== undefined && typeof value === 'string'
  throw new KaweezleError('USAGE', `${place} cannot be ${show(value)}`, {
    hint: isWord ? didYouMean(value, words) : `Expected: ${expected}.`,
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
