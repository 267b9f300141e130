import { resolve } from 'node:path'
import { nearest } from '../nearest.ts'
import { readSettingText } from './read-setting.ts'
import { readSettingsFile } from './read-settings-file.ts'
import { type SettingKey, type SettingsRules, settingKeysOf } from './setting.ts'

/** Settings in force, where each came from, and what is odd about the way they were given. */
export interface ResolvedSettings<All extends object> {
  readonly settings: All
  /** `--wait`, `IKNITE_WAIT`, the file's path, or `default`. */
  readonly origins: Readonly<Record<SettingKey<All>, string>>
  readonly warnings: readonly string[]
}

export interface SettingsSources {
  /** The values of flags by their long name; a switch is `true`. */
  readonly flags: ReadonlyMap<string, string | true>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the settings file is when nobody says so; undefined reads none. */
  readonly defaultPath: string | undefined
  /** The text of a file; undefined where there is none. */
  readonly readFile: (path: string) => Promise<string | undefined>
}

/**
 * Settings from flags, else the environment, else the settings file, else defaults.
 * Every source is checked as a whole, also where another one wins.
 * @throws the rules' refusal of a value that cannot be; what `readFile` throws
 */
export async function resolveSettings<All extends object>(
  rules: SettingsRules<All>,
  sources: SettingsSources,
): Promise<ResolvedSettings<All>> {
  const { table, defaults } = rules
  const { flags, environment } = sources
  type Key = SettingKey<All>
  const keys = settingKeysOf(rules)
  const collect = (read: (key: Key) => unknown) =>
    Object.fromEntries(keys.map((key) => [key, read(key)])) as Partial<All>
  const layers: { readonly values: Partial<All>; origin(key: Key): string }[] = []
  const fromFlags = collect((key) => flagValue(rules, key, flags))
  layers.push({ values: fromFlags, origin: (key) => `--${table[key].flag}` })
  const fromEnvironment = collect((key) => environmentValue(rules, key, environment))
  layers.push({ values: fromEnvironment, origin: (key) => table[key].environment })
  const file = await readFile(rules, sources)
  layers.push({ values: file.values, origin: () => file.path })
  const settings: Partial<Record<Key, unknown>> = {}
  const origins: Partial<Record<Key, string>> = {}
  for (const key of keys) {
    const layer = layers.find(({ values }) => values[key] !== undefined)
    settings[key] = layer === undefined ? defaults[key] : layer.values[key]
    origins[key] = layer === undefined ? 'default' : layer.origin(key)
  }
  return {
    settings: settings as All,
    origins: origins as Record<Key, string>,
    warnings: unknownVariables(rules, environment),
  }
}

function flagValue<All extends object>(
  rules: SettingsRules<All>,
  key: SettingKey<All>,
  flags: SettingsSources['flags'],
): unknown {
  const { flag } = rules.table[key]
  const value = flags.get(flag)
  if (value === undefined || value === true) return value
  return readSettingText(rules, { key, place: `--${flag}` }, value)
}

function environmentValue<All extends object>(
  rules: SettingsRules<All>,
  key: SettingKey<All>,
  environment: SettingsSources['environment'],
): unknown {
  const place = rules.table[key].environment
  const value = environment[place]
  return value === undefined || value === '' ? undefined : readSettingText(rules, { key, place }, value)
}

async function readFile<All extends object>(
  rules: SettingsRules<All>,
  sources: SettingsSources,
): Promise<{ path: string; values: Partial<All> }> {
  const { configFlag, configEnvironment } = rules
  const flag = sources.flags.get(configFlag)
  const given = typeof flag === 'string' ? flag : sources.environment[configEnvironment] || undefined
  const path = given === undefined ? sources.defaultPath : resolve(given)
  if (path === undefined) return { path: '', values: {} }
  const text = await sources.readFile(path)
  if (text !== undefined) return { path, values: await readSettingsFile(rules, text, path) }
  if (given === undefined) return { path, values: {} }
  throw rules.refusal(`there is no settings file ${path}`, `Correct --${configFlag} or ${configEnvironment}.`)
}

/** A variable that nothing reads is a slip of the pen, or of another version: no reason not to start. */
function unknownVariables<All extends object>(
  rules: SettingsRules<All>,
  environment: SettingsSources['environment'],
): string[] {
  const { table, prefix, otherVariables } = rules
  const known = [...settingKeysOf(rules).map((key) => table[key].environment), ...otherVariables]
  const rest = (name: string) => name.slice(prefix.length)
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !known.includes(name))
    .sort()
    .map((name) => {
      const meant = nearest(rest(name), known.map(rest))
      return `${name} is not a setting and is not used${meant === undefined ? '' : `; did you mean ${prefix}${meant}?`}`
    })
}
