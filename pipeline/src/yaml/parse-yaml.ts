import type { z } from 'zod'
import { type ErrorCode, PipelineError } from '../errors.ts'
import { type PositionedDocument, readDocument } from './document.ts'
import { explain } from './explain.ts'
import { printable } from './printable.ts'
import type { Problem } from './problem.ts'
import { show } from './show.ts'
import { unreadable } from './unreadable.ts'

/** More are not read by anybody, and a hostile file could have one for each byte. */
const mostProblems = 20

export interface YamlSource {
  /** The name that errors begin with. */
  readonly file: string
  /** The code of the error. */
  readonly code: ErrorCode
  /** What to do about it. */
  readonly hint: string
  /** Whether carriage returns and a byte order mark are refused: for files that only programs write. */
  readonly exact?: boolean
}

/**
 * Reads a YAML file that must follow `schema`.
 * @throws PipelineError with the code of `source`; its message has one line `file:line:column: what is wrong`
 *   for each problem, in the order of the file.
 */
export function parseYaml<T>(schema: z.ZodType<T>, text: string, source: YamlSource): T {
  const exact = source.exact ?? false
  const readable = exact ? text : text.replace(/^\u{feff}/u, '')
  const unreadableAt = unreadable(readable, { carriageReturns: !exact })
  if (unreadableAt !== undefined) throw problemsError([unreadableAt], source)
  const document = readDocument(readable)
  if (document.problems.length > 0) throw problemsError(document.problems, source)
  const result = schema.safeParse(document.value, { error: explain })
  if (result.success) return result.data
  throw problemsError(
    result.error.issues.flatMap((issue) => problemsOf(issue, document)),
    source,
  )
}

function problemsOf(issue: z.core.$ZodIssue, document: PositionedDocument): Problem[] {
  if (issue.code === 'invalid_union') {
    const nearest = issue.errors.toSorted((a, b) => weight(a) - weight(b))[0] ?? []
    return nearest.flatMap((inner) =>
      problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, document),
    )
  }
  if (issue.code === 'invalid_key')
    return issue.issues.map((inner) => ({
      at: document.keyAt(issue.path),
      text: `${nameOf(issue.path.slice(0, -1))}the key ${show(issue.path.at(-1))} ${inner.message}`,
    }))
  if (issue.code === 'unrecognized_keys')
    return issue.message.split('\n').map((text, index) => ({
      at: document.keyAt([...issue.path, issue.keys[index] ?? '']),
      text: `${nameOf(issue.path)}${text}`,
    }))
  const value = valueAt(document.value, issue.path)
  const text = value === undefined ? 'is missing' : `${show(value)} ${issue.message}`
  return [{ at: document.at(issue.path), text: `${nameOf(issue.path)}${text}` }]
}

/** How far a value is from an alternative of a union; what is wrong is told of the nearest. */
function weight(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
}

/** `packages[3]: `, or nothing for the whole document. */
function nameOf(path: readonly PropertyKey[]): string {
  const name = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return name === '' ? '' : `${name.replace(/^\./, '')}: `
}

function problemsError(problems: readonly Problem[], { file, code, hint }: YamlSource): PipelineError {
  const shown = problems
    .toSorted((a, b) => a.at.line - b.at.line || a.at.col - b.at.col)
    .slice(0, mostProblems)
    .map(({ at, text }) => `${file}:${at.line}:${at.col}: ${printable(text)}`)
  if (problems.length > mostProblems) shown.push(`… and ${problems.length - mostProblems} more`)
  return new PipelineError(code, shown.join('\n'), { hint })
}
