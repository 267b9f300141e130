import { expect, test } from 'vitest'
import { recipeJsonSchema } from './json-schema.ts'

test('the committed JSON schema is the one of this program', async () => {
  await expect(
    recipeJsonSchema(),
    'rootfs/recipe.schema.json is out of date: write it with `npx vitest run pipeline/src/recipe/json-schema.test.ts -u`',
  ).toMatchFileSnapshot('../../../rootfs/recipe.schema.json')
})

test('every key is described, and no unknown key is valid', () => {
  const parts: { readonly at: string; readonly part: unknown }[] = [
    { at: '', part: JSON.parse(recipeJsonSchema()) },
  ]
  let keys = 0
  for (const { at, part } of parts) {
    if (typeof part !== 'object' || part === null) continue
    for (const [name, inner] of Object.entries(part)) parts.push({ at: `${at}/${name}`, part: inner })
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
