import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { recipeSchema } from '../src/recipe/schema.ts'
import { main } from './support/pipeline.ts'

const repository = join(import.meta.dirname, '../..')
const read = (name: string) => readFile(join(repository, name), 'utf8')

describe('docs/recipe.md', () => {
  test('has a heading for each key of the schema, in its order, and for nothing else', async () => {
    const schema = JSON.parse(await read('rootfs/recipe.schema.json'))
    const headings = [...(await read('docs/recipe.md')).matchAll(/^## (.*)$/gm)].map(([, key]) => key)
    expect(headings).toEqual(Object.keys(schema.properties))
  })

  test('shows under each key an example that is valid', async () => {
    const minimal = parse(await read('rootfs/minimal.yaml'))
    const edge = { name: 'community', release: 'edge', tag: 'edge' }
    for (const [key, example] of sections(await read('docs/recipe.md'))) {
      const fragment = parse(example)
      expect(Object.keys(fragment)).toEqual([key])
      const recipe = { ...minimal, repositories: [{ name: 'main' }, edge], ...fragment }
      expect(recipeSchema.safeParse(recipe)).toMatchObject({ success: true })
    }
  })
})

describe('docs/building.md', () => {
  test('says what to do about every error code', async () => {
    const codes = [...(await read('pipeline/src/errors.ts')).matchAll(/^ {2}([A-Z_]+): exitStatus\./gm)]
    const rows = [...(await read('docs/building.md')).matchAll(/^\| `([A-Z_]+)` +\| \S/gm)]
    expect(codes.length).toBeGreaterThan(10)
    expect(rows.map(([, code]) => code)).toEqual(codes.map(([, code]) => code))
  })

  test.each(['build', 'lock', 'verify'])('mentions every flag of %s', async (command) => {
    const { stdout } = await execa(process.execPath, [main, command, '--help'])
    const text = await read('docs/building.md')
    const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag)
    expect(flags.length).toBeGreaterThan(4)
    for (const flag of flags) expect(text).toContain(flag)
  })
})

function sections(text: string): [key: string, example: string][] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', /^```yaml\n(.*?)^```/ms.exec(section)?.[1] ?? ''])
}
