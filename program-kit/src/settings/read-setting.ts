import { didYouMean } from '../did-you-mean.ts'
import { safeText } from '../safe-text.ts'
import type { SettingKey, SettingsRules } from './setting.ts'

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

/** Which setting is read, and what it is called where it is given, for the error: `--wait`, `IKNITE_WAIT`. */
export interface SettingPlace<Key extends string> {
  readonly key: Key
  readonly place: string
}

/**
 * Reads the value of a setting as a text of the command line or the environment has it.
 * @throws the rules' refusal
 */
export function readSettingText<All extends object, Key extends SettingKey<All>>(
  rules: SettingsRules<All>,
  at: SettingPlace<Key>,
  text: string,
): All[Key] {
  const { kind } = rules.table[at.key]
  const word = text.toLowerCase()
  if (kind === 'number' && /^\d+$/.test(text)) return readSetting(rules, at, Number(text))
  if (kind === 'switch' && Object.hasOwn(switches, word)) return readSetting(rules, at, switches[word])
  return readSetting(rules, at, text)
}

/**
 * The same for a value that is already data, as a file has it.
 * @throws the rules' refusal
 */
export function readSetting<All extends object, Key extends SettingKey<All>>(
  { table, schemaOf, refusal }: SettingsRules<All>,
  { key, place }: SettingPlace<Key>,
  value: unknown,
): All[Key] {
  const { expected, words } = table[key]
  const result = schemaOf(key).safeParse(value)
  if (result.success) return result.data as All[Key]
  const isWord = words !== undefined && typeof value === 'string'
  throw refusal(
    `${place} cannot be ${show(value)}`,
    isWord ? didYouMean(value, words) : `Expected: ${expected}.`,
  )
}

const longest = 60

function show(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = safeText(String(value))
  return `'${text.length > longest ? `${text.slice(0, longest)}…` : text}'`
}
