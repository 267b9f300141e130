import { resolve } from 'node:path'
import { AgentError } from '../errors.ts'
import type { Files } from '../host/host.ts'
import { nearest } from './nearest.ts'
import { readSettingsText } from './read-file.ts'
import { readText } from './read-value.ts'
import {
  type AllSettings,
  allDefaults,
  configEnvironment,
  configFlag,
  defaultConfigPath,
  type SettingKey,
  settingKeys,
  settingsTable,
} from './table.ts'

/** Settings in force, where each came from, and what is odd about the way they were given. */
export interface ResolvedSettings {
  readonly settings: AllSettings
  /** `--wait`, `IKNITE_WAIT`, the file's path, or `default`. */
  readonly origins: Readonly<Record<SettingKey, string>>
  readonly warnings: readonly string[]
}

export interface SettingsSources {
  /** The values of flags by their long name; a switch is `true`. */
  readonly flags: ReadonlyMap<string, string | true>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly files: Pick<Files, 'read'>
}

/**
 * Settings from flags, else the environment, else the settings file, else defaults.
 * Every source is checked as a whole, also where another one wins.
 * @throws AgentError `USAGE` for a value that cannot be; `FILE_FAILED` where the file cannot be read
 */
export async function resolveSettings(sources: SettingsSources): Promise<ResolvedSettings> {
  const { flags, environment } = sources
  const layers: { readonly values: Partial<AllSettings>; origin(key: SettingKey): string }[] = []
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
    settings[key] = layer === undefined ? allDefaults[key] : layer.values[key]
    origins[key] = layer === undefined ? 'default' : layer.origin(key)
  }
  return {
    settings: settings as unknown as AllSettings,
    origins: origins as Record<SettingKey, string>,
    warnings: unknownVariables(environment),
  }
}

function collect(read: (key: SettingKey) => unknown): Partial<AllSettings> {
  return Object.fromEntries(settingKeys.map((key) => [key, read(key)])) as Partial<AllSettings>
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

async function readFile(sources: SettingsSources): Promise<{ path: string; values: Partial<AllSettings> }> {
  const flag = sources.flags.get(configFlag)
  const variable = sources.environment[configEnvironment]
  const given = typeof flag === 'string' ? flag : variable === '' ? undefined : variable
  const path = given === undefined ? defaultConfigPath : resolve(given)
  const text = await sources.files.read(path)
  if (text !== undefined) return { path, values: await readSettingsText(text, path) }
  if (given === undefined) return { path, values: {} }
  throw new AgentError('USAGE', `there is no settings file ${path}`, {
    hint: `Correct --${configFlag} or ${configEnvironment}.`,
  })
}

/** A variable that nothing reads is a slip of the pen, or of another version: no reason not to start. */
function unknownVariables(environment: SettingsSources['environment']): string[] {
  const known = [...settingKeys.map((key) => settingsTable[key].environment), configEnvironment]
  return Object.keys(environment)
    .filter((name) => name.startsWith('IKNITE_') && !known.includes(name))
    .sort()
    .map((name) => {
      const meant = nearest(
        name.slice(7),
        known.map((word) => word.slice(7)),
      )
      return `${name} is not a setting and is not used${meant === undefined ? '' : `; did you mean IKNITE_${meant}?`}`
    })
}
