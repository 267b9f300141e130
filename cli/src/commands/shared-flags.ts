import type { SettingKey } from '../settings/table.ts'

/** The settings that every command takes as flags. */
export const sharedSettings: readonly SettingKey[] = ['name', 'provider', 'output', 'verbose']

/** Those that every command takes without a word where it has no use for them, so that scripts can always give them. */
export const harmlessSettings: readonly SettingKey[] = ['wait', 'yes']
