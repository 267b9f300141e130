import type { SettingsRules } from './setting.ts'

/** What a program of tests can be told. */
export interface TestSettings {
  readonly name: string
  readonly wait: number
  readonly outputForm: 'text' | 'json'
  readonly offline: boolean
  readonly isForced: boolean
}

/** The error of that program. */
export class Refused extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

const forms = ['text', 'json'] as const
const texts = { value: 'X', help: '', byDefault: '' }

const accepts: Readonly<Record<keyof TestSettings, (value: unknown) => boolean>> = {
  name: (value) => typeof value === 'string' && /^[a-z]+$/.test(value),
  wait: (value) => Number.isInteger(value) && Number(value) > 0,
  outputForm: (value) => forms.some((form) => form === value),
  offline: (value) => typeof value === 'boolean',
  isForced: (value) => typeof value === 'boolean',
}

export const rules: SettingsRules<TestSettings> = {
  table: {
    name: { ...texts, kind: 'text', flag: 'name', environment: 'TEST_NAME', expected: 'lower-case letters' },
    wait: { ...texts, kind: 'number', flag: 'wait', environment: 'TEST_WAIT', expected: 'whole seconds' },
    outputForm: {
      ...texts,
      kind: 'text',
      flag: 'output-form',
      environment: 'TEST_OUTPUT_FORM',
      words: forms,
      expected: 'a form',
    },
    offline: {
      ...texts,
      kind: 'switch',
      flag: 'offline',
      environment: 'TEST_OFFLINE',
      expected: 'true or false',
    },
    isForced: {
      ...texts,
      kind: 'switch',
      flag: 'force',
      environment: 'TEST_FORCE',
      expected: 'true or false',
      isPerCall: true,
    },
  },
  defaults: { name: 'it', wait: 300, outputForm: 'text', offline: false, isForced: false },
  schemaOf: (key) => ({ safeParse: (data) => ({ success: accepts[key](data), data }) }),
  prefix: 'TEST_',
  configFlag: 'config',
  configEnvironment: 'TEST_CONFIG',
  otherVariables: ['TEST_CONFIG', 'TEST_HOME'],
  example: 'name: dev',
  refusal: (message, hint) => new Refused(message, hint),
}
