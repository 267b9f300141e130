import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import * as z from 'zod'
import type { FindOptions } from '../../src/releases/find-release.ts'

const outcome = z.union([
  /** Bytes at most, and milliseconds. */
  z.object({ path: z.string(), sha256: z.string(), size: z.number(), maxRss: z.number(), time: z.number() }),
  z.object({ code: z.string() }),
])

export interface InstallChild {
  readonly child: ChildProcess
  /** Undefined when it was killed. */
  readonly result: Promise<z.infer<typeof outcome> | undefined>
}

/** Finds and fetches a release in a process of its own, which may be killed. */
export function installInChild(
  reference: string,
  options: Omit<FindOptions, 'signal' | 'onEvent'>,
  env: NodeJS.ProcessEnv = {},
): InstallChild {
  const program = join(import.meta.dirname, 'install-program.ts')
  const { signal: _, onEvent: __, ...plain } = options as FindOptions
  const child = spawn(process.execPath, [program, JSON.stringify({ reference, options: plain })], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const result = text(child.stdout).then(async (output) => {
    return (await ended) === null ? undefined : outcome.parse(JSON.parse(output))
  })
  return { child, result }
}
