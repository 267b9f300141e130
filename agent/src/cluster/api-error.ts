import * as z from 'zod'
import { AgentError } from '../errors.ts'
import { oneLine } from './one-line.ts'

/** Why a request to the API server did not do what it was sent for. */
export class ApiError extends AgentError {
  /** The HTTP status of the answer; undefined where there was none: the server is `down`. */
  readonly status: number | undefined
  /** A word for programs: that of the Status object, e.g. `NotFound`, or the system's code, e.g. `ECONNREFUSED`. */
  readonly reason: string

  constructor(message: string, facts: { status?: number; reason: string; hint?: string; cause?: unknown }) {
    super('API_FAILED', message, {
      ...(facts.hint !== undefined && { hint: facts.hint }),
      cause: facts.cause,
    })
    this.status = facts.status
    this.reason = facts.reason
  }

  /** Whether the server could not be asked at all, so that asking later may help. */
  get isDown(): boolean {
    return this.status === undefined
  }
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
const statusSchema = z.object({
  kind: z.literal('Status'),
  message: z.string().optional(),
  reason: z.string().optional(),
})

/** The error of an answer that is none of success. */
export function refusedRequest(request: string, status: number, body: string): ApiError {
  const known = statusSchema.safeParse(parseJson(body)).data
  const message = oneLine(known?.message ?? body)
  const reason = known?.reason ?? `HTTP ${status}`
  return new ApiError(`the API server refused ${request}: ${message === '' ? reason : message} (${status})`, {
    status,
    reason,
    ...hintOf(status),
  })
}

/** The value of a JSON text; undefined, which no JSON text is, where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function hintOf(status: number): { hint?: string } {
  if (status === 401 || status === 403) return { hint: 'Run `iknite start`: it renews what is out of date.' }
  if (status >= 500) return { hint: 'Look at the logs of kube-apiserver and etcd below /var/log/pods.' }
  return {}
}
