import { createHash } from 'node:crypto'
import parse from 'spdx-expression-parse'

/** What a package says of its licence, in SPDX's terms. */
export interface DeclaredLicense {
  /** A valid expression, in which references stand for what SPDX does not know. */
  readonly expression: string
  readonly references: readonly LicenseReference[]
  /** What the package says, where no part of it could be read; then the expression is one reference. */
  readonly name: string | undefined
}

/** A licence that is not on SPDX's list. */
export interface LicenseReference {
  /** `LicenseRef-…` */
  readonly id: string
  /** What packages call it. */
  readonly name: string
}

/**
 * Reads the licence field of a package. Alpine's are expressions of SPDX (specification 2.3, annex D), but for some
 * older ones: those with unknown names keep their form and have references for these names; one that is no
 * expression, such as a list without operators, becomes a reference as a whole. Undefined where nothing is said.
 */
export function parseLicense(text: string): DeclaredLicense | undefined {
  const said = text.trim().replace(/\s+/g, ' ')
  if (said === '') return undefined
  const references: LicenseReference[] = []
  const tokens = said
    .split(/(?: |^)(and|or)(?= |$)|([()])/i)
    .flatMap((part) => (part === undefined || part.trim() === '' ? [] : [part.trim()]))
    .map((token) => (/^(and|or|[()])$/i.test(token) ? token.toUpperCase() : term(token, references)))
  const expression = tokens.join(' ').replaceAll('( ', '(').replaceAll(' )', ')')
  if (references.every(({ id, name }) => name !== said || id === said) && isExpression(expression))
    return { expression, references, name: undefined }
  const whole = referenceTo(said)
  return { expression: whole.id, references: [whole], name: said }
}

/** One licence, with its exception where it has one. Operators are written in capitals only. */
function term(token: string, references: LicenseReference[]): string {
  const known = token.replace(/ with /i, ' WITH ')
  const isReference = known.startsWith('LicenseRef-')
  if (isExpression(known) && !isReference) return known
  const reference = isReference ? { id: known, name: known } : referenceTo(token)
  references.push(reference)
  return reference.id
}

/** An id of the characters that SPDX allows, another one for each name. */
function referenceTo(name: string): LicenseReference {
  const plain = name.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^-|-$/g, '')
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return { id: `LicenseRef-${plain === name ? name : `${plain}-${digest}`}`, name }
}

/** Whether `text` is one; the parser passes over characters that cannot stand in any. */
function isExpression(text: string): boolean {
  if (!/^[A-Za-z0-9.+() -]+$/.test(text)) return false
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}
