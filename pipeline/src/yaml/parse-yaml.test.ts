import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isPipelineError } from '../errors.ts'
import { parseYaml } from './parse-yaml.ts'

const schema = z.strictObject({
  name: z.string(),
  colour: z.enum(['red', 'green']).optional(),
  sizes: z.array(z.int()).optional(),
  either: z.union([z.strictObject({ near: z.string() }), z.strictObject({ far: z.string() })]).optional(),
  paths: z.record(z.string().regex(/^\//, 'is not absolute'), z.string()).optional(),
})

const source = { file: 'f.yaml', code: 'RECIPE_INVALID', hint: 'Correct it.' } as const

function problems(text: string, exact = false): string {
  try {
    parseYaml(schema, text, { ...source, exact })
  } catch (error) {
    if (!isPipelineError(error, 'RECIPE_INVALID')) throw error
    return error.message
  }
  throw new Error('the text was accepted')
}

describe('a YAML file is refused with the place of what is wrong', () => {
  test.each([
    ['nothing', '', '1:1: the file is empty'],
    ['white space', ' \n\n', '1:1: the file is empty'],
    ['comments only', '# a\n', '1:1: an empty value is not a mapping'],
    ['a list', '- a\n', '1:1: a list is not a mapping'],
    ['an unclosed list', 'name: [a\n', '2:1: Flow sequence in block collection must be'],
    ['a tab as indentation', 'paths:\n\t/a: b\n', '2:1: Tabs are not allowed as indentation'],
    ['two documents', 'name: a\n---\nname: b\n', '2:1: a second document begins here'],
    ['a repeated key', 'name: a\nname: b\n', "2:1: the key 'name' is there twice"],
    ['a key repeated in another spelling', 'name: a\n"na\\x6de": b\n', "2:1: the key 'name' is there twice"],
    [
      'a repeated key further down',
      'name: a\npaths:\n  /a: b\n  /a: c\n',
      "4:3: the key '/a' is there twice",
    ],
    ['a key of an object', 'name: a\n{ b: c }: d\n', '2:1: With stringKeys, all keys must be strings'],
    ['the key __proto__', 'name: a\npaths: { __proto__: b }\n', "2:10: the key '__proto__' is not allowed"],
    ['an anchor', 'name: &a b\n', '1:10: anchors (&a) are not read; write the value out'],
    ['an alias', 'name: &a b\ncolour: *a\n', '2:9: aliases (*a) are not read'],
    ['an alias to nothing', 'name: *a\n', '1:7: aliases (*a) are not read'],
    ['a merge key', 'name: a\n<<: { name: b }\n', "2:1: unknown key '<<'"],
    ['an unknown tag', 'name: !secret a\n', '1:7: Unresolved tag: !secret'],
    ['a binary tag', 'name: !!binary aGk=\n', '1:7: Unresolved tag: tag:yaml.org,2002:binary'],
    ['NUL', 'name: a\ncolour: re\0d\n', '2:11: the control character U+0000, which is not text'],
    ['an escape sequence', 'name: \x1b[31m\n', '1:7: the control character U+001B, which is not text'],
    ['bytes that are not UTF-8', 'name: a\ufffd\n', '1:8: not UTF-8 text'],
    ['a byte order mark inside', 'name: a\n\ufeffcolour: red\n', '2:1: a byte order mark'],
    ['a lone carriage return', 'name: a\rcolour: red\n', '1:8: a carriage return'],
    ['an unknown key', 'name: a\ncolor: red\n', "2:1: unknown key 'color'; did you mean 'colour'?"],
    [
      'a strange key',
      'name: a\nx: 1\n',
      "2:1: unknown key 'x'; known here: name, colour, sizes, either, paths",
    ],
    ['a missing key', '# a\ncolour: red\n', '2:1: name: is missing'],
    ['a missing key deep down', 'name: a\neither:\n  {}\n', '2:1: either.near: is missing'],
    ['an empty value', 'name:\n', '1:6: name: an empty value is not a text'],
    ['a number for a text', 'name: 3.20\n', '1:7: name: 3.2 is not a text; put it in quotes'],
    ['a truth for a text', 'name: true\n', '1:7: name: true is not a text; put it in quotes'],
    ['a text for a number', 'name: a\nsizes: ["1"]\n', "2:9: sizes[0]: '1' is not a number"],
    [
      'a fraction for a whole number',
      'name: a\nsizes: [1, 1.5]\n',
      '2:12: sizes[1]: 1.5 is not a whole number',
    ],
    ['infinity', 'name: a\nsizes: [.inf]\n', '2:9: sizes[0]: Infinity is not a number'],
    ['a text for a list', 'name: a\nsizes: 1\n', '2:8: sizes: 1 is not a list'],
    [
      'a slip',
      'name: a\ncolour: gren\n',
      "2:9: colour: 'gren' is not one of: red, green; did you mean 'green'?",
    ],
    ['another word', 'name: a\ncolour: blue\n', "2:9: colour: 'blue' is not one of: red, green"],
    ['a key of the wrong form', 'name: a\npaths:\n  b: c\n', "3:3: paths: the key 'b' is not absolute"],
    ['the nearest of two forms', 'name: a\neither: { far: 1 }\n', '2:16: either.far: 1 is not a text'],
    ['too many lists in lists', '['.repeat(10_000), 'nested too deeply'],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toContain(expected)
    expect(problems(text)).toMatch(/^f\.yaml:\d+:\d+: /)
  })

  test('all problems are told, in the order of the file', () => {
    expect(problems('colour: blue\nsizes: [a, 2]\nnmae: b\n').split('\n')).toEqual([
      'f.yaml:1:1: name: is missing',
      "f.yaml:1:9: colour: 'blue' is not one of: red, green",
      "f.yaml:2:9: sizes[0]: 'a' is not a number",
      "f.yaml:3:1: unknown key 'nmae'; did you mean 'name'?",
    ])
  })

  test('of very many problems, the first are told and the rest counted', () => {
    const text = `name: a\n${Array.from({ length: 1000 }, (_, i) => `k${i}: 1\n`).join('')}`
    expect(problems(text).split('\n')).toHaveLength(21)
    expect(problems(text)).toMatch(/… and 980 more$/)
  })

  test.each([
    ['a value', 'name: a\ncolour: "\\e[2J"\n'],
    ['a key', 'name: a\n"\\e[2J\\n": b\n'],
    ['a key above what is wrong', 'name: a\npaths: { "/\\e[2J": 1 }\n'],
    ['an anchor', 'name: &\u202ea b\n'],
  ])('what is shown of %s cannot command the terminal', (_, text) => {
    expect(problems(text)).toMatch(/^f\.yaml:[^\p{Cc}\p{Cf}]*\ufffd[^\p{Cc}\p{Cf}]*$/u)
  })

  test('a long value is cut', () => {
    expect(problems(`name: a\ncolour: ${'x'.repeat(1000)}\n`).length).toBeLessThan(200)
  })
})

describe('hostile files are refused in less than a second of computing', () => {
  test.each([
    ['10 MB', 'a'.repeat(10_000_000), /^f\.yaml:1:1: the file has 10000000 characters; the limit is 262144$/],
    ['many keys', Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'), /and \d+ more$/],
    ['many open brackets', '[{a: '.repeat(50_000), /nested too deeply$/],
    ['a list in a list in a list', '- '.repeat(100_000), /nested too deeply$/],
    [
      'an alias bomb',
      `a0: &a0 x\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`,
      /^f\.yaml:1:9: anchors \(&a0\) are not read/,
    ],
  ])('%s', (_, text, expected) => {
    const start = process.cpuUsage()
    expect(problems(text)).toMatch(expected)
    const { user, system } = process.cpuUsage(start)
    expect(user + system, 'microseconds').toBeLessThan(1_000_000)
  })
})

describe('line ends and byte order marks', () => {
  test('are of no account in a file that people write', () => {
    expect(parseYaml(schema, '\ufeffname: a\r\ncolour: red\r\n', source)).toEqual({
      name: 'a',
      colour: 'red',
    })
  })

  test('do not move the column of an error', () => {
    expect(problems('\ufeffnam: a\r\nname: 3\r\n')).toBe(
      "f.yaml:1:1: unknown key 'nam'; did you mean 'name'?\nf.yaml:2:7: name: 3 is not a text; put it in quotes",
    )
  })

  test.each([
    ['a byte order mark', '\ufeffname: a\n', '1:1: a byte order mark'],
    [
      'a carriage return',
      'name: a\ncolour: red\r\n',
      '2:12: a carriage return; lines must end with a line feed',
    ],
  ])('%s is refused in a file that only programs write', (_, text, expected) => {
    expect(problems(text, true)).toContain(expected)
  })
})
