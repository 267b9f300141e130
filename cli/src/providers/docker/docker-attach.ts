import { finished } from 'node:stream/promises'
import type { ReadStream, WriteStream } from 'node:tty'
import type { Container } from 'dockerode'
import { KaweezleError } from '../../errors.ts'
import { demultiplex } from './demultiplex.ts'
import { type Argv, createRun, exitStatus, interruptedRun, killRun, startRun } from './docker-exec.ts'

/** Those of this process; tests have others. */
export interface Streams {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** Runs a program with the streams of this process, on a terminal where they are one. The exit status. */
export async function dockerAttach(
  container: Container,
  argv: Argv,
  { stdin, stdout, stderr }: Streams,
  signal?: AbortSignal,
): Promise<number> {
  const hasTerminal = Boolean(stdin.isTTY && stdout.isTTY)
  const environment = hasTerminal ? { TERM: process.env['TERM'] || 'xterm' } : {}
  const run = await createRun(container, argv, environment, { hasInput: true, hasTerminal })
  const stream = await startRun(run, { hasInput: true, hasTerminal })
  if (stream === undefined) {
    stderr.write(`${argv[0]} cannot be started\n`)
    return 127
  }
  const terminal = hasTerminal ? takeTerminal(stdin, stdout, (size) => run.exec.resize(size)) : undefined
  const write = (piece: Uint8Array, target: NodeJS.WriteStream): void => {
    if (target.write(piece)) return
    stream.pause()
    target.once('drain', () => stream.resume())
  }
  const take = hasTerminal
    ? (chunk: Uint8Array) => write(chunk, stdout)
    : demultiplex((piece, name) => write(piece, name === 'stdout' ? stdout : stderr))
  try {
    stream.on('data', take)
    stdin.pipe(stream)
    await finished(stream, { writable: false, ...(signal && { signal }) })
    return await exitStatus(run.exec, signal)
  } catch (cause) {
    if (signal?.aborted) throw await interruptedRun(container, run, { argv, signal })
    await killRun(container, run)
    throw new KaweezleError('PROVIDER_FAILED', `The connection to ${argv[0]} broke`, {
      hint: 'See that Docker runs, and the machine.',
      cause,
    })
  } finally {
    stdin.unpipe(stream)
    stdin.pause()
    stream.destroy()
    terminal?.giveBack()
  }
}

interface Size {
  readonly h: number
  readonly w: number
}

/** Keys go on as they are pressed, and the size of the window with them. */
function takeTerminal(
  stdin: ReadStream,
  stdout: WriteStream,
  onSize: (size: Size) => Promise<unknown>,
): { giveBack(): void } {
  const resize = (): void => {
    // It may have ended by now.
    onSize({ h: stdout.rows, w: stdout.columns }).catch(() => {})
  }
  const wasRaw = stdin.isRaw
  stdin.setRawMode(true)
  stdout.on('resize', resize)
  resize()
  return {
    giveBack() {
      stdin.setRawMode(wasRaw)
      stdout.off('resize', resize)
    },
  }
}
