import { PipelineError } from '../errors.ts'
import type { Authorize } from '../fetch/authorization.ts'
import { parseChallenge } from './challenge.ts'
import { basicAuthorization } from './credential.ts'
import { findCredential } from './find-credential.ts'
import { isLoopback } from './loopback.ts'
import { requestToken } from './token.ts'

export interface Repository {
  /** The registry that is really asked. */
  readonly host: string
  readonly url: URL
  readonly env: NodeJS.ProcessEnv
  readonly hint: (status: number) => string | undefined
}

/**
 * Answers a registry that wants to know who pulls: with a token, anonymous where no credentials are kept for it, or
 * with the credentials. Where others can read along, or answer in its place, it is shown none.
 */
export function authorizeRepository({ host, url, env, hint }: Repository): Authorize {
  const isPrivate = url.protocol === 'https:' || isLoopback(url)
  return async (challenges, signal) => {
    const challenge = parseChallenge(challenges)
    if (challenge === undefined) return undefined
    if (challenge.type === 'basic' && !isPrivate) throw notOverHttp(host)
    const credential = isPrivate ? await findCredential(host, { env, signal }) : undefined
    if (challenge.type === 'bearer') {
      const scope = `repository:${url.pathname.replace('/v2/', '')}:pull`
      const token = await requestToken({ challenge, registry: url, scope, credential, env, signal, hint })
      return `Bearer ${token}`
    }
    return credential?.type === 'password' ? basicAuthorization(credential) : undefined
  }
}

function notOverHttp(host: string): PipelineError {
  return new PipelineError(
    'SOURCE_UNREACHABLE',
    `${host} wants credentials, which are not sent over plain http`,
    {
      hint: 'Give its address with https://, or a mirror that wants none.',
    },
  )
}
