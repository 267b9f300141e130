import type { Octokit } from '@octokit/core'
import { Deadline } from '../fetch/deadline.ts'
import { Transient } from '../fetch/transient.ts'
import { apiError, unreachable } from './api-error.ts'
import type { PublishLimits } from './limits.ts'
import type { Token } from './token.ts'

/** What all requests to one repository share. */
export interface Api {
  readonly octokit: Octokit
  readonly apiUrl: string
  readonly owner: string
  readonly repo: string
  readonly token: Token
  readonly limits: PublishLimits
  readonly signal: AbortSignal
}

export interface Question {
  /** For people, e.g. `list the releases`. */
  readonly what: string
  /** Milliseconds; without it, those for an answer. */
  readonly time?: number
}

/** What a request is to be made with. `deadline` may be started again while something happens. */
export interface Terms {
  readonly deadline: Deadline
  /** Starts the time for whatever comes next. */
  readonly wait: (milliseconds: number) => void
}

/**
 * Asks GitHub something in limited time. Every failure is thrown as {@link apiError} says; `send` gets what it
 * needs for that, the signal included.
 */
export async function ask<T>(
  api: Api,
  { what, time = api.limits.answer }: Question,
  send: (request: { signal: AbortSignal }, terms: Terms) => Promise<T>,
): Promise<T> {
  const { owner, repo, token } = api
  using deadline = new Deadline(api.signal)
  const wait = (milliseconds: number) =>
    deadline.start(
      milliseconds,
      new Transient(unreachable(`nothing moved for ${milliseconds / 1000} s`, { what })),
    )
  wait(time)
  const { signal } = deadline
  try {
    signal.throwIfAborted()
    return await send({ signal }, { deadline, wait })
  } catch (error) {
    throw apiError(error, { what, repository: `${owner}/${repo}`, token, signal })
  }
}
