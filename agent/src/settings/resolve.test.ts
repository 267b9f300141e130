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

test('a setting comes from a flag, a variable of IKNITE_, the settings file, or nowhere', async () => {
  const environment = { IKNITE_NAME: 'two', IKNITE_WAIT: '2', IKNITE_NAMES: 'x' }
  const file = 'name: three\ninterface: eth3\n'
  const { settings, origins, warnings } = await resolve({ flags: { wait: '1' }, environment, file })
  expect(settings).toEqual({ ...allDefaults, wait: 1, name: 'two', interface: 'eth3' })
  expect(origins).toMatchObject({
    wait: '--wait',
    name: 'IKNITE_NAME',
    interface: defaultConfigPath,
    json: 'default',
  })
  expect(warnings).toEqual(['IKNITE_NAMES is not a setting and is not used; did you mean IKNITE_NAME?'])
})

test.each([
  ['--config', { flags: { config: '/x.yaml' }, environment: { IKNITE_CONFIG: '/none' } }],
  ['IKNITE_CONFIG', { environment: { IKNITE_CONFIG: '/x.yaml' } }],
])('%s says where the file is', async (_, given) => {
  const { settings, origins, warnings } = await resolve({ ...given, file: 'name: kwsl', path: '/x.yaml' })
  expect([settings.name, origins.name, warnings]).toEqual(['kwsl', '/x.yaml', []])
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

test.each([
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
  [
    'a version that YAML reads as a number',
    'kubernetesVersion: 1.36\n',
    "cannot be '1.36' | Expected: a version",
  ],
  ['a level that is nearly one', 'verbosity: wran\n', "cannot be 'wran' | Did you mean warn?"],
  ['a list', '- name\n', ':1: expected a mapping of settings, e.g. `name: kwsl`'],
])('a settings file with %s is refused', async (_, file, text) => {
  expect(await refusal({ file })).toContain(text)
})

test('a settings file that was named and is not there is refused', async () => {
  const text = 'there is no settings file /none.yaml | Correct --config or IKNITE_CONFIG.'
  expect(await refusal({ flags: { config: '/none.yaml' } })).toBe(text)
})
