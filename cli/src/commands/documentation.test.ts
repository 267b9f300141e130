import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitStatus } from '../errors.ts'
import { otherVariables, settingKeys, settingsTable } from '../settings/table.ts'
import { commands } from './table.ts'

const text = readFileSync(join(import.meta.dirname, '../../../docs/kaweezle.md'), 'utf8')

test('docs/kaweezle.md has a section for each command that is not hidden, and for no other', () => {
  const [, commandsText = ''] = text.split(/^## (?:Commands|Settings)$/m)
  const sections = [...commandsText.matchAll(/^### (.+)$/gm)].map(([, name]) => name)
  expect(sections).toEqual(commands.filter(({ isHidden }) => isHidden !== true).map(({ name }) => name))
})

test.each(settingKeys)('docs/kaweezle.md has a row for %s, with its flag and its variable', (key) => {
  const { flag, short, kind, value, environment, isPerCall } = settingsTable[key]
  const row =
    text.split('\n').find((line) => line.includes(`\`${environment}\``) && line.startsWith('|')) ?? ''
  const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim())
  const spelled = `--${flag}${kind === 'switch' ? '' : ` ${value.replaceAll('|', '\\|')}`}`
  expect(cells[1]).toBe(isPerCall === true ? '' : `\`${key}\``)
  expect(cells[2]).toBe(`${short === undefined ? '' : `\`-${short}\`, `}\`${spelled}\``)
  expect(cells[4]).not.toBe('')
  expect(cells[5]).not.toBe('')
})

test('docs/kaweezle.md names no setting, flag or variable that is not there', () => {
  const variables = [
    ...settingKeys.map((key) => settingsTable[key].environment),
    ...otherVariables,
    'KAWEEZLE_',
  ]
  for (const [name] of text.matchAll(/\bKAWEEZLE_\w*/g)) expect(variables).toContain(name)
  const flags = [
    ...settingKeys.map((key) => settingsTable[key].flag),
    ...commands.flatMap(({ options = [] }) => options.map(({ flag }) => flag)),
    // The last three are of kubectl, npm and `npm run package-cli`.
    ...['config', 'help', 'context', 'global', 'only'],
  ]
  for (const [, name] of text.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)) expect(flags).toContain(name)
})

test('docs/kaweezle.md has every exit status', () => {
  for (const status of Object.values(exitStatus)) expect(text).toMatch(new RegExp(`^\\| ${status} +\\|`, 'm'))
})
