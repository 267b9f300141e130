import {
  type ResolvedSettings as Resolved,
  resolveSettings as resolveBy,
  type SettingsSources,
} from '@kaweezle/program-kit/settings/resolve-settings.ts'
import type { SettingsRules } from '@kaweezle/program-kit/settings/setting.ts'
import { KaweezleError } from '../errors.ts'
import { schemas } from './schemas.ts'
import {
  configEnvironment,
  configFlag,
  defaults,
  otherVariables,
  type Settings,
  settingsTable,
} from './table.ts'

export type ResolvedSettings = Resolved<Settings>

const rules: SettingsRules<Settings> = {
  table: settingsTable,
  defaults,
  schemaOf: (key) => schemas[key],
  prefix: 'KAWEEZLE_',
  configFlag,
  configEnvironment,
  otherVariables,
  example: 'name: dev',
  refusal: (message, hint) => new KaweezleError('USAGE', message, { hint }),
}

/**
 * Settings from flags, else the environment, else the settings file, else defaults.
 * @throws KaweezleError `USAGE` for a value that cannot be; what `readFile` throws
 */
export function resolveSettings(sources: SettingsSources): Promise<ResolvedSettings> {
  return resolveBy(rules, sources)
}
