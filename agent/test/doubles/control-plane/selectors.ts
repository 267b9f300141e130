import type { KubeObject, Loose } from './objects.ts'

export type Matcher = (object: KubeObject) => boolean

/** What `labelSelector` and `fieldSelector` of a query let through. */
export function matcherOf(query: URLSearchParams): Matcher {
  const labels = splitTerms(query.get('labelSelector') ?? '').map(labelTerm)
  const fields = splitTerms(query.get('fieldSelector') ?? '').map(fieldTerm)
  return (object) => [...labels, ...fields].every((matches) => matches(object))
}

/** The selector of a Deployment and its like: `matchLabels` and `matchExpressions`. */
export function selects(selector: Loose, labels: Record<string, string> = {}): boolean {
  const expressions: Loose[] = selector?.matchExpressions ?? []
  return (
    Object.entries(selector?.matchLabels ?? {}).every(([name, value]) => labels[name] === value) &&
    expressions.every(({ key, operator, values = [] }) => {
      if (operator === 'In') return values.includes(labels[key])
      if (operator === 'NotIn') return !values.includes(labels[key])
      return operator === 'Exists' ? key in labels : !(key in labels)
    })
  )
}

function labelTerm(term: string): Matcher {
  const [, key = '', not, list] = /^\s*([^\s=!()]+)\s+(notin|in)\s*\(([^)]*)\)\s*$/.exec(term) ?? []
  if (list !== undefined) {
    const values = list.split(',').map((value) => value.trim())
    return ({ metadata }) => values.includes(metadata.labels?.[key] ?? '\0') === (not === 'in')
  }
  const [, name = '', operator, value = ''] = /^\s*([^=!\s]+)\s*(==?|!=)\s*(.*?)\s*$/.exec(term) ?? []
  if (operator === '!=') return ({ metadata }) => metadata.labels?.[name] !== value
  if (operator) return ({ metadata }) => metadata.labels?.[name] === value
  const absent = term.trim().startsWith('!')
  const plain = term.trim().replace(/^!\s*/, '')
  return ({ metadata }) => plain in (metadata.labels ?? {}) !== absent
}

function fieldTerm(term: string): Matcher {
  const [, path = '', operator, value = ''] = /^([^=!]+)(==?|!=)(.*)$/.exec(term) ?? []
  return (object) => {
    const found = path.split('.').reduce<Loose>((at, field) => at?.[field], object)
    return (String(found ?? '') === value) === (operator !== '!=')
  }
}

/** Splits at the commas that are not within parentheses. */
function splitTerms(text: string): string[] {
  return text.split(/,(?![^(]*\))/).filter((term) => term.trim() !== '')
}
