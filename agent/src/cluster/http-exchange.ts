import { type Agent, request as httpsRequest } from 'node:https'
import { ApiError } from './api-error.ts'

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly agent: Agent
  /** Milliseconds for the whole of it. */
  readonly timeLimit: number
  /** Bytes of the answer. */
  readonly sizeLimit: number
  readonly signal: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly body: string
}

/**
 * One request and its whole answer.
 * @throws ApiError without a status when there was no complete answer.
 */
export function exchange(options: Exchange): Promise<Answer> {
  const { method, url, headers, body, agent, timeLimit, sizeLimit, signal } = options
  return new Promise((resolve, reject) => {
    let isSettled = false
    const settle = (action: () => void) => {
      if (isSettled) return
      isSettled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      action()
    }
    const fail = (reason: string, text: string, cause?: unknown) => {
      settle(() => reject(new ApiError(`the API server at ${url.host} ${text}`, { reason, hint, cause })))
      sent.destroy()
    }
    const failWith = (error: Error) => fail(codeOf(error), `cannot be reached: ${error.message}`, error)
    const onAbort = () => fail('Interrupted', 'was not waited for: the run was interrupted')
    const timer = setTimeout(() => fail('Timeout', `did not answer within ${timeLimit / 1000} s`), timeLimit)
    signal.addEventListener('abort', onAbort, { once: true })

    const sent = httpsRequest(url, { method, headers, agent }, (answer) => {
      const chunks: Buffer[] = []
      let size = 0
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > sizeLimit) fail('TooLarge', `sent more than ${sizeLimit >> 20} MiB`)
      })
      answer.once('error', failWith)
      answer.once('close', () => fail('CutOff', 'broke off in the middle of its answer'))
      answer.once('end', () => {
        // A connection that is cut may also just end: then less has come than was announced.
        const announced = answer.headers['content-length']
        if (!answer.complete || (announced !== undefined && Number(announced) !== size)) {
          fail('CutOff', 'broke off in the middle of its answer')
          return
        }
        settle(() =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        )
      })
    })
    sent.on('error', failWith)
    sent.end(body)
  })
}

const hint = 'Run `iknite start`, and look at the logs of kube-apiserver below /var/log/pods.'

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'Unreachable'
}
