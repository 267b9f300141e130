import { posix } from 'node:path'
import { AgentError } from '../errors.ts'
import { type FakeEntry, fakeFiles } from './fake-files.fixture.ts'
import type { Host, HostAddress, RunOptions, RunResult } from './host.ts'
import { interruption } from './interruption.ts'

/** What a program answers; what is not said is status 0 and no output. */
export type FakeProgram = (
  argv: readonly string[],
  options: RunOptions,
) => Partial<RunResult> | Promise<Partial<RunResult>>

export interface FakeHostOptions {
  /** Texts, or entries, by path; folders come by themselves. */
  readonly files?: Readonly<Record<string, string | Partial<FakeEntry>>>
  /** By the program's name without its folder. One that is not here is not installed. */
  readonly programs?: Readonly<Record<string, FakeProgram | Partial<RunResult>>>
  readonly addresses?: readonly HostAddress[]
  /** Milliseconds since 1970. */
  readonly now?: number
  readonly freeBytes?: number
  readonly signal?: AbortSignal
}

export interface FakeHost extends Host {
  /** All there is, by path; tests change it as they like. */
  readonly entries: Map<string, FakeEntry>
  /** The programs that were run, in order. */
  readonly runs: readonly (readonly string[])[]
  /** May be changed. */
  addresses: readonly HostAddress[]
  /** Sets the clock forward. */
  pass(milliseconds: number): void
}

/** A host in memory. `sleep` sets its clock forward at once. */
export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  let now = options.now ?? Date.UTC(2026, 0, 1)
  const runs: (readonly string[])[] = []
  const signal = options.signal ?? new AbortController().signal
  const { files, entries } = fakeFiles(options.files ?? {}, () => now, options.freeBytes ?? 10 * 1024 ** 3)
  return {
    files,
    entries,
    runs,
    signal,
    addresses: options.addresses ?? [{ interface: 'lo', address: '127.0.0.1', prefix: 8 }],
    async interfaces() {
      return this.addresses
    },
    async run(argv, runOptions) {
      if (signal.aborted) throw interruption(signal)
      runs.push(argv)
      const program = options.programs?.[posix.basename(argv[0])]
      if (program === undefined) {
        throw new AgentError('COMMAND_FAILED', `cannot run ${argv[0]}: it is not installed`)
      }
      const result = typeof program === 'function' ? await program(argv, runOptions) : program
      const { status = 0, stdout = '', stderr = '' } = result
      for (const text of [stdout, stderr]) {
        for (const line of text.split('\n').filter(Boolean)) runOptions.onLine?.(line)
      }
      return { status, stdout, stderr }
    },
    now: () => now,
    async sleep(milliseconds) {
      if (signal.aborted) throw interruption(signal)
      now += milliseconds
    },
    pass(milliseconds) {
      now += milliseconds
    },
  }
}
