import type { z } from 'zod'

export type Schema = z.core.JSONSchema.BaseSchema

/** A schema within a schema, which `z.toJSONSchema` does not write as a mere `true`, nor as a list. */
export function subschema(schema: Schema['items']): Schema {
  if (typeof schema === 'object' && !Array.isArray(schema)) return schema
  throw new Error(`no schema, but ${JSON.stringify(schema)}`)
}

/**
 * What a value can be, in a few words.
 * @throws Error for a kind of schema that recipes did not have so far
 */
export function valueInWords(schema: Schema): string {
  const { title, type, items, minItems, properties, propertyNames, additionalProperties } = schema
  if (title !== undefined) return title
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${one}\``).join(' or ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(subschema).map(valueInWords).join(', or ')
  if (type === 'boolean') return '`true` or `false`'
  if (type === 'integer') return `whole number from ${schema.minimum} to ${schema.maximum}`
  if (type === 'array' && typeof items === 'object')
    return `list${minItems === undefined ? '' : `, at least ${minItems}`}; each: ${valueInWords(subschema(items))}`
  if (properties !== undefined) return `mapping with ${keysInWords(schema)}`
  if (typeof propertyNames === 'object' && typeof additionalProperties === 'object')
    return `mapping from ${valueInWords(subschema(propertyNames))} to ${valueInWords(subschema(additionalProperties))}`
  throw new Error(`no words for ${JSON.stringify(schema)}`)
}

function keysInWords({ properties = {} }: Schema): string {
  return Object.keys(properties)
    .map((key) => `\`${key}\``)
    .join(', ')
}
