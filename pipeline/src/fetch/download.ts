import { setTimeout as sleep } from 'node:timers/promises'
import { isPipelineError, PipelineError } from '../errors.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import type { Draft } from '../store/draft.ts'
import { asPipelineError } from './as-pipeline-error.ts'
import { Deadline } from './deadline.ts'
import type { FetchLimits } from './limits.ts'
import { type Download, receive, type Seen } from './receive.ts'
import { Transient } from './transient.ts'

/**
 * Brings one file into the store: again where that may help, from where it stopped where that is possible, and
 * once more from the beginning where the bytes were wrong. Bytes that stay wrong are not kept.
 * @throws PipelineError `SOURCE_UNREACHABLE`, `SOURCE_MISSING`, `CHECKSUM_MISMATCH`, `DISK_FULL`, `FILE_FAILED`,
 *   `INTERRUPTED`, and whatever `verify` throws
 */
export async function download(task: Download): Promise<VerifiedBlob> {
  const { store, label, expected, limits, onEvent } = task
  using deadline = new Deadline(task.signal)
  deadline.start(
    limits.total,
    new PipelineError('SOURCE_UNREACHABLE', `${label}: not complete after ${limits.total / 1000} s`, {
      hint: `Run the same command again: it goes on where ${task.source.name} stopped.`,
    }),
  )
  onEvent({ type: 'started', label, size: expected.size })
  const draft = await store.draft(label, expected)
  try {
    const blob = await tryRepeatedly({ ...task, signal: deadline.signal }, draft)
    onEvent({ type: 'done', label, bytes: blob.size, from: 'source' })
    return blob
  } catch (error) {
    const resumable = expected.sha256 !== undefined && draft.size > 0 && !isWrong(error)
    await (resumable ? draft.close() : draft.discard())
    throw deadline.signal.aborted ? asPipelineError(deadline.signal.reason) : error
  }
}

async function tryRepeatedly(task: Download, draft: Draft): Promise<VerifiedBlob> {
  const { label, limits, signal, onEvent } = task
  const seen: Seen = { validator: undefined }
  let wrongBefore = false
  for (let attempt = 1; ; attempt++) {
    try {
      await receive(task, draft, seen)
      return await task.store.commit(draft, task.verify)
    } catch (error) {
      const wrong = isWrong(error)
      if (!wrong && !(error instanceof Transient)) throw error
      if (attempt >= limits.tries || (wrong && wrongBefore)) throw asPipelineError(error)
      wrongBefore ||= wrong
      if (wrong) await draft.restart()
      const delay = error instanceof Transient ? delayAfter(attempt, limits, error.retryAfter) : 0
      onEvent({ type: 'retrying', label, reason: error.message, delay })
      await sleep(delay, undefined, { signal })
    }
  }
}

/** Whether the bytes are at fault: then they are dropped, and asked for once more. */
function isWrong(error: unknown): error is PipelineError {
  return isPipelineError(error, 'CHECKSUM_MISMATCH', 'ARCHIVE_INVALID', 'SIGNATURE_INVALID')
}

/** Doubled each time; with jitter, so that many clients do not come back to a struggling server together. */
function delayAfter(attempt: number, limits: FetchLimits, retryAfter = 0): number {
  const backoff = limits.backoff * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
  return Math.min(Math.max(backoff, retryAfter), limits.longestWait)
}
