import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { settingKeys, settingsTable } from '../settings/table.ts'
import { call, machinery } from './program.fixture.ts'
import { harmlessSettings, sharedSettings } from './shared-flags.ts'
import { commands } from './table.ts'

const shown = commands.filter(({ isHidden }) => isHidden !== true)

test.each([
  ['strat', "unknown command 'strat'", 'Did you mean start?'],
  ['frobnicate', "unknown command 'frobnicate'", 'See kaweezle --help.'],
  ['start --releese v1', "unknown option '--releese'", 'Did you mean --release?'],
  [
    'start --release',
    "option '--release <TAG|latest|FILE|URL>' argument missing",
    'See kaweezle start --help.',
  ],
  ['start now', 'too many arguments', 'See kaweezle start --help.'],
  ['stop --release v1', "unknown option '--release'", 'See kaweezle stop --help.'],
  ['exec', "missing required argument 'COMMAND'", 'See kaweezle exec --help.'],
  ['completion tcsh', "'tcsh' is invalid", 'See kaweezle completion --help.'],
  ['--name dev', 'no command is named', 'See kaweezle --help.'],
  ['start --provider dokcer', "--provider cannot be 'dokcer'", 'Did you mean docker?'],
  ['start --wait soon', "--wait cannot be 'soon'", 'Expected: whole seconds from 1 to 86400.'],
  ['start --wait 0', "--wait cannot be '0'", 'Expected: whole seconds'],
  ['start --name Dev', "--name cannot be 'Dev'", 'Expected: lower-case letters'],
  ['start --name ../x', "--name cannot be '../x'", 'Expected: lower-case letters'],
  ['start --api-port 65536', '--api-port cannot be', 'Expected: a port'],
  ['start --mirror ftp://x', '--mirror cannot be', 'Expected: a URL'],
  ['start -o xml', "--output cannot be 'xml'", 'Did you mean yaml?'],
])('%s is refused with a hint, and does nothing', async (line, message, hint) => {
  const on = machinery()
  const { status, stdout, stderr } = await call(line, on)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/^error: /)
  expect(stderr).toContain(message)
  expect(stderr).toContain(`hint: ${hint}`)
  expect(on.trap.calls).toBe(0)
})

test.each(['-o json', '-ojson', '--output json', '--output=json'])(
  'a command line that cannot be understood still gets the document of %s',
  async (flag) => {
    const { stdout, stderr } = await call(`start --releese v1 ${flag}`, machinery())
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', hint: 'Did you mean --release?' } })
    expect(stderr).toContain('error: unknown option')
  },
)

test('the form of a failure also comes from the environment, and not from another program’s flags', async () => {
  const environment = { KAWEEZLE_OUTPUT: 'yaml' }
  expect(parse((await call('strat', machinery(), { environment })).stdout)).toHaveProperty('error')
  expect((await call(['exec', '--nmae', 'x', '--', 'kubectl', '-o', 'json'], machinery())).stdout).toBe('')
})

test('flags that all commands take may stand before the command', async () => {
  const { stdout } = await call('-o json --name dev status', machinery())
  expect(JSON.parse(stdout)).toMatchObject({ name: 'dev' })
})

test('control characters of a mistyped word do not reach the terminal', async () => {
  const { stderr } = await call(['\x1b[2Jstart'], machinery())
  expect(stderr).toContain('\\x1b[2Jstart')
  expect(stderr).not.toContain('\x1b')
})

test('without a word, the overview is printed', async () => {
  const { status, stdout, stderr } = await call('', machinery())
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  for (const { name } of shown) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  expect(stdout).not.toContain('__complete')
  expect(stdout).toContain('Exit status: 0 done;')
})

test.each(shown.map(({ name }) => name))(
  'the help of %s describes each of its flags, and has an example',
  async (name) => {
    const { status, stdout, stderr } = await call(`${name} --help`, machinery())
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const command = shown.find((one) => one.name === name)
    const keys = [...(command?.settings ?? []), ...sharedSettings]
    const flat = stdout.replace(/\s+/g, ' ')
    for (const { flag, help, environment } of keys.map((key) => settingsTable[key])) {
      expect(flat).toContain(`--${flag}`)
      expect(flat).toContain(`${help} [${environment}]`)
    }
    for (const { flag, help } of command?.options ?? []) {
      expect(flat).toContain(`--${flag}`)
      expect(flat).toContain(help)
    }
    expect(stdout).toContain(`Examples:\n  kaweezle ${command?.examples[0]?.[0]}`)
    expect(stdout).toContain('Exit status:')
    expect((await call(`help ${name}`, machinery())).stdout).toBe(stdout)
  },
)

test('every setting is a flag of some command', () => {
  const used = new Set([...commands.flatMap(({ settings }) => settings), ...sharedSettings])
  expect(settingKeys.filter((key) => !used.has(key))).toEqual([])
})

test('every command takes what scripts always give', async () => {
  for (const key of harmlessSettings) expect(settingKeys).toContain(key)
  expect(await call('stop --yes --wait 60', machinery())).toMatchObject({ status: 0 })
})

test('no flag of a command takes the letter or the name of a setting', () => {
  const settings = settingKeys.map((key) => settingsTable[key])
  const flags = settings.map(({ flag }) => flag)
  const letters = settings.flatMap(({ short }) => short ?? [])
  for (const { options = [] } of commands) {
    for (const { flag, short } of options) {
      expect(flags).not.toContain(flag)
      if (short !== undefined) expect(letters).not.toContain(short)
    }
  }
})

test('help is plain ASCII, for every console', async () => {
  for (const { name } of shown) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what ASCII is
    expect((await call(`${name} --help`, machinery())).stdout).toMatch(/^[\x00-\x7f]*$/)
  }
})
