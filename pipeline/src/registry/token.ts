import { z } from 'zod'
import { PipelineError } from '../errors.ts'
import { statusError } from '../fetch/http-error.ts'
import { redact } from '../fetch/redact.ts'
import { requestAnswer } from '../fetch/request-answer.ts'
import { jsonOrUndefined } from '../json.ts'
import type { Challenge } from './challenge.ts'
import { basicAuthorization, type Credential } from './credential.ts'
import { isLoopback, proxiesFor } from './loopback.ts'

export interface TokenRequest {
  readonly challenge: Extract<Challenge, { type: 'bearer' }>
  /** The repository's address on the registry that asks. */
  readonly registry: URL
  /** What to ask for where the challenge does not say. */
  readonly scope: string
  readonly credential: Credential | undefined
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly hint: (status: number) => string | undefined
}

/** As much as containers/image reads. */
const largestAnswer = 2 ** 20

const answer = z
  .object({ token: z.string().default(''), access_token: z.string().default('') })
  .transform((given) => given.token || given.access_token)
  // What a header can hold.
  .refine((token) => /^[\x21-\x7e]+$/.test(token))

/**
 * A bearer token for a repository (https://distribution.github.io/distribution/spec/auth/token/; with an identity
 * token, https://distribution.github.io/distribution/spec/auth/oauth/). The realm is where the registry says; credentials go there all the same, so it has to
 * be reached in a way that nobody else can read.
 * @throws Transient, or PipelineError `SOURCE_UNREACHABLE`, `SOURCE_MISSING`
 */
export async function requestToken(request: TokenRequest): Promise<string> {
  const { challenge, credential, env, signal, hint } = request
  const realm = parseRealm(challenge.realm, request.registry)
  const asked: [string, string][] = (challenge.scope ?? request.scope)
    .split(' ')
    .map((scope) => ['scope', scope])
  if (challenge.service !== undefined) asked.unshift(['service', challenge.service])
  const options = { env: proxiesFor(realm, env), maximumSize: largestAnswer, signal }
  const answered =
    credential?.type === 'identity'
      ? await requestAnswer(realm, { ...options, ...refreshForm(asked, credential.token) })
      : await requestAnswer(withQuery(realm, asked), {
          ...options,
          headers: credential === undefined ? {} : { authorization: basicAuthorization(credential) },
        })
  const shown = redact(realm.href)
  const { status, retryAfter, text } = answered
  if (status !== 200) throw statusError(shown, status, { retryAfter, hint: hint(status) })
  const given = answer.safeParse(jsonOrUndefined(text))
  if (given.success) return given.data
  throw new PipelineError('SOURCE_UNREACHABLE', `${shown}: the answer holds no token`, {
    hint: 'Try again later, or use a mirror of the registry.',
  })
}

function parseRealm(text: string, registry: URL): URL {
  const realm = URL.parse(text)
  const isOwn = realm?.protocol === 'http:' && isLoopback(realm) && isLoopback(registry)
  if (realm !== null && (realm.protocol === 'https:' || isOwn)) {
    realm.username = ''
    realm.password = ''
    return realm
  }
  throw new PipelineError(
    'SOURCE_UNREACHABLE',
    `${redact(registry.href)} wants a token from ${redact(text)}, which is not asked: it is not reached over https`,
    { hint: 'Use a mirror of the registry, or ask who runs it.' },
  )
}

function withQuery(realm: URL, asked: readonly [string, string][]): URL {
  const url = new URL(realm)
  for (const [name, value] of asked) url.searchParams.append(name, value)
  return url
}

function refreshForm(asked: readonly [string, string][], refreshToken: string) {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'kaweezle',
    refresh_token: refreshToken,
  })
  const scopes = asked.filter(([name]) => name === 'scope').map(([, scope]) => scope)
  for (const [name, value] of asked) if (name !== 'scope') form.append(name, value)
  form.append('scope', scopes.join(' '))
  return { form, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
}
