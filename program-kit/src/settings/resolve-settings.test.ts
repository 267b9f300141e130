import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { resolveSettings } from './resolve-settings.ts'
import { Refused, rules } from './rules.fixture.ts'

interface Given {
  flags?: Record<string, string | true>
  environment?: Record<string, string>
  file?: string
  /** Where {@link file} is. */
  path?: string
}

const usual = resolve('/etc/it.yaml')
const other = resolve('/x.yaml')

function resolved({ flags = {}, environment = {}, file, path = usual }: Given) {
  return resolveSettings(rules, {
    flags: new Map(Object.entries(flags)),
    environment,
    defaultPath: usual,
    readFile: async (asked) => (asked === path ? file : undefined),
  })
}

async function refusal(given: Given): Promise<string> {
  const error: unknown = await resolved(given).catch((reason: unknown) => reason)
  if (!(error instanceof Refused)) throw new Error('nothing was refused', { cause: error })
  return `${error.message} | ${error.hint}`
}

describe('where a setting is taken from', () => {
  const flags = { wait: '1' }
  const environment = { TEST_WAIT: '2' }
  const file = 'wait: 3\n'
  test.each([
    ['a flag wins over all', { flags, environment, file }, 1, '--wait'],
    ['a variable wins over the file', { environment, file }, 2, 'TEST_WAIT'],
    ['an empty variable is not given', { environment: { TEST_WAIT: '' }, file }, 3, usual],
    ['the file wins over the default', { file }, 3, usual],
    ['the default is what is left', {}, 300, 'default'],
  ] as const)('%s', async (_, given, wait, origin) => {
    const { settings, origins, warnings } = await resolved(given)
    expect(settings).toEqual({ ...rules.defaults, wait })
    expect(origins).toMatchObject({ wait: origin, name: 'default' })
    expect(warnings).toEqual([])
  })

  test('a variable takes back what the file has switched on', async () => {
    const { settings } = await resolved({ environment: { TEST_OFFLINE: 'no' }, file: 'offline: true' })
    expect(settings.offline).toBe(false)
  })

  test.each([
    ['a flag', { flags: { config: '/x.yaml' }, environment: { TEST_CONFIG: '/none' } }],
    ['a variable', { environment: { TEST_CONFIG: '/x.yaml' } }],
    ['a relative path', { flags: { config: '../'.repeat(50) + other.slice(1) } }],
  ])('%s says where the file is', async (_, given) => {
    const { settings, origins } = await resolved({ ...given, file: 'name: dev', path: other })
    expect([settings.name, origins.name]).toEqual(['dev', other])
  })

  test('a program without a usual path reads no file that nobody names', async () => {
    const readFile = () => Promise.reject(new Error('a file was read'))
    const sources = { flags: new Map(), environment: {}, defaultPath: undefined, readFile }
    expect((await resolveSettings(rules, sources)).settings).toEqual(rules.defaults)
  })

  test.each(['', '# only\n# comments\n', '---\n', 'null\n'])(
    'a file without settings is no error: %j',
    async (file) => {
      expect((await resolved({ file })).settings).toEqual(rules.defaults)
    },
  )

  test('a variable that nothing reads is told of, with what was meant', async () => {
    const environment = { TEST_NAMES: 'x', TEST_ZZZZZZZZZZ: '', TEST_HOME: '/t', TESTED: '1', HOME: '/' }
    expect((await resolved({ environment })).warnings).toEqual([
      'TEST_NAMES is not a setting and is not used; did you mean TEST_NAME?',
      'TEST_ZZZZZZZZZZ is not a setting and is not used',
    ])
  })
})

describe('a value is refused', () => {
  test.each([
    ['of a flag', { flags: { wait: '10s' } }, "--wait cannot be '10s' | Expected: whole seconds."],
    ['of a variable', { environment: { TEST_NAME: 'A' } }, "TEST_NAME cannot be 'A' | Expected: lower-case"],
    ['that is no switch', { environment: { TEST_OFFLINE: 'maybe' } }, "TEST_OFFLINE cannot be 'maybe'"],
    ['that is nearly a word', { flags: { 'output-form': 'jsn' } }, "cannot be 'jsn' | Did you mean json?"],
    ['even where another source wins', { flags: { wait: '5' }, file: 'wait: soon\n' }, "cannot be 'soon'"],
  ])('%s', async (_, given, text) => {
    expect(await refusal(given)).toContain(text)
  })

  test('and is not told whole where it is long, and never raw', async () => {
    const text = await refusal({ environment: { TEST_NAME: `\x1b[31m${'x'.repeat(200)}` } })
    expect(text).toContain('\\x1b[31m')
    expect(text.length).toBeLessThan(150)
  })
})

describe('a settings file is refused, with the line', () => {
  test.each([
    ['an unknown key', 'name: a\nnmae: b\n', ":2: unknown key 'nmae' | Did you mean name?"],
    [
      'a mapping of another program',
      'cluster:\n  ip: 1\n',
      ":1: unknown key 'cluster' | Use one of: name, wait",
    ],
    ['a key in kebab-case', 'output-form: json', "unknown key 'output-form' | Did you mean outputForm?"],
    ['a decision about one call', 'isForced: true', ':1: isForced is a decision about one call'],
    ['a repeated key', 'name: a\nname: b\n', ':2: Map keys must be unique | Correct the file.'],
    ['a list', '- name\n', ':1: expected a mapping of settings, e.g. `name: dev`'],
    ['a text', 'dev\n', ':1: expected a mapping'],
    ['broken YAML', 'name: [a\n', ': '],
    ['a second document', 'name: a\n---\nname: b\n', 'multiple documents'],
    ['an empty value', 'wait:\n', ':1: wait cannot be empty | Expected: whole seconds'],
    ['a list as value', 'name: [a]\n', ':1: name cannot be a mapping'],
    ['a number as a text', "wait: '60'\n", ":1: wait cannot be '60'"],
    ['an alias', 'name: &a x\noutputForm: *a\n', ':2: outputForm: aliases are not read'],
    ['a tag', 'name: !!js/function x\n', ':1: Unresolved tag'],
    ['a prototype', '__proto__: {}\n', "unknown key '__proto__'"],
    ['a huge one', '#'.repeat(70_000), ': the file has more than 65536 characters'],
  ])('%s', async (_, file, text) => {
    const said = await refusal({ file })
    expect(said).toContain(text)
    expect(said).toContain(usual)
  })

  test('what is a decision about one call is not suggested, and its flag is', async () => {
    expect(await refusal({ file: 'isForced: true' })).toContain('| Use --force or TEST_FORCE where')
    expect(await refusal({ file: 'isForce: true' })).toContain('Use one of: name, wait, outputForm, offline.')
  })

  test.each([{ flags: { config: '/none' } }, { environment: { TEST_CONFIG: '/none' } }])(
    'one that was named and is not there: %j',
    async (given) => {
      const text = `there is no settings file ${resolve('/none')} | Correct --config or TEST_CONFIG.`
      expect(await refusal(given)).toBe(text)
    },
  )
})
