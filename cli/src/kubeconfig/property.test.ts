import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isKaweezleError } from '../errors.ts'
import { aCluster } from './cluster.fixture.ts'
import { editKubeconfig } from './edit.ts'
import {
  currentContextOf,
  entriesOf,
  type Kubeconfig,
  listNames,
  parseKubeconfig,
} from './parse-kubeconfig.ts'
import type { KubeconfigFile, Plan } from './plan-change.ts'
import { planPut, planRemove } from './plan-change.ts'

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
const space = fc.constantFrom('', ' ', '   ')
const comment = fc.oneof(
  fc.constant(''),
  word.map((text) => ` # ${text}: [not, {yaml`),
)
const noise = fc
  .array(
    fc.oneof(
      fc.constant('\n'),
      fc.tuple(space, word).map(([indent, text]) => `${indent}# - ${text}: x\n`),
    ),
    { maxLength: 2 },
  )
  .map((lines) => lines.join(''))

const scalar = fc.oneof(
  word,
  fc.constantFrom(
    '"a: # b"',
    "'it''s'",
    'null',
    '~',
    'yes',
    '0x1F',
    '!!str 12',
    '"\\u00e9"',
    'é ü',
    '{a: [1, 2,]}',
  ),
)

/** The lines of an entry's content, at no column. */
const content = fc
  .array(
    fc.tuple(
      word,
      fc.oneof(
        scalar,
        fc.constantFrom('|\n  # text\n\n  more', '>-\n  folded\n  text'),
        noise.map((lines) =>
          `# c\n  ${lines.replaceAll('\n', '\n  ')}\n  - deep: 1`.replace(/\n\s+\n/g, '\n\n'),
        ),
      ),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((pairs) =>
    Object.entries(Object.fromEntries(pairs))
      .map(([key, value]) => `${key}: ${value}`)
      .join('\n'),
  )

function at(column: number, text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(column) + line))
    .join('\n')
}

function list(key: string, inner: string) {
  const entry = fc
    .tuple(word, content, fc.boolean(), comment, noise)
    .map(([name, body, isFirst, eol, behind]) => {
      const nested = `${inner}:\n${at(2, body)}`
      const named = `name: ${name}-x${eol}`
      const lines = isFirst ? `${named}\n${nested}` : `${nested}\n${named}`
      return { text: `- ${at(2, lines).slice(2)}\n`, behind }
    })
  const block = fc
    .tuple(fc.array(entry, { minLength: 1, maxLength: 3 }), fc.constantFrom(0, 2, 4), comment, noise)
    .map(
      ([entries, column, eol, before]) =>
        `${key}:${eol}\n${before}${entries.map(({ text, behind }) => at(column, text) + behind).join('')}`,
    )
  const empty = fc
    .tuple(fc.constantFrom('', ' null', ' []', ' ~', ' [ ]'), comment, noise)
    .map(([value, eol, behind]) => `${key}:${value}${eol}\n${behind}`)
  const flow = fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 2 }), comment, fc.constantFrom('', ',', ' '))
    .map(
      ([names, eol, last]) =>
        `${key}: [${names.map((name) => `{name: ${name}-x, ${inner}: {a: "]"}}`).join(', ')}${last}]${eol}\n`,
    )
  return fc.oneof({ weight: 4, arbitrary: block }, empty, flow, fc.constant(''))
}

const kubeconfig = fc
  .tuple(
    fc
      .tuple(
        fc.constantFrom('apiVersion: v1\n', ''),
        fc.constantFrom('kind: Config\n', 'kind: "Config" # k\n', ''),
        list('clusters', 'cluster'),
        list('users', 'user'),
        list('contexts', 'context'),
        fc.oneof(
          fc.constant(''),
          fc
            .tuple(fc.constantFrom('', ' ""', ' null', ' some', ' "other"'), comment)
            .map(([v, c]) => `current-context:${v}${c}\n`),
        ),
        fc.constantFrom('preferences: {}\n', 'x-tool: &a\n  k: v\ny-tool: *a\n', ''),
      )
      .chain((parts) => fc.shuffledSubarray(parts, { minLength: parts.length })),
    noise,
    fc.boolean(),
    fc.boolean(),
  )
  .map(([parts, before, isCrlf, isCut]) => {
    const text = before + parts.join('')
    const cut = isCut ? text.trimEnd() : text
    return isCrlf ? cut.replaceAll('\n', '\r\n') : cut
  })

const jsonKubeconfig = fc
  .tuple(
    fc.array(fc.tuple(word, fc.jsonValue()), { minLength: 1, maxLength: 3 }),
    fc.jsonValue(),
    fc.constantFrom('', '  ', '\t'),
  )
  .map(([entries, other, indent]) => {
    const lists = listNames.map((list) => [
      list,
      entries.map(([name, value]) => ({ name: `${name}-x`, value })),
    ])
    return JSON.stringify({ other, ...Object.fromEntries(lists), 'current-context': 'some' }, null, indent)
  })

describe('whatever a kubeconfig looks like', () => {
  test('a cluster that is put and removed leaves every comment and entry, and the bytes of all lists with entries', () => {
    fc.assert(
      fc.property(kubeconfig, fc.boolean(), (text, useContext) => {
        const before = file(text)
        const name = 'ours'
        const put = file(
          applied(before, planPut([before], aCluster({ name }), { useContext, overwrite: false }).plan),
        )
        for (const listName of listNames) {
          expect(entriesOf(put, listName).slice(0, -1)).toEqual(entriesOf(before, listName))
        }
        expect(linesLost(text, put.text)).toEqual([])
        const after = file(applied(put, planRemove([put], name).plan))
        const former = currentContextOf(before)
        const isLeft = !useContext || entriesOf(before, 'contexts').some(({ name: each }) => each === former)
        expect(currentContextOf(after)).toBe(isLeft ? former : '')
        expect(meaning(after)).toEqual(meaning(before))
        expect(commentsOf(after.text)).toEqual(commentsOf(text))
        if (hasAllLists(before) && currentContextOf(before) !== '' && !useContext)
          expect(after.text).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  test('JSON gets its bytes back', () => {
    fc.assert(
      fc.property(jsonKubeconfig, (text) => {
        const before = file(text)
        const { plan } = planPut([before], aCluster({ name: 'ours' }), {
          useContext: false,
          overwrite: false,
        })
        const put = file(applied(before, plan))
        expect(JSON.parse(put.text)).toEqual(put.data)
        expect(applied(put, planRemove([put], 'ours').plan)).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  test('text that is cut or changed anywhere is refused, or keeps all that it still has', () => {
    fc.assert(
      fc.property(
        kubeconfig,
        fc.nat(),
        fc.nat(),
        fc.constantFrom('', '[', '\t', '- ', ': ', '"', '&a ', '#', '\n---\n'),
        (text, a, b, extra) => {
          const [from, to] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [
            number,
            number,
          ]
          const damaged = text.slice(0, from) + extra + text.slice(Math.min(to, from + 3))
          try {
            const before = file(damaged)
            const { plan } = planPut([before], aCluster({ name: 'ours' }), {
              useContext: false,
              overwrite: false,
            })
            const put = file(applied(before, plan))
            // A list in brackets gets its entry within its line.
            expect(linesLost(damaged, put.text).filter((line) => !/[[{]/.test(line))).toEqual([])
            for (const list of listNames)
              expect(entriesOf(put, list).slice(0, -1)).toEqual(entriesOf(before, list))
          } catch (error) {
            if (!isKaweezleError(error, 'KUBECONFIG_INVALID')) throw error
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

function file(text: string): KubeconfigFile {
  return { ...parseKubeconfig(text, 'config'), exists: true }
}

function applied(kubeconfig: Kubeconfig, plan: Plan): string {
  const changes = plan.get(kubeconfig)
  return changes === undefined ? kubeconfig.text : editKubeconfig(kubeconfig, changes)
}

function hasAllLists(kubeconfig: Kubeconfig): boolean {
  return listNames.every((each) => entriesOf(kubeconfig, each).length > 0)
}

/** What client-go makes of it: no list is an empty list. */
function meaning(kubeconfig: Kubeconfig) {
  const lists = listNames.map((each) => entriesOf(kubeconfig, each))
  const isOther = ([key]: [string, unknown]) =>
    !['clusters', 'users', 'contexts', 'current-context', 'apiVersion', 'kind'].includes(key)
  return { lists, others: Object.entries(kubeconfig.data).filter(isOther) }
}

function commentsOf(text: string): string[] {
  return text.match(/# .*/g)?.map((each) => each.trimEnd()) ?? []
}

function linesLost(before: string, after: string): string[] {
  const lines = new Set(after.split(/\r?\n/))
  return before
    .split(/\r?\n/)
    .filter((line) => !lines.has(line) && !/^(clusters|users|contexts|current-context):/.test(line))
}
