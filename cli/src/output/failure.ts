import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import { isKaweezleError } from '../errors.ts'
import { paint } from './paint.ts'

/** What is told of an error. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly details: readonly string[]
}

/** What is told of an error; of one that nobody foresaw, that it is a bug of ours. */
export function failureOf(error: unknown): Failure {
  if (isKaweezleError(error)) {
    const { code, message, hint, details } = error
    return { code, message, ...(hint === undefined ? {} : { hint }), details: [...details] }
  }
  return {
    code: 'BUG',
    message: error instanceof Error ? error.message : String(error),
    hint: 'This is a bug of kaweezle: report it with what --verbose adds, at https://github.com/kaweezle/kaweezle/issues.',
    details: [],
  }
}

/** The same for people: `error: message`, the details indented, `hint: …`; and the stack where it is asked for. */
export function failureText(error: unknown, options: { isVerbose: boolean; hasColour: boolean }): string {
  const { message, hint, details } = failureOf(error)
  const colour = paint(options.hasColour)
  const stack = options.isVerbose && error instanceof Error ? stackOf(error) : []
  const lines = [
    `${colour.red('error:')} ${safeText(message)}`,
    ...details.flatMap((detail) => detail.split('\n')).map((detail) => `  ${safeText(detail)}`),
    ...(hint === undefined ? [] : [`${colour.cyan('hint:')} ${safeText(hint)}`]),
    ...stack.map((line) => colour.dim(safeText(line))),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function stackOf(error: Error): string[] {
  const causes = error.cause instanceof Error ? stackOf(error.cause).map((line) => `caused by ${line}`) : []
  return [...(error.stack ?? '').split('\n'), ...causes]
}
