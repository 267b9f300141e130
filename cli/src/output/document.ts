import type { OutputForm } from '../settings/table.ts'

/** A result for programs: one JSON or YAML document. */
export async function documentText(document: unknown, form: Exclude<OutputForm, 'text'>): Promise<string> {
  const json = JSON.stringify(document ?? null, undefined, 2)
  if (form === 'json') return `${json}\n`
  const { stringify } = await import('@kaweezle/program-kit/yaml.ts')
  // By way of JSON, so that the two forms never differ: keys without a value are in neither.
  return stringify(JSON.parse(json), { lineWidth: 0, aliasDuplicateObjects: false })
}
