import { type Difference, differenceSchema } from './schema.ts'

/**
 * The one text of a difference as JSON: the schema's order of keys, two spaces, a final line end. Where JSON lets
 * control and formatting characters stand, they are escaped too: the reader may be a terminal. Throws when it breaks
 * the schema.
 */
export function renderJson(difference: Difference): string {
  const json = JSON.stringify(differenceSchema.parse(difference), null, 2)
  return `${json.replace(/[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--\n]/gv, escapeUnits)}\n`
}

function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
