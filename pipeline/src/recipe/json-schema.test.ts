import { describe, expect, test } from 'vitest'
import { recipeExamples } from './examples.ts'
import { recipeJsonSchema } from './json-schema.ts'
import { recipeReference } from './reference.ts'
import { recipeSchema } from './schema.ts'

test.each([
  ['rootfs/recipe.schema.json', () => `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`],
  ['docs/recipe-reference.md', recipeReference],
])('the committed %s is the one of this program', async (file, write) => {
  const outdated = `${file} is out of date: write it with \`npm run schema\``
  await expect(write(), outdated).toMatchFileSnapshot(`../../../${file}`)
})

test('every key is described, every pattern has words, and no unknown key is valid', () => {
  const parts: { readonly at: string; readonly part: unknown }[] = [{ at: '', part: recipeJsonSchema() }]
  let keys = 0
  for (const { at, part } of parts) {
    if (typeof part !== 'object' || part === null) continue
    for (const [name, inner] of Object.entries(part)) parts.push({ at: `${at}/${name}`, part: inner })
    if ('pattern' in part && !at.includes('/allOf/')) expect(part, at).toHaveProperty('title')
    if (!('properties' in part)) continue
    expect(part, at).toMatchObject({ additionalProperties: false })
    for (const [name, property] of Object.entries(part.properties as object)) {
      keys += 1
      // Runlevels and owners of the same name explain themselves by the key that holds them.
      if (!at.endsWith('/services')) expect(property, `${at}/${name}`).toHaveProperty('description')
    }
  }
  expect(keys).toBeGreaterThan(40)
})

describe('the example of', () => {
  const tags = { repositories: recipeExamples.repositories, packages: recipeExamples.packages }
  const keys = Object.keys(recipeSchema.shape) as (keyof typeof recipeExamples)[]

  test.each(keys)('%s is valid', (key) => {
    const { name, architectures, locks, base } = recipeExamples
    const recipe = { name, architectures, locks, base, ...tags, [key]: recipeExamples[key] }
    expect(recipeSchema.safeParse(recipe)).toMatchObject({ success: true })
  })
})
