import { setTimeout as delay } from 'node:timers/promises'
import { listAddresses } from './addresses.ts'
import type { Host } from './host.ts'
import { interruption } from './interruption.ts'
import { localFiles } from './local-files.ts'
import { runProgram } from './run-program.ts'

/** The machine that this program runs on. What runs or waits ends with `INTERRUPTED` when `signal` fires. */
export function localHost(signal: AbortSignal): Host {
  const run: Host['run'] = (argv, options) => runProgram(argv, options, signal)
  return {
    files: localFiles,
    signal,
    run,
    interfaces: () => listAddresses(run),
    now: () => Date.now(),
    sleep: async (milliseconds) => {
      try {
        await delay(milliseconds, undefined, { signal })
      } catch (error) {
        if (signal.aborted) throw interruption(signal)
        throw error
      }
    },
  }
}
