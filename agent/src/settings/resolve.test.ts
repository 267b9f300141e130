import { describe, expect, test } from 'vitest'
import { AgentError } from '../errors.ts'
import { fakeHost } from '../host/fake-host.fixture.ts'
import { resolveSettings } from './resolve.ts'
import { allDefaults, defaultConfigPath, type SettingKey, settingKeys, settingsTable } from './table.ts'

interface Given {
  flags?: Record<string, string | true>
  environment?: Record<string, string>
  file?: string
  path?: string
}

function resolve({ flags = {}, environment = {}, file, path = defaultConfigPath }: Given) {
  const { files } = fakeHost(file === undefined ? {} : { files: { [path]: file } })
  return resolveSettings({ flags: new Map(Object.entries(flags)), environment, files })
}

async function refusal(given: Given): Promise<string> {
  const error: unknown = await resolve(given).catch((reason: unknown) => reason)
  if (!(error instanceof AgentError)) throw new Error('nothing was refused', { cause: error })
  expect(error.code).toBe('USAGE')
  return `${error.message} | ${error.hint}`
}

describe('where a setting is taken from', () => {
  const flags = { wait: '1' }
  const environment = { IKNITE_WAIT: '2' }
  const file = 'wait: 3\n'
  test.each([
    ['a flag wins over all', { flags, environment, file }, 1, '--wait'],
    ['the environment wins over the file', { environment, file }, 2, 'IKNITE_WAIT'],
    ['an empty variable is not given', { environment: { IKNITE_WAIT: '' }, file }, 3, defaultConfigPath],
    ['the file wins over the default', { file }, 3, defaultConfigPath],
    ['the default is what is left', {}, 300, 'default'],
  ] as const)('%s', async (_, given, wait, origin) => {
    const { settings, origins, warnings } = await resolve(given)
    expect(settings).toEqual({ ...allDefaults, wait })
    expect(origins).toMatchObject({ wait: origin, name: 'default' })
    expect(warnings).toEqual([])
  })

  test.each([
    ['--config', { flags: { config: '/x.yaml' }, environment: { IKNITE_CONFIG: '/none' } }],
    ['IKNITE_CONFIG', { environment: { IKNITE_CONFIG: '/x.yaml' } }],
  ])('%s says where the file is', async (_, given) => {
    const { settings, origins } = await resolve({ ...given, file: 'name: kwsl', path: '/x.yaml' })
    expect([settings.name, origins.name]).toEqual(['kwsl', '/x.yaml'])
  })

  test.each(['', '# only\n# comments\n', '---\n', 'null\n'])(
    'a file without settings is no error: %j',
    async (file) => {
      expect((await resolve({ file })).settings).toEqual(allDefaults)
    },
  )

  test('a variable that nothing reads is told of, with what was meant', async () => {
    const environment = { IKNITE_NAMES: 'x', IKNITE_CLUSTER_CREATE_IP: 'y', HOME: '/root' }
    expect((await resolve({ environment })).warnings).toEqual([
      'IKNITE_CLUSTER_CREATE_IP is not a setting and is not used',
      'IKNITE_NAMES is not a setting and is not used; did you mean IKNITE_NAME?',
    ])
  })
})

/** For each setting: texts that are taken, as what, and texts that are not. */
const values: Record<SettingKey, { good: readonly (readonly [string, unknown])[]; bad: readonly string[] }> =
  {
    name: {
      good: [
        ['kwsl', 'kwsl'],
        ['a', 'a'],
        ['9-lives', '9-lives'],
        ['a'.repeat(63), 'a'.repeat(63)],
      ],
      bad: ['Kwsl', '-a', 'a-', 'a.b', 'a_b', 'a'.repeat(64), 'a b', 'ä', 'a\n', '\x1b[31m'],
    },
    wait: {
      good: [
        ['1', 1],
        ['86400', 86_400],
      ],
      bad: ['0', '-1', '1.5', '86401', '10s', '1e3', '0x10', ' 5', '99999999999999999999'],
    },
    address: {
      good: [['192.168.99.2', '192.168.99.2']],
      bad: [
        '192.168.99',
        '192.168.99.256',
        '192.168.099.2',
        '0.0.0.0',
        '127.0.0.1',
        '224.0.0.1',
        '::1',
        'outer',
        '1.2.3.4/24',
      ],
    },
    advertiseAddress: {
      good: [
        ['172.20.0.2', '172.20.0.2'],
        ['outer', 'outer'],
      ],
      bad: ['inner', 'OUTER', '127.0.0.1', 'fe80::1', '1.2.3'],
    },
    interface: {
      good: [
        ['eth0', 'eth0'],
        ['br-1.2', 'br-1.2'],
      ],
      bad: ['a/b', '..', 'a b', 'a'.repeat(16), 'eth0;x'],
    },
    kubernetesVersion: {
      good: [
        ['1.36.5', '1.36.5'],
        ['v1.36.5', '1.36.5'],
      ],
      bad: ['1.36', 'V1.36.5', 'latest', '1.36.5-rc.1', '1.036.5', 'vv1.36.5', '1.36.5 '],
    },
    podNetwork: {
      good: [
        ['10.244.0.0/16', '10.244.0.0/16'],
        ['10.0.0.0/8', '10.0.0.0/8'],
        ['10.1.2.0/24', '10.1.2.0/24'],
      ],
      bad: [
        '10.244.0.0',
        '10.244.0.0/25',
        '10.0.0.0/7',
        '10.244.0.1/16',
        '10.244.0.0/16/1',
        '10.244.0.0/ 16',
        'fd00::/64',
      ],
    },
    kustomization: {
      good: [['/etc/iknite.d', '/etc/iknite.d']],
      bad: ['base', './base', '~/base', '/a\nb'],
    },
    verbosity: {
      good: [
        ['trace', 'trace'],
        ['error', 'error'],
      ],
      bad: ['verbose', 'INFO', 'warning', '3'],
    },
    json: {
      good: [
        ['true', true],
        ['1', true],
        ['no', false],
      ],
      bad: ['maybe', '2', 'truee'],
    },
  }

describe.each(settingKeys)('%s', (key) => {
  const { environment, flag, kind } = settingsTable[key]

  test.each(values[key].good)('takes %j', async (text, value) => {
    expect((await resolve({ environment: { [environment]: text } })).settings[key]).toBe(value)
    if (kind === 'switch') return
    expect((await resolve({ flags: { [flag]: text } })).settings[key]).toBe(value)
    const file = `${key}: ${kind === 'number' ? text : JSON.stringify(text)}\n`
    expect((await resolve({ file })).settings[key]).toBe(value)
  })

  test.each(values[key].bad)('refuses %j, and says where it stands', async (text) => {
    expect(await refusal({ environment: { [environment]: text } })).toMatch(`${environment} cannot be '`)
    const inFile = await refusal({ file: `\n${key}: ${JSON.stringify(text)}\n` })
    expect(inFile).toMatch(`${defaultConfigPath}:2: ${key} cannot be '`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is shown is what is tested
    expect(inFile).not.toMatch(/[\x00-\x1f]/)
    if (kind !== 'switch') expect(await refusal({ flags: { [flag]: text } })).toMatch(`--${flag} cannot be '`)
  })
})

describe('a settings file is refused', () => {
  test.each([
    ['an unknown key', 'name: a\nnmae: b\n', ":2: unknown key 'nmae' | Did you mean name?"],
    [
      'a key of the Go version',
      'cluster:\n  ip: 1.2.3.4\n',
      ":1: unknown key 'cluster' | Use one of: name, wait",
    ],
    [
      'a key in kebab-case',
      'pod-network: 10.244.0.0/16',
      "unknown key 'pod-network' | Did you mean podNetwork?",
    ],
    ['a repeated key', 'name: a\nname: b\n', ':2: Map keys must be unique'],
    ['a list', '- name\n', ':1: expected a mapping'],
    ['a text', 'kwsl\n', ':1: expected a mapping'],
    ['broken YAML', 'name: [a\n', ': '],
    ['a second document', 'name: a\n---\nname: b\n', 'multiple documents'],
    ['an empty value', 'wait:\n', ':1: wait cannot be empty | Expected: whole seconds'],
    ['a list as value', 'name: [a]\n', ':1: name cannot be a mapping'],
    ['a number as a text', "wait: '60'\n", ":1: wait cannot be '60' | Expected: whole seconds"],
    [
      'a version that YAML reads as a number',
      'kubernetesVersion: 1.36\n',
      "cannot be '1.36' | Expected: a version",
    ],
    ['an alias', 'name: &a x\ninterface: *a\n', ':2: interface: aliases are not read'],
    ['a tag', 'name: !!js/function x\n', ':1: Unresolved tag'],
    ['a prototype', '__proto__: {}\n', "unknown key '__proto__'"],
    ['a huge one', '#'.repeat(70_000), 'more than 65536 characters'],
  ])('%s', async (_, file, text) => {
    expect(await refusal({ file })).toContain(text)
  })

  test('that was named and is not there', async () => {
    expect(await refusal({ flags: { config: '/none.yaml' } })).toContain(
      'there is no settings file /none.yaml',
    )
  })

  test('also where a flag has the same setting', async () => {
    expect(await refusal({ flags: { wait: '5' }, file: 'wait: soon\n' })).toContain("wait cannot be 'soon'")
  })
})
