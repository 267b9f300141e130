import {
  type ResolvedSettings as Resolved,
  resolveSettings as resolveBy,
  type SettingsSources,
} from '@kaweezle/program-kit/settings/resolve-settings.ts'
import type { SettingsRules } from '@kaweezle/program-kit/settings/setting.ts'
import { AgentError } from '../errors.ts'
import type { Files } from '../host/host.ts'
import {
  type AllSettings,
  allDefaults,
  configEnvironment,
  configFlag,
  defaultConfigPath,
  settingsTable,
} from './table.ts'

export type ResolvedSettings = Resolved<AllSettings>

const rules: SettingsRules<AllSettings> = {
  table: settingsTable,
  defaults: allDefaults,
  schemaOf: (key) => settingsTable[key].schema,
  prefix: 'IKNITE_',
  configFlag,
  configEnvironment,
  otherVariables: [configEnvironment],
  example: 'name: kwsl',
  refusal: (message, hint) => new AgentError('USAGE', message, { hint }),
}

/**
 * Settings from flags, else the environment, else the settings file, else defaults.
 * @throws AgentError `USAGE` for a value that cannot be; `FILE_FAILED` where the file cannot be read
 */
export function resolveSettings({
  files,
  ...given
}: Pick<SettingsSources, 'flags' | 'environment'> & {
  readonly files: Pick<Files, 'read'>
}): Promise<ResolvedSettings> {
  const readFile = (path: string) => files.read(path)
  return resolveBy(rules, { ...given, defaultPath: defaultConfigPath, readFile })
}
