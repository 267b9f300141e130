import { expect, test } from 'vitest'
import { resolveSettings, type SettingsSources } from './resolve.ts'
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

test('a variable takes back what the file has switched on', async () => {
  const { settings } = await resolveSettings(sources({}, { KAWEEZLE_OFFLINE: 'no' }, 'offline: true'))
  expect(settings.offline).toBe(false)
})

test('an empty variable and an empty file say nothing', async () => {
  for (const file of ['', '# nothing\n', '---\n', 'null']) {
    const { settings, warnings } = await resolveSettings(sources({}, { KAWEEZLE_NAME: '' }, file))
    expect({ name: settings.name, warnings }).toEqual({ name: 'kaweezle', warnings: [] })
  }
})

test.each([
  ['name: Dev', ":1: name cannot be 'Dev'", 'Expected: lower-case letters'],
  ['# one\nwait: soon', ":2: wait cannot be 'soon'", 'Expected: whole seconds'],
  ['wait: "60"', ":1: wait cannot be '60'", 'Expected: whole seconds'],
  ['nmae: dev', ":1: unknown key 'nmae'", 'Did you mean name?'],
  ['use-context: true', ":1: unknown key 'use-context'", 'Did you mean useContext?'],
  ['name: a\nname: b', ':2: Map keys must be unique', 'Correct the file.'],
  ['- name', ':1: expected a mapping', 'Correct the file.'],
  ['name: [', ':1: ', 'Correct the file.'],
  ['name:', ':1: name cannot be empty', 'Expected'],
  ['name: {a: b}', ':1: name cannot be a mapping', 'Expected'],
  ['name: &a dev\nrelease: *a', ':2: release: aliases are not read', 'Correct the file.'],
  ['allowUnsigned: true', ':1: allowUnsigned is a decision about one call', 'Use --allow-unsigned'],
  ['output: jsn', ":1: output cannot be 'jsn'", 'Did you mean json?'],
  [`name: "${'x'.repeat(70_000)}"`, ': the file has more than', 'Correct the file.'],
])('the file %j is refused with its line and a hint', async (file, message, hint) => {
  const refused = resolveSettings(sources({}, {}, file))
  await expect(refused).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(`${path}${message}`),
    hint: expect.stringContaining(hint),
  })
})

test('a wrong value is refused even where another source wins', async () => {
  const all = sources({ wait: '60' }, { KAWEEZLE_WAIT: 'soon' })
  await expect(resolveSettings(all)).rejects.toMatchObject({ message: "KAWEEZLE_WAIT cannot be 'soon'" })
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

test('a secret-looking value of a variable is not told whole, and never raw', async () => {
  const all = sources({}, { KAWEEZLE_NAME: `\x1b[31m${'x'.repeat(200)}` })
  const error = await resolveSettings(all).catch((reason: unknown) => reason)
  expect(String(error)).toContain('\\x1b[31m')
  expect(String(error).length).toBeLessThan(150)
})

test('flags and variables are named alike', () => {
  for (const key of settingKeys) {
    const { flag, environment } = settingsTable[key]
    const words = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    expect(flag).toBe(words)
    expect(environment).toBe(`KAWEEZLE_${words.toUpperCase().replaceAll('-', '_')}`)
  }
})
