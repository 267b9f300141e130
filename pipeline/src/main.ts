import { availableParallelism } from 'node:os'
import { didYouMean } from '@kaweezle/program-kit/did-you-mean.ts'
import { build } from './commands/build.ts'
import type { Command } from './commands/command.ts'
import { diff } from './commands/diff.ts'
import { asksForHelp, readDisplayOptions } from './commands/display-flags.ts'
import { lock } from './commands/lock.ts'
import { rebuild } from './commands/rebuild.ts'
import { release } from './commands/release.ts'
import { verify } from './commands/verify.ts'
import { isPipelineError, PipelineError } from './errors.ts'
import { openDisplay } from './render/display.ts'
import { isSystemError, orFileError } from './store/file-error.ts'

const commands = new Map<string, Command>([
  ['build', build],
  ['lock', lock],
  ['verify', verify],
  ['release', release],
  ['diff', diff],
  ['rebuild', rebuild],
])

// Compression runs on libuv's threads, of which there are four however many processors a machine has.
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, availableParallelism() + 2))

process.exitCode = await main(process.argv.slice(2))

async function main([name = '--help', ...argv]: string[]): Promise<number> {
  const { env, stdout, stderr } = process
  const signal = listen()
  // Nothing can be drawn on a terminal without a width, as some containers have it.
  const isTerminal = stderr.isTTY && stderr.columns > 0
  const display = openDisplay(readDisplayOptions(argv, { isTerminal, env }), {
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
  })
  try {
    if (asksForHelp([name])) display.result(overview())
    else if (asksForHelp(argv)) display.result(commandOf(name).help())
    else await commandOf(name).run(argv, { signal, display })
    // What was written may still turn out to have gone nowhere: the stream tells after its callback.
    await new Promise((resolve) => stdout.write('', () => setImmediate(resolve)))
    signal.throwIfAborted()
    return 0
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error
    display.failure(commands.has(name) ? name : 'main', reason)
    return isPipelineError(reason) ? reason.exitStatus : 1
  }
}

function commandOf(name: string): Command {
  const command = commands.get(name)
  if (command !== undefined) return command
  throw new PipelineError('USAGE', `unknown command '${name}'`, {
    hint: didYouMean(name, [...commands.keys()]),
  })
}

function overview(): string {
  const lines = [...commands.values()].map(({ call, summary }) => `  ${call.padEnd(24)}${summary}\n`)
  return `Kaweezle's pipeline.\n\n${lines.join('')}\nEach has flags, which \`npm run … -- --help\` lists.\n`
}

/** A signal that fires when the run is to stop: it was asked to, or what it prints cannot be written. */
function listen(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // The second signal is for the impatient: the next build cleans up.
      if (controller.signal.aborted) process.exit(130)
      controller.abort(
        new PipelineError('INTERRUPTED', `interrupted by ${name}`, { hint: 'Run it again to go on.' }),
      )
    })
  }
  process.stdout.on('error', (error) => {
    // Who reads the output has seen enough; the build goes on.
    if (isSystemError(error, 'EPIPE')) return
    const failure = orFileError('standard output', async () => {
      throw error
    })
    failure.catch((reason) => controller.abort(reason))
  })
  // There is nowhere left to say so.
  process.stderr.on('error', () => {})
  return controller.signal
}
