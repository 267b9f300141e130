import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { settingKeys, settingsTable } from '../settings/table.ts'
import { commands } from './index.ts'
import { call } from './program.fixture.ts'

describe('a command line is refused with status 2 and a hint', () => {
  test.each([
    ['strat', "unknown command 'strat'", 'Did you mean start?'],
    ['initialise-everything', 'unknown command', 'Use one of: start, stop, status'],
    ['-v debug', 'no command is named', 'See --help.'],
    ['start --wiat 3', 'unknown flag --wiat', 'Did you mean --wait?'],
    ['start -w 3', 'unknown flag -w', 'Did you mean --wait?'],
    ['start --kube=1', 'unknown flag --kube', 'Did you mean --kubernetes-version?'],
    ['start --__proto__', 'unknown flag --__proto__', 'Use one of'],
    ['start --wait', '--wait needs a value', 'Write --wait SECONDS.'],
    ['start --wait --name x', '--wait needs a value', 'Write --wait SECONDS.'],
    ['start --name=', '--name needs a value', 'Write --name NAME.'],
    ['start --config', '--config needs a value', 'Write --config FILE.'],
    ['start --wait 1 --wait 2', '--wait is given twice', 'Give it once.'],
    ['-v info start --verbosity debug', '--verbosity is given twice', 'Give it once.'],
    ['start --json=yes', '--json takes no value', 'Write --json alone.'],
    ['start --no-json', 'unknown flag --no-json', 'Use one of: --help, --config'],
    ['start now', "unexpected word 'now'", 'See iknite start --help.'],
    ['start -- -v', "unexpected word '-v'", 'See iknite start --help.'],
    ['start --keep-data', 'start does not take --keep-data', 'See iknite start --help.'],
    ['stop --name x', 'stop does not take --name', 'See iknite stop --help.'],
    ['version --wait 3', 'version does not take --wait', 'See iknite version --help.'],
    ['info image', "info knows no 'image'", 'Did you mean images?'],
    ['info images versions', "unexpected word 'versions'", 'Give one word.'],
    ['help strat', "unknown command 'strat'", 'Did you mean start?'],
    ['\x1b[2J', "unknown command '\\x1b[2J'", 'Use one of'],
  ])('%j', async (line, message, hint) => {
    const { status, stdout, stderr, done } = await call(line)
    expect([status, stdout, done]).toEqual([2, '', []])
    expect(stderr).toContain(`ERRO[0000] ${message}`)
    expect(stderr).toContain(`\nHint: ${hint}`)
  })

  test('also as JSON, where that is asked for', async () => {
    const { stdout, stderr } = await call('--json strat')
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', hint: 'Did you mean start?' } })
    expect(JSON.parse(stderr)).toMatchObject({ level: 'error', code: 'USAGE' })
  })
})

describe('help', () => {
  test.each(['', '--help', '-h', 'help', '--help --json'])('of all: %j', async (line) => {
    const { status, stdout, stderr } = await call(line)
    expect([status, stderr]).toEqual([0, ''])
    for (const { name, summary } of commands) {
      expect(stdout).toContain(`  ${name}`)
      expect(stdout).toContain(summary)
    }
    expect(stdout).toMatch(/Exit status: 0[\s\S]*1[\s\S]*2[\s\S]*5[\s\S]*130[\s\S]*Examples/)
  })

  test.each(commands.map((command) => [command.name, command] as const))(
    'of %s is whole',
    async (name, command) => {
      const { status, stdout } = await call(`${name} --help`)
      expect(status).toBe(0)
      expect((await call(`help ${name}`)).stdout).toBe(stdout)
      expect(
        (
          await call(
            `-h ${name} --wait 5`.replace(/ --wait 5$/, command.settings.includes('wait') ? '$&' : ''),
          )
        ).stdout,
      ).toBe(stdout)
      for (const key of settingKeys) {
        const { flag, environment } = settingsTable[key]
        const isThere = command.settings.includes(key)
        expect(new RegExp(`^ .*--${flag}\\b(?!-)`, 'm').test(stdout.split('Examples')[0] ?? '')).toBe(isThere)
        expect(stdout.includes(`[${environment}]`)).toBe(isThere)
      }
      for (const word of [
        ...Object.keys(command.words ?? {}),
        ...Object.keys(command.switches ?? {}),
        '--config',
      ])
        expect(stdout).toContain(word)
      for (const [example] of command.examples) expect(stdout).toContain(`\n  iknite ${example}\n`)
      expect(stdout).toMatch(/Exit status: 0[\s\S]*5[\s\S]*130/)
      expect(stdout).not.toMatch(/undefined|[ \t]$/m)
    },
  )

  test('every example is a command line that is understood', async () => {
    for (const { examples } of commands) {
      for (const [example] of examples) {
        const { status } = await call(`${example.replace(/ >.*/, '')} --help`)
        expect([example, status]).toEqual([example, 0])
      }
    }
  })
})

describe('docs/iknite.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/iknite.md'), 'utf8')

  test.each(settingKeys)('has a row for %s', (key) => {
    const { flag, environment } = settingsTable[key]
    const row = text.split('\n').find((line) => line.startsWith(`| \`${key}\``))
    expect(row).toContain(`\`--${flag}`)
    expect(row).toContain(`\`${environment}\``)
  })

  test.each(commands.map(({ name }) => name))('has a section for %s', (name) => {
    expect(text).toMatch(new RegExp(`^### .*\\b${name}\\b`, 'm'))
  })
})
