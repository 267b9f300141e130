import { stringify } from 'yaml'
import { recipeJsonSchema } from './json-schema.ts'
import { type Schema, subschema, valueInWords } from './value-in-words.ts'

/** The text of `docs/recipe-reference.md`: every key of a recipe, as the schema has it. */
export function recipeReference(): string {
  const schema = recipeJsonSchema()
  const keys = propertiesOf(schema)
  const contents = keys.map(({ key, ...one }) => row(`[\`${key}\`](#${key})`, one))
  const parts = [
    '# Every key of a recipe',
    'Written by `npm run schema` from the schema in the code; do not edit. How they work together stands in [recipe.md](recipe.md).',
    table(['key', 'value', 'default'], contents),
    ...keys.flatMap(({ key, schema }) => section(key, schema)),
  ]
  return `${parts.join('\n\n')}\n`
}

function section(key: string, schema: Schema): string[] {
  const example = stringify({ [key]: schema['examples']?.[0] }, { lineWidth: 0 })
  const rows = rowsBelow(key, schema)
  const inner = rows.length === 0 ? [] : [table(['key', 'value', 'default', 'what it says'], rows)]
  return [`## ${key}`, schema.description ?? '', `\`\`\`yaml\n${example}\`\`\``, ...inner]
}

/** A row for each key below `path`: `[]` stands for each element of a list, `*` for each key that authors choose. */
function rowsBelow(path: string, schema: Schema): Row[] {
  const { items, anyOf, additionalProperties } = schema
  if (anyOf !== undefined) return rowsOfForms(path, anyOf.map(subschema))
  if (typeof items === 'object') return rowsBelow(`${path}[]`, subschema(items))
  if (typeof additionalProperties === 'object') return rowsBelow(`${path}.*`, subschema(additionalProperties))
  return propertiesOf(schema).flatMap(({ key, ...one }) => {
    const at = `${path}.${key}`
    return [[...row(`\`${at}\``, one), one.schema.description ?? ''], ...rowsBelow(at, one.schema)]
  })
}

/** Of a mapping of several forms: what they have in common once, and that each has keys of its own. */
function rowsOfForms(path: string, forms: readonly Schema[]): Row[] {
  const rows = forms.flatMap((form, index) => {
    const others = forms.toSpliced(index, 1).flatMap(({ required = [] }) => required)
    const unless = `required, unless there is ${others.map((key) => `\`${key}\``).join(', ')}`
    return rowsBelow(path, form).map((one) => one.map((cell) => (cell === required ? unless : cell)))
  })
  return [...new Map(rows.map((one) => [one[0], one])).values()]
}

type Row = readonly string[]

interface Property {
  readonly schema: Schema
  readonly isRequired: boolean
}

const required = 'required'

function propertiesOf({ properties = {}, required = [] }: Schema): (Property & { readonly key: string })[] {
  return Object.entries(properties).map(([key, schema]) => {
    return { key, schema: subschema(schema), isRequired: required.includes(key) }
  })
}

function row(name: string, { schema, isRequired }: Property): Row {
  const { default: fallback } = schema
  const isSaid =
    fallback !== undefined && JSON.stringify(fallback) !== '{}' && JSON.stringify(fallback) !== '[]'
  return [name, valueInWords(schema), isRequired ? required : isSaid ? `\`${fallback}\`` : '']
}

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
