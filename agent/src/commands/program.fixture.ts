import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type FakeHost, type FakeHostOptions, fakeHost } from '../host/fake-host.fixture.ts'
import { converged } from '../plan/snapshot.fixture.ts'
import { runCommand } from './run-command.ts'
import type { Work } from './work.ts'

export interface CallOptions extends FakeHostOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly work?: Partial<Work>
  readonly lockPath?: string
  readonly host?: FakeHost
}

export interface Called {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** What is appended to the log of all runs. */
  readonly log: string
  readonly host: FakeHost
  /** What was done, in order. */
  readonly done: readonly string[]
}

const folder = mkdtempSync(join(tmpdir(), 'iknite-commands-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Calls the program on a host in memory; the work is only noted, and a ready cluster is what is seen. */
export async function call(line: string, options: CallOptions = {}): Promise<Called> {
  const host = options.host ?? fakeHost(options)
  const done: string[] = []
  const output = { stdout: '', stderr: '', log: '' }
  const note = (what: string) => async () => void done.push(what)
  const work: Work = {
    start: async () => {
      done.push('start')
      return { name: 'kwsl', address: '192.168.99.2', kubernetesVersion: '1.36.5', actions: 7 }
    },
    prepare: note('prepare'),
    stop: note('stop'),
    reset: async (_, { keepsData }) => void done.push(`reset${keepsData ? ' but data' : ''}`),
    observe: async () => converged,
    plan: async () => ({ kind: 'actions', actions: [] }),
    ...options.work,
  }
  const status = await runCommand({
    argv: line.split(' ').filter(Boolean),
    environment: options.environment ?? {},
    host,
    version: '1.2.3',
    pid: 42,
    stdout: (text) => {
      output.stdout += text
    },
    stderr: (text) => {
      output.stderr += text
    },
    log: (text) => {
      output.log += text
    },
    colour: false,
    work,
    lockPath: options.lockPath ?? join(folder, 'lock'),
  })
  return { status, ...output, host, done }
}
