import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { build } from '../src/commands/build.ts'
import { lock } from '../src/commands/lock.ts'
import { verify } from '../src/commands/verify.ts'
import { localBuilder } from '../src/describe/provenance/builder.ts'
import { buildType } from '../src/describe/provenance/statement.ts'
import { parseRecipe } from '../src/recipe/parse.ts'
import { recipeSchema } from '../src/recipe/schema.ts'

const repository = join(import.meta.dirname, '../..')
const read = (name: string) => readFile(join(repository, name), 'utf8')

test('docs/recipe.md begins with a recipe that has what is required, and no more', async () => {
  const [, example = ''] = /^```yaml\n(.*?)^```/ms.exec(await read('docs/recipe.md')) ?? []
  const recipe = parseRecipe(example, 'docs/recipe.md')
  for (const key of Object.keys(recipe).filter((key) => example.includes(`${key}:`))) {
    const less = example.replace(new RegExp(`^${key}:.*\n`, 'm'), '')
    expect(() => parseRecipe(less, 'docs/recipe.md'), key).toThrow(`${key}: is missing`)
  }
})

test('docs/recipe.md leads to every key of the reference', async () => {
  const text = await read('docs/recipe.md')
  expect(
    Object.keys(recipeSchema.shape).filter((key) => !text.includes(`](recipe-reference.md#${key})`)),
  ).toEqual([])
})

test('docs/building.md says what to do about every error code', async () => {
  const codes = [...(await read('pipeline/src/errors.ts')).matchAll(/^ {2}([A-Z_]+): exitStatus\./gm)]
  const rows = [...(await read('docs/building.md')).matchAll(/^\| `([A-Z_]+)` +\| \S/gm)]
  expect(codes.length).toBeGreaterThan(10)
  expect(rows.map(([, code]) => code)).toEqual(codes.map(([, code]) => code))
})

test('docs/describing.md has the headings that provenance leads to', async () => {
  const headings = [...(await read('docs/describing.md')).matchAll(/^### (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w ]/g, '')
      .replaceAll(' ', '-'),
  )
  for (const uri of [buildType, localBuilder]) expect(headings).toContain(new URL(uri).hash.slice(1))
})

describe('every flag is mentioned: of', () => {
  test.each([
    ['build', build, ['building', 'locks']],
    ['lock', lock, ['building', 'locks']],
    ['verify', verify, ['building']],
  ] as const)('%s', async (_, command, names) => {
    const texts = await Promise.all(names.map((name) => read(`docs/${name}.md`)))
    const flags = [...command.help().matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag = '']) => flag)
    expect(flags.length).toBeGreaterThan(4)
    expect(flags.filter((flag) => !texts.join('').includes(flag))).toEqual([])
  })
})
