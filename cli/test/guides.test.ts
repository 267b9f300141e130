import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../agent/src/commands/arguments.ts'
import { commands as agentCommands } from '../../agent/src/commands/index.ts'
import { exitStatus as agentStatus } from '../../agent/src/errors.ts'
import { settingsTable as agentSettings } from '../../agent/src/settings/table.ts'
import { build } from '../../pipeline/src/commands/build.ts'
import { diff } from '../../pipeline/src/commands/diff.ts'
import { lock } from '../../pipeline/src/commands/lock.ts'
import { rebuild } from '../../pipeline/src/commands/rebuild.ts'
import { release } from '../../pipeline/src/commands/release.ts'
import { verify } from '../../pipeline/src/commands/verify.ts'
import { exitStatus as pipelineStatus } from '../../pipeline/src/errors.ts'
import { parseCommandLine } from '../src/commands/command-line.ts'
import { commands } from '../src/commands/table.ts'
import { exitStatus } from '../src/errors.ts'
import { otherVariables, settingsTable } from '../src/settings/table.ts'

const repository = join(import.meta.dirname, '../..')
const guides = ['troubleshooting', 'security', 'air-gapped', 'providers-and-engines']
const read = (path: string) => readFileSync(join(repository, path), 'utf8')
const textOf = (guide: string) => read(`docs/${guide}.md`)

describe('docs/troubleshooting.md', () => {
  const sections = new Map(
    textOf('troubleshooting')
      .split(/^## /m)
      .map((section) => [section.split('\n')[0], section]),
  )
  const programs = [
    ['kaweezle', 'cli', exitStatus],
    ['iknite', 'agent', agentStatus],
    ['the pipeline', 'pipeline', pipelineStatus],
  ] as const

  test.each(programs)('has every code of %s with its exit status, and no other', (program, folder, names) => {
    const source = [...read(`${folder}/src/errors.ts`).matchAll(/^ {2}([A-Z_]+): exitStatus\.(\w+),$/gm)]
    const expected = source.map(([, code, name]) => [String(Object(names)[name ?? '']), code])
    const section = sections.get(`Codes of ${program}`) ?? ''
    // Nothing in it may be empty: what it means, and what to do.
    const rows = [...section.matchAll(/^\| (\d+) +\| `([A-Z_]+)` +\| [^|\s][^|]+\| [^|\s][^|]+\|$/gm)]
    const found = rows.map(([, status, code]) => [status, code])
    expect(expected.length).toBeGreaterThan(10)
    expect(found.toSorted(byText)).toEqual(expected.toSorted(byText))
    // In the order of the statuses, so that one is found by the status alone.
    expect(found).toEqual(found.toSorted(([a], [b]) => Number(a) - Number(b)))
  })

  test('has every exit status of the three programs', () => {
    const section = sections.get('Exit statuses') ?? ''
    const rows = [...section.matchAll(/^\| (\d+) +\|/gm)].map(([, status]) => Number(status))
    const all = programs.flatMap(([, , names]) => Object.values<number>(names))
    expect(new Set(rows)).toEqual(new Set(all))
  })
})

describe.each(guides)('docs/%s.md', (guide) => {
  const text = textOf(guide)

  test('shows only commands and flags that exist', () => {
    for (const command of commandsIn(text))
      expect(() => assertExists(command), command.join(' ')).not.toThrow()
  })

  test('names only flags that exist', () => {
    const settings = [...Object.values(settingsTable), ...Object.values(agentSettings)]
    const own = commands.flatMap(({ options = [] }) => options)
    const switches = agentCommands.flatMap((command) => Object.keys(command.switches ?? {}))
    const helps = [...pipeline.values()].flatMap((command) => [
      ...command.help().matchAll(/^ {2}--([a-z-]+)/gm),
    ])
    const known = [
      ...[...settings, ...own].map(({ flag }) => flag),
      ...[...switches, 'help'],
      ...helps.map(([, flag]) => flag),
    ]
    for (const [, flag] of text.matchAll(/`--([a-z-]+)/g)) expect(known).toContain(flag)
  })

  test('names only variables that exist', () => {
    const tables = [...Object.values(settingsTable), ...Object.values(agentSettings)]
    const known = [...tables.map(({ environment }) => environment), ...otherVariables, ...variablesOfOthers]
    for (const [name] of text.matchAll(/\b(?:KAWEEZLE|IKNITE)_\w+/g)) expect(known).toContain(name)
  })

  test('names only files that are there', () => {
    const named = [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path = '']) => path)
    for (const path of named.filter((path) => !path.includes('NAME'))) {
      expect(
        sources.filter((source) => source === path || source.endsWith(`/${path}`)),
        path,
      ).not.toEqual([])
    }
  })

  test('links only to files and headings that are there', () => {
    for (const [, path, anchor] of text.matchAll(/\]\(([\w./-]*)(?:#([\w-]+))?\)/g)) {
      const target = path === '' ? text : read(join('docs', path ?? ''))
      const headings = [...target.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading))
      if (anchor !== undefined) expect(headings).toContain(anchor)
    }
  })

  test('is linked from the README', () => {
    expect(read('README.md')).toContain(`](docs/${guide}.md)`)
  })
})

test.each([
  ['kaweezle strat'],
  ['kaweezle start --realease x'],
  ['kaweezle exec iknite strat'],
  ['iknite start --purge'],
  ['npm run built-rootfs'],
  ['npm run lock -- --offline'],
])('the check of commands finds %s', (line) => {
  const text = `\`\`\`sh\n${line}   # a comment\n\`\`\`\n`
  expect(() => commandsIn(text).forEach(assertExists)).toThrow()
  expect(() => commandsIn(`Run \`${line}\`.`).forEach(assertExists)).toThrow()
})

test('the check of commands finds many', () => {
  expect(guides.flatMap((guide) => commandsIn(textOf(guide))).length).toBeGreaterThan(60)
})

/** Of the pipeline, which has no table of them, and of tests. */
const variablesOfOthers = ['KAWEEZLE_AGENT_KEY_PEM', 'KAWEEZLE_RELEASE_KEY_TEXT', 'KAWEEZLE_SWEEP']

const sources = ['cli', 'agent', 'pipeline', 'program-kit', 'release-format'].flatMap((workspace) =>
  readdirSync(join(repository, workspace), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(repository, join(entry.parentPath, entry.name))),
)

const pipeline = new Map([
  ['build-rootfs', build],
  ['lock', lock],
  ['verify', verify],
  ['release', release],
  ['diff', diff],
  ['rebuild', rebuild],
])

/** The commands of ours in code, as words: lines of blocks of the shell, and what stands between backquotes. */
function commandsIn(text: string): string[][] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, code = '']) =>
    code.replaceAll('\\\n', ' ').split('\n'),
  )
  const inline = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
  return [...blocks, ...inline]
    .map((line) =>
      line
        .replace(/\s+#.*$/, '')
        .replace(/^(?:\w+=\S+ )+/, '')
        .trim()
        .split(/\s+/),
    )
    .filter(([program = '', verb]) =>
      program === 'npm' ? verb === 'run' : ['kaweezle', 'iknite'].includes(program) && verb !== undefined,
    )
}

/** @throws where there is no such command, or it does not take that */
function assertExists([program, ...words]: readonly string[]): void {
  if (program === 'iknite') {
    parseArguments(words, agentCommands)
  } else if (program === 'kaweezle') {
    const line = parseCommandLine(words, commands, 80)
    if (line.kind === 'command' && line.words[0] === 'iknite') assertExists(line.words)
  } else {
    assertScript(words.slice(1))
  }
}

function assertScript([script = '', ...words]: readonly string[]): void {
  if (script === '…') return
  expect(Object.keys(JSON.parse(read('package.json')).scripts)).toContain(script)
  const help = pipeline.get(script)?.help() ?? ''
  for (const flag of words.filter((word) => word.startsWith('--') && word !== '--')) {
    expect(help).toMatch(new RegExp(`^ {2}${flag.split('=')[0]}\\b`, 'm'))
  }
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
}

function byText(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a).localeCompare(String(b))
}
