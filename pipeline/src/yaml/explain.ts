import { nearest } from '@kaweezle/program-kit/nearest.ts'
import type { z } from 'zod'
import { show } from './show.ts'

type Issue = Parameters<z.core.$ZodErrorMap>[0]

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
}

/**
 * What is wrong, as the predicate of a sentence whose subject is the value, for zod's own complaints. Messages
 * written in a schema are predicates too ("is not a release such as 'v3.24'"). For unknown keys: one line each.
 */
export function explain(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, knownKeys(issue))).join('\n')
    case 'invalid_value':
      return `is not one of: ${issue.values.join(', ')}${didYouMean(issue.input, issue.values)}`
    case 'invalid_type':
      return wrongType(issue.expected, issue.input)
    case 'too_small':
      return `is less than ${issue.minimum}`
    case 'too_big':
      return `is more than ${issue.maximum}`
    default:
      return `is not accepted (${issue.code})`
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key ${show(key)}${didYouMean(key, known) || `; known here: ${known.join(', ')}`}`
}

function knownKeys(issue: Issue): readonly string[] {
  const definition = issue.inst?._zod.def
  return definition !== undefined && 'shape' in definition ? Object.keys(definition.shape as object) : []
}

function didYouMean(value: unknown, known: readonly unknown[]): string {
  const word = typeof value === 'string' ? nearest(value, known.map(String)) : undefined
  return word === undefined ? '' : `; did you mean '${word}'?`
}

function wrongType(expected: string, input: unknown): string {
  const quote = expected === 'string' && typeof input !== 'object' ? '; put it in quotes' : ''
  return `is not ${kinds[expected] ?? expected}${quote}`
}
