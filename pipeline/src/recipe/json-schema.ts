import { z } from 'zod'
import { recipeSchema } from './schema.ts'

/** The text of `rootfs/recipe.schema.json`: what editors complete and check a recipe with. */
export function recipeJsonSchema(): string {
  const schema = z.toJSONSchema(recipeSchema, { io: 'input', target: 'draft-7' })
  return `${JSON.stringify({ title: 'A Kaweezle root filesystem', ...schema }, null, 2)}\n`
}
