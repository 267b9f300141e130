/** One setting: everything else about settings (parsing, help, completion, documentation) follows from this. */
export interface Setting {
  /** What a text of the command line or the environment is read as, before its schema sees it. */
  readonly kind: 'text' | 'number' | 'switch'
  readonly flag: string
  readonly short?: string
  readonly environment: string
  /** What stands for the value in the help. */
  readonly value: string
  /** The words that it can be, where it is one of a few. */
  readonly words?: readonly string[]
  /** What its schema wants, as the end of "expected …". */
  readonly expected: string
  readonly help: string
  /** What happens where it is not given. */
  readonly byDefault: string
  /** It is a decision about one call: a file would make it about all. */
  readonly isPerCall?: true
}

/** All that a program can be told, and how it says that it was told wrong. */
export interface SettingsRules<All extends object> {
  readonly table: Readonly<Record<SettingKey<All>, Setting>>
  readonly defaults: All
  /** What a value of a setting can be: one of Zod's schemas. */
  readonly schemaOf: (key: SettingKey<All>) => {
    safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown }
  }
  /** What all variables of the program begin with, e.g. `IKNITE_`. */
  readonly prefix: string
  /** Where the path of the settings file can be said. */
  readonly configFlag: string
  readonly configEnvironment: string
  /** Variables of the program that are no settings. */
  readonly otherVariables: readonly string[]
  /** A line that a settings file may have. */
  readonly example: string
  /** The program's own error for what a user got wrong. */
  readonly refusal: (message: string, hint: string) => Error
}

export type SettingKey<All extends object> = keyof All & string

/** All keys, in the order of the table. */
export function settingKeysOf<All extends object>({ table }: SettingsRules<All>): SettingKey<All>[] {
  return Object.keys(table) as SettingKey<All>[]
}
