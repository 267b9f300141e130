import { PipelineError } from '../errors.ts'
import type { Verify } from '../store/blobs.ts'
import type { Draft, Expected } from '../store/draft.ts'
import type { Store } from '../store/store.ts'
import { Deadline } from './deadline.ts'
import type { FetchEvent } from './event.ts'
import type { FetchLimits } from './limits.ts'
import type { Source, SourceResponse } from './source.ts'
import { Transient } from './transient.ts'

/** One file to bring into the store. */
export interface Download {
  readonly store: Store
  readonly limits: FetchLimits
  readonly signal: AbortSignal
  readonly onEvent: (event: FetchEvent) => void
  readonly source: Source
  readonly path: string
  readonly label: string
  readonly expected: Expected
  /** More bytes than that are refused. */
  readonly maximumSize: number
  readonly verify?: Verify | undefined
}

/** What one try leaves to the next. */
export interface Seen {
  validator: string | undefined
}

/**
 * One request: appends to `draft` what it lacks.
 * @throws Transient, or PipelineError where trying again is of no use
 */
export async function receive(task: Download, draft: Draft, seen: Seen): Promise<void> {
  const { source, path, label, expected, limits } = task
  if (draft.size > 0 && draft.size === expected.size) return
  // Without a digest only a validator can tell that the rest belongs to the beginning.
  if (expected.sha256 === undefined && seen.validator === undefined) await draft.restart()

  using silence = new Deadline(task.signal)
  const { signal } = silence
  silence.start(limits.headers, lost(task, `no answer within ${limits.headers / 1000} s`))
  try {
    const response = await source.open(path, { signal, offset: draft.size, validator: seen.validator })
    seen.validator = response.validator
    if (response.offset !== draft.size) await draft.restart()
    else if (draft.size > 0) task.onEvent({ type: 'resumed', label, bytes: draft.size })
    refuseBySize(task, response)
    await append(task, draft, { response, silence })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
}

async function append(
  task: Download,
  draft: Draft,
  { response, silence }: { response: SourceResponse; silence: Deadline },
): Promise<void> {
  const { label, limits, onEvent, maximumSize } = task
  const size = task.expected.size ?? response.size
  const slow = lost(task, `less than ${limits.idleBytes} bytes within ${limits.idle / 1000} s`)
  silence.start(limits.idle, slow)
  let untilRestart = limits.idleBytes
  for await (const chunk of response.body) {
    if (draft.size + chunk.length > maximumSize)
      throw wrongSize(`${label} has more than ${maximumSize} bytes`)
    await draft.append(chunk)
    onEvent({ type: 'progress', label, bytes: draft.size, size })
    untilRestart -= chunk.length
    if (untilRestart <= 0) {
      untilRestart = limits.idleBytes
      silence.start(limits.idle, slow)
    }
  }
  if (size !== undefined && draft.size < size) throw lost(task, `cut at ${draft.size} of ${size} bytes`)
}

/** Refuses before reading what cannot be right, or could not be told from a part of itself. */
function refuseBySize(task: Download, { size, delimited }: SourceResponse): void {
  const expected = task.expected.size
  if (size !== undefined && expected !== undefined && size !== expected) {
    throw wrongSize(`${task.label} has ${size} bytes, not the expected ${expected}`)
  }
  if (!delimited && size === undefined && expected === undefined) {
    throw new PipelineError(
      'SOURCE_UNREACHABLE',
      `${task.source.name}/${task.path}: the answer does not say where it ends, so a part would pass for the whole`,
      { hint: 'Use another mirror.' },
    )
  }
}

function wrongSize(message: string): PipelineError {
  return new PipelineError('CHECKSUM_MISMATCH', message, {
    hint: 'Use another mirror; if upstream really changed, refresh the locks with `npm run lock`.',
  })
}

function lost({ source, path }: Download, what: string): Transient {
  return new Transient(
    new PipelineError('SOURCE_UNREACHABLE', `${source.name}/${path}: ${what}`, {
      hint: 'Check the network, or use another mirror.',
    }),
  )
}
