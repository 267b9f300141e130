import { KaweezleError } from '../errors.ts'
import { nearest } from './nearest.ts'
import { readSettingsText } from './read-file.ts'
import { readText } from './read-value.ts'
import {
  configEnvironment,
  configFlag,
  defaults,
  otherVariables,
  type SettingKey,
  type Settings,
  settingKeys,
  settingsTable,
} from './table.ts'

/** Settings in force, where each came from, and what is odd about the way they were given. */
export interface ResolvedSettings {
  readonly settings: Settings
  /** `--wait`, `KAWEEZLE_WAIT`, the file's path, or `default`. */
  readonly origins: Readonly<Record<SettingKey, string>>
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
 * @throws KaweezleError `USAGE` for a value that cannot be; what `readFile` throws
 */
export async function resolveSettings(sources: SettingsSources): Promise<ResolvedSettings> {
  const { flags, environment } = sources
  const layers: { readonly values: Partial<Settings>; origin(key: SettingKey): string }[] = []
  const fromFlags = collect((key) => flagValue(key, flags))
  layers.push({ values: fromFlags, origin: (key) => `--${settingsTable[key].flag}` })
  const fromEnvironment = collect((key) => environmentValue(key, environment))
  layers.push({ values: fromEnvironment, origin: (key) => settingsTable[key].environment })
  const file = await readFile(sources)
  layers.push({ values: file.values, origin: () => file.path })
  const settings: Partial<Record<SettingKey, unknown>> = {}
  const origins: Partial<Record<SettingKey, string>> = {}
  for (const key of settingKeys) {
    const layer = layers.find(({ values }) => values[key] !== undefined)
    settings[key] = layer === undefined ? defaults[key] : layer.values[key]
    origins[key] = layer === undefined ? 'default' : layer.origin(key)
  }
  return {
    settings: settings as unknown as Settings,
    origins: origins as Record<SettingKey, string>,
    warnings: unknownVariables(environment),
  }
}

function collect(read: (key: SettingKey) => unknown): Partial<Settings> {
  return Object.fromEntries(settingKeys.map((key) => [key, read(key)])) as Partial<Settings>
}

function flagValue(key: SettingKey, flags: SettingsSources['flags']): unknown {
  const { flag } = settingsTable[key]
  const value = flags.get(flag)
  return value === undefined || value === true ? value : readText(key, value, `--${flag}`)
}

function environmentValue(key: SettingKey, environment: SettingsSources['environment']): unknown {
  const name = settingsTable[key].environment
  const value = environment[name]
  return value === undefined || value === '' ? undefined : readText(key, value, name)
}

async function readFile(sources: SettingsSources): Promise<{ path: string; values: Partial<Settings> }> {
  const flag = sources.flags.get(configFlag)
  const given = typeof flag === 'string' ? flag : sources.environment[configEnvironment] || undefined
  const path = given ?? sources.defaultPath
  if (path === undefined) return { path: '', values: {} }
  const text = await sources.readFile(path)
  if (text !== undefined) return { path, values: await readSettingsText(text, path) }
  if (given === undefined) return { path, values: {} }
  throw new KaweezleError('USAGE', `there is no settings file ${path}`, {
    hint: `Correct --${configFlag} or ${configEnvironment}.`,
  })
}

/** A variable that nothing reads is a slip of the pen, or of another version: no reason not to start. */
function unknownVariables(environment: SettingsSources['environment']): string[] {
  const known = [...settingKeys.map((key) => settingsTable[key].environment), ...otherVariables]
  return Object.keys(environment)
    .filter((name) => name.startsWith('KAWEEZLE_') && !known.includes(name))
    .sort()
    .map((name) => {
      const meant = nearest(
        name.slice(9),
        known.map((word) => word.slice(9)),
      )
      return `${name} is not a setting and is not used${meant === undefined ? '' : `; did you mean KAWEEZLE_${meant}?`}`
    })
}
