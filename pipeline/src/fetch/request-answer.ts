import { PipelineError } from '../errors.ts'
import { connectionError } from './http-error.ts'
import { proxyAgent } from './proxy-agent.ts'
import { redact } from './redact.ts'
import { sendRequest } from './send-request.ts'

export interface AnswerOptions {
  readonly env: NodeJS.ProcessEnv
  readonly headers?: Readonly<Record<string, string>>
  /** Makes it a POST. */
  readonly form?: URLSearchParams | undefined
  /** Bytes after which the answer is refused. */
  readonly maximumSize: number
  /** Keeps the time, too. */
  readonly signal: AbortSignal
}

export interface SmallAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly text: string
}

/**
 * Asks a server for something small that is no file. Redirects are not followed: what is sent is meant for `url`.
 * @throws Transient, or PipelineError `SOURCE_UNREACHABLE`, and `USAGE` when a proxy variable is no URL
 */
export async function requestAnswer(url: URL, options: AnswerOptions): Promise<SmallAnswer> {
  const { env, headers = {}, form, maximumSize, signal } = options
  const agent = proxyAgent(env)
  try {
    const response = await sendRequest(url, { agent, headers, form, signal })
    const text = await readText(response.body, redact(url.href), maximumSize)
    const retryAfter = [response.headers['retry-after']].flat()[0]
    return { status: response.statusCode, retryAfter, text }
  } finally {
    await agent.destroy()
  }
}

async function readText(body: AsyncIterable<Uint8Array>, shown: string, most: number): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > most) break
      parts.push(chunk)
    }
  } catch (error) {
    throw connectionError(shown, error)
  }
  if (size > most) throw tooLarge(shown, most)
  return Buffer.concat(parts).toString()
}

function tooLarge(shown: string, maximumSize: number): PipelineError {
  return new PipelineError('SOURCE_UNREACHABLE', `${shown}: answered more than ${maximumSize} bytes`, {
    hint: 'Try again later, or use another mirror.',
  })
}
