import { runCommand } from './commands/run-command.ts'
import { AgentError } from './errors.ts'
import { localHost } from './host/local-host.ts'
import { openLogFile } from './host/log-file.ts'
import { spareMemory } from './host/spare-memory.ts'
import { agentLog } from './report/failure.ts'

declare const __IKNITE_VERSION__: string

/** The bundle has its version in it; the sources have none. */
const version = typeof __IKNITE_VERSION__ === 'undefined' ? '0.0.0-dev' : __IKNITE_VERSION__

spareMemory()
// A bundle of the form that both Node and Bun run as a script has no await here.
void main()

async function main(): Promise<void> {
  const { argv, env, stdout, stderr, pid } = process
  process.exitCode = await runCommand({
    argv: argv.slice(2),
    environment: env,
    host: localHost(listen()),
    version,
    pid,
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
    log: openLogFile(agentLog),
    colour: stderr.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
  })
}

/** A signal that fires when the run is to stop. */
function listen(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // The second signal is for the impatient: the next start finishes what is half done.
      if (controller.signal.aborted) process.exit(130)
      controller.abort(
        new AgentError('INTERRUPTED', `interrupted by ${name}`, {
          hint: 'Run the command again: it goes on from what is there.',
        }),
      )
    })
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Who reads has seen enough; the work goes on.
      if (error.code !== 'EPIPE') process.exitCode = 1
    })
  }
  return controller.signal
}
