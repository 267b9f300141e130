/** What an answer says of itself, header names in lower case. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly message: string
}

/**
 * How long GitHub asks to wait, in milliseconds; undefined when the answer is about something else than its limits
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit).
 * `now` is in milliseconds since 1970.
 */
export function waitFor({ status, headers, message }: Refusal, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const retryAfter = seconds(headers['retry-after'])
  if (retryAfter !== undefined) return retryAfter * 1000
  const reset = seconds(headers['x-ratelimit-reset'])
  // Both clocks are off by some part of a second.
  if (headers['x-ratelimit-remaining']?.toString() === '0' && reset !== undefined)
    return Math.max(0, reset * 1000 - now) + 1000
  const isLimit = status === 429 || /\bsecondary rate limit\b|\babuse detection\b/i.test(message)
  return isLimit ? 60_000 : undefined
}

function seconds(value: string | number | undefined): number | undefined {
  return value !== undefined && /^\d{1,12}$/.test(`${value}`) ? Number(value) : undefined
}
