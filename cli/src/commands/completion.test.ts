import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../../pipeline/test/support/requirement.ts'
import { call, machinery } from './program.fixture.ts'
import { shells } from './shells.ts'
import { commands } from './table.ts'

const folder = mkdtempSync(join(tmpdir(), 'kaweezle-completion-'))
const scripts = new Map<string, string>()

beforeAll(async () => {
  for (const shell of shells) {
    const { status, stdout } = await call(`completion ${shell}`, machinery())
    expect(status).toBe(0)
    scripts.set(shell, stdout)
    writeFileSync(join(folder, shell), stdout)
  }
  const program = join(folder, 'kaweezle')
  writeFileSync(program, '#!/bin/sh\n[ "$*" = "__complete names" ] && printf "dev\\nprod\\n"\n')
  chmodSync(program, 0o755)
})
afterAll(() => rmSync(folder, { recursive: true }))

const path = () => `${folder}${delimiter}${process.env['PATH']}`

/** What bash offers at the end of a line. */
function offered(words: readonly string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ')
  const script = `. '${join(folder, 'bash')}'
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
_kaweezle
printf '%s\\n' "\${COMPREPLY[@]}"`
  const text = execFileSync('bash', ['--norc', '-uc', script], { encoding: 'utf8', env: { PATH: path() } })
  return text.split('\n').filter(Boolean)
}

test('bash offers the commands, and those that begin as the word does', () => {
  const shown = commands.filter(({ isHidden }) => isHidden !== true).map(({ name }) => name)
  expect(offered(['kaweezle', ''])).toEqual(expect.arrayContaining(shown))
  expect(offered(['kaweezle', 'un'])).toEqual(['uninstall'])
  expect(offered(['kaweezle', '__'])).toEqual([])
})

test('bash offers the flags of a command, and not those of others', () => {
  expect(offered(['kaweezle', 'uninstall', '--p'])).toEqual(['--provider', '--purge'])
  expect(offered(['kaweezle', 'stop', '--rel'])).toEqual([])
  expect(offered(['kaweezle', '-o', 'json', 'start', '--rel'])).toEqual(['--release'])
})

test('bash offers the words of a flag, and asks the program for the names of clusters', () => {
  expect(offered(['kaweezle', 'start', '--provider', 'd'])).toEqual(['docker'])
  expect(offered(['kaweezle', 'status', '-o', ''])).toEqual(['text', 'json', 'yaml'])
  expect(offered(['kaweezle', 'stop', '--name', ''])).toEqual(['dev', 'prod'])
  expect(offered(['kaweezle', '--name', 'p'])).toEqual(['prod'])
})

test('bash offers nothing where anything can stand, and shells to completion', () => {
  expect(offered(['kaweezle', 'start', '--wait', ''])).toEqual([])
  expect(offered(['kaweezle', 'completion', 'f'])).toEqual(['fish'])
})

for (const [shell, flag] of [
  ['bash', '-n'],
  ['zsh', '-n'],
  ['fish', '--no-execute'],
] as const) {
  const describeShell = await requirement(shell, async () =>
    spawnSync(shell, ['--version']).error === undefined ? undefined : `install ${shell}`,
  )
  describeShell(shell, () => {
    test('understands its script', () => {
      const { status, stderr } = spawnSync(shell, [flag, join(folder, shell)], { encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    })
  })
}

test.each(shells)('the script of %s has every command and flag, and none that is hidden', (shell) => {
  const script = scripts.get(shell) ?? ''
  for (const { name, isHidden, options = [] } of commands) {
    if (isHidden === true) continue
    expect(script).toContain(name)
    for (const { flag } of options) expect(script).toContain(flag)
  }
  expect(script).toContain('kaweezle __complete names')
  expect(script).not.toMatch(/[’…]/)
})

test('the names of clusters are those of the state, one a line', async () => {
  const on = machinery()
  await call('install', on)
  expect((await call('__complete names', on)).stdout).toBe('kaweezle\n')
  expect((await call('__complete names', machinery())).stdout).toBe('')
})

test('what is not completed is refused', async () => {
  expect(await call('__complete secrets', machinery())).toMatchObject({ status: 2 })
  expect(await call('completion', machinery())).toMatchObject({ status: 2 })
})
