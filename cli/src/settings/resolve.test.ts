import type { SettingsSources } from '@kaweezle/program-kit/settings/resolve-settings.ts'
import { expect, test } from 'vitest'
import { resolveSettings } from './resolve.ts'
import { configName, settingKeys, settingsTable } from './table.ts'

const path = `/home/ada/.config/kaweezle/${configName}`

function sources(
  flags: Record<string, string | true> = {},
  environment: Record<string, string> = {},
  file?: string,
): SettingsSources {
  return {
    flags: new Map(Object.entries(flags)),
    environment,
    defaultPath: path,
    readFile: async (asked) => (asked === path ? file : undefined),
  }
}

test('a flag wins over a variable, that over the file, and that over the default', async () => {
  const all = sources(
    { wait: '1' },
    { KAWEEZLE_WAIT: '2', KAWEEZLE_NAME: 'two' },
    'wait: 3\nname: three\noffline: true\n',
  )
  const { settings, origins } = await resolveSettings(all)
  expect(settings).toMatchObject({ wait: 1, name: 'two', offline: true, provider: 'auto', release: 'latest' })
  expect(origins).toMatchObject({
    wait: '--wait',
    name: 'KAWEEZLE_NAME',
    offline: path,
    provider: 'default',
  })
})

test.each([
  ['name: Dev', ":1: name cannot be 'Dev'", 'Expected: lower-case letters'],
  ['# one\nwait: soon', ":2: wait cannot be 'soon'", 'Expected: whole seconds'],
  ['use-context: true', ":1: unknown key 'use-context'", 'Did you mean useContext?'],
  ['- name', ':1: expected a mapping', 'Correct the file.'],
  ['allowUnsigned: true', ':1: allowUnsigned is a decision about one call', 'Use --allow-unsigned'],
  ['output: jsn', ":1: output cannot be 'jsn'", 'Did you mean json?'],
])('the file %j is refused with its line and a hint', async (file, message, hint) => {
  const refused = resolveSettings(sources({}, {}, file))
  await expect(refused).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(`${path}${message}`),
    hint: expect.stringContaining(hint),
  })
})

test('a file that is named must be there', async () => {
  for (const all of [sources({ config: '/x' }), sources({}, { KAWEEZLE_CONFIG: '/x' })]) {
    await expect(resolveSettings(all)).rejects.toMatchObject({ message: 'there is no settings file /x' })
  }
})

test('a variable that nothing reads is told, with what was meant', async () => {
  const { warnings } = await resolveSettings(
    sources({}, { KAWEEZLE_NAEM: 'x', KAWEEZLE_HOME: '/k', KAWEEZLE_ZZZZZZZZZZ: '' }),
  )
  expect(warnings).toEqual([
    'KAWEEZLE_NAEM is not a setting and is not used; did you mean KAWEEZLE_NAME?',
    'KAWEEZLE_ZZZZZZZZZZ is not a setting and is not used',
  ])
})

test('flags and variables are named alike', () => {
  for (const key of settingKeys) {
    const { flag, environment } = settingsTable[key]
    const words = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    expect(flag).toBe(words)
    expect(environment).toBe(`KAWEEZLE_${words.toUpperCase().replaceAll('-', '_')}`)
  }
})
