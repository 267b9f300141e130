import { KaweezleError } from '../errors.ts'
import { Deadline } from './deadline.ts'
import { connectionError, statusError } from './http-error.ts'
import type { PartialFile } from './partial-file.ts'
import { createMeter } from './progress-meter.ts'
import { redact } from './redact.ts'
import { retry, Transient } from './transient.ts'
import type { Answer, Web } from './web.ts'

export interface DownloadTask {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly label: string
  /** Bytes. */
  readonly size: number
  readonly sha256: string
}

/** Less than that between two cuts is as good as nothing: a server could keep us for ever. */
const worthwhile = 64 * 1024

/**
 * Completes `partial`: again where that may help, from where it stopped where that is possible, and once more from
 * the beginning where parts did not fit together. Wrong bytes are dropped.
 * @throws KaweezleError `CHECKSUM_MISMATCH`, `SOURCE_UNREACHABLE`, `SOURCE_MISSING`, `RATE_LIMITED`, `DISK_FULL`,
 *   `FILE_FAILED`, `INTERRUPTED`
 */
export async function download(web: Web, task: DownloadTask, partial: PartialFile): Promise<void> {
  const { label, size, sha256 } = task
  web.onEvent({ type: 'started', label, total: size })
  const meter = createMeter(size, () => performance.now())
  const receiver: Receiver = {
    web,
    task,
    partial,
    report() {
      const progress = meter(partial.size)
      if (progress !== undefined) web.onEvent({ type: 'progress', label, ...progress })
    },
  }
  for (const mayRestart of [true, false]) {
    const pieces = await receiveAll(receiver)
    if (partial.sha256 === sha256) return
    await partial.restart()
    if (pieces <= 1 || !mayRestart) break
    const reason = `the ${pieces} parts do not make up the file`
    web.onEvent({ type: 'retrying', label, reason, delay: 0 })
  }
  throw mismatch(task, `does not have the expected sha256 ${sha256}`)
}

interface Receiver {
  readonly web: Web
  readonly task: DownloadTask
  readonly partial: PartialFile
  readonly report: () => void
}

/** Of how many pieces the file is, at least. */
async function receiveAll(receiver: Receiver): Promise<number> {
  const { web, task, partial } = receiver
  let best = partial.size
  let pieces = partial.size > 0 ? 1 : 0
  // A restart does not lower `best`, or a server that knows no ranges would be asked without end.
  const hasProgressed = (): boolean => {
    if (partial.size < best + worthwhile) return false
    best = partial.size
    return true
  }
  await retry({ label: task.label, ...web, hasProgressed }, async () => {
    pieces++
    await receive(receiver)
  })
  return pieces
}

/** One request: appends to the partial file what it lacks. */
async function receive({ web, task, partial, report }: Receiver): Promise<void> {
  if (partial.size === task.size) return
  using deadline = new Deadline(web.signal)
  const { limits } = web
  deadline.start(limits.headers, lost(task, `no answer within ${limits.headers / 1000} s`))
  try {
    const answer = await openAt(web, { task, partial, signal: deadline.signal })
    const slow = lost(task, `less than ${limits.idleBytes} bytes within ${limits.idle / 1000} s`)
    deadline.start(limits.idle, slow)
    let untilRestart = limits.idleBytes
    for await (const chunk of body(task, answer)) {
      if (partial.size + chunk.length > task.size) throw mismatch(task, `has more than ${task.size} bytes`)
      await partial.append(chunk)
      report()
      untilRestart -= chunk.length
      if (untilRestart > 0) continue
      untilRestart = limits.idleBytes
      deadline.start(limits.idle, slow)
    }
    if (partial.size < task.size) throw lost(task, `cut at ${partial.size} of ${task.size} bytes`)
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : error
  }
}

interface OpenAt {
  readonly task: DownloadTask
  readonly partial: PartialFile
  readonly signal: AbortSignal
}

/** An answer whose body goes on where the partial file ends, which may now be at its beginning. */
async function openAt(web: Web, { task, partial, signal }: OpenAt): Promise<Answer> {
  const offset = partial.size
  const source = redact(task.url.href)
  const known = partial.beginning?.source === source ? partial.beginning.validator : undefined
  const answer = await web.get(task.url, { ...task.headers, ...rangeHeaders(offset, known) }, signal)
  const { status } = answer
  if (status !== 200 && !(offset > 0 && (status === 206 || status === 416))) throw statusError(source, answer)
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.header('content-range') ?? '')
  const validator = strongValidator(answer.header('etag'))
  const isRest =
    status === 206 && Number(range?.[1]) === offset && (known === undefined || known === validator)
  if (status !== 200 && !isRest) {
    // Another part than was asked for, or of another version: everything from the beginning then.
    await answer.body.dump({ limit: 64 * 1024, signal })
    await partial.restart()
    return openAt(web, { task, partial, signal })
  }
  refuseByHead(task, answer, status === 200 ? answer.header('content-length') : range?.[2])
  if (status === 200 && offset > 0) await partial.restart()
  else if (offset > 0) web.onEvent({ type: 'resumed', label: task.label, bytes: offset })
  await partial.begin(validator === undefined ? undefined : { source, validator })
  return answer
}

function rangeHeaders(offset: number, validator: string | undefined): Record<string, string> {
  if (offset === 0) return {}
  return { range: `bytes=${offset}-`, ...(validator !== undefined && { 'if-range': validator }) }
}

/** What may stand in If-Range: no weak ETag (RFC 9110, section 13.1.5). */
function strongValidator(etag: string | undefined): string | undefined {
  return etag?.startsWith('"') ? etag : undefined
}

/** Refuses before anything is dropped or read for it what cannot be the file. */
function refuseByHead(task: DownloadTask, answer: Answer, size: string | undefined): void {
  if (/^text\/html\b/i.test(answer.header('content-type') ?? '')) {
    throw new KaweezleError(
      'SOURCE_UNREACHABLE',
      `${redact(task.url.href)}: a page came in place of the file`,
      {
        hint: 'Check the network: a sign-in page may answer in place of the server.',
      },
    )
  }
  if (size !== undefined && size !== '*' && Number(size) !== task.size) {
    throw mismatch(task, `has ${redact(size)} bytes, not the expected ${task.size}`)
  }
}

async function* body(task: DownloadTask, answer: Answer): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.body
  } catch (error) {
    throw connectionError(redact(task.url.href), error)
  }
}

function mismatch({ url, label }: DownloadTask, what: string): KaweezleError {
  return new KaweezleError('CHECKSUM_MISMATCH', `${label} ${what}`, {
    hint: 'Try again; if it stays so, do not use this source.',
    details: [redact(url.href)],
  })
}

function lost({ url }: DownloadTask, what: string): Transient {
  const message = `${redact(url.href)}: ${what}`
  const hint = 'Check the network and run the same command again: it goes on where it stopped.'
  return new Transient(new KaweezleError('SOURCE_UNREACHABLE', message, { hint }))
}
