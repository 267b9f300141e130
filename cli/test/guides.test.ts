import { describe, expect, test } from 'vitest'
import { exitStatus as agentStatus } from '../../agent/src/errors.ts'
import { exitStatus as pipelineStatus } from '../../pipeline/src/errors.ts'
import { exitStatus } from '../src/errors.ts'
import { deadLinks, missingSources, unknownFlags, unknownVariables } from './support/document-claims.ts'
import { assertOwnCommand, ownCommandsIn } from './support/own-commands.ts'
import { documents, readDocument as read } from './support/shown-commands.ts'

describe('docs/troubleshooting.md', () => {
  const sections = new Map(
    read('docs/troubleshooting.md')
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

describe.each([...documents, 'ARCHITECTURE.md'])('%s', (document) => {
  const text = read(document)

  test('shows only commands and flags that exist', () => {
    for (const command of ownCommandsIn(text))
      expect(() => assertOwnCommand(command), command.join(' ')).not.toThrow()
  })

  test('names only flags, variables and files that exist', () => {
    const nothing = { flags: [], variables: [], files: [] }
    const [flags, variables, files] = [unknownFlags(text), unknownVariables(text), missingSources(text)]
    expect({ flags, variables, files }).toEqual(nothing)
  })

  test('links only to files and headings that are there', () => {
    expect(deadLinks(document, text)).toEqual([])
  })

  test('can be reached from the README', () => {
    if (document.startsWith('docs/')) expect(read('README.md')).toContain(`](${document})`)
  })
})

test.each([
  ['kaweezle strat'],
  ['kaweezle start --realease x'],
  ['kaweezle exec iknite strat'],
  ['node cli/dist/kaweezle.cjs strat'],
  ['iknite start --purge'],
  ['npm run built-rootfs'],
  ['npm run lock -- --offline'],
  ['npm run package-cli -- --onyl npm'],
])('the check of commands finds %s', (line) => {
  const text = `\`\`\`sh\n${line}   # a comment\n\`\`\`\n`
  expect(() => ownCommandsIn(text).forEach(assertOwnCommand)).toThrow()
  expect(() => ownCommandsIn(`Run \`${line}\`.`).forEach(assertOwnCommand)).toThrow()
})

test('the check of commands finds many', () => {
  expect(documents.flatMap((document) => ownCommandsIn(read(document))).length).toBeGreaterThan(150)
})

test('what a text names and is not there is found', () => {
  expect(unknownFlags('`--locked`, `--lokced X`')).toEqual(['lokced'])
  expect(unknownVariables('`KAWEEZLE_HOME`, IKNITE_HOME=x')).toEqual(['IKNITE_HOME'])
  expect(missingSources('`guides.test.ts`, `cli/src/*.ts`, `cli/guides.test.ts`, `bench/no/*.ts`')).toEqual([
    'cli/guides.test.ts',
    'bench/no/*.ts',
  ])
  expect(
    deadLinks('docs/a.md', '# One\n[a](#one) [b](#two) [c](rules.md#shell) [d](rules.md#x) [e](../R.md)'),
  ).toEqual(['](#two)', '](rules.md#x)', '](../R.md)'])
})

function byText(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a).localeCompare(String(b))
}
