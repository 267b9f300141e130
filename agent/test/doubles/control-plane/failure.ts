/** A request the API refuses; the router turns it into a Status. */
export class Failure extends Error {
  readonly code: number
  readonly reason: string
  readonly details: object | undefined

  constructor(code: number, reason: string, message: string, details?: object) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.reason = reason
    this.details = details
  }
}

export function statusOf({ code, reason, message, details }: Failure): object {
  const base = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' }
  return { ...base, message, reason, ...(details && { details }), code }
}
