import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createOutputTail } from '@kaweezle/program-kit/output-tail.ts'
import type { Container, Exec } from 'dockerode'
import type { Deadline } from './deadline.ts'
import { askDocker } from './docker-request.ts'
import type { RunOptions, RunResult } from './engine.ts'

export interface DockerExecOptions extends Pick<RunOptions, 'input' | 'onLine'> {
  readonly deadline: Deadline
}

/**
 * Runs a program in a running container, as root, and only root's own group, whatever the image says.
 * @throws PipelineError the deadline's, `ENGINE_FAILED`. The program may then still be running: the Docker
 *   API cannot kill it.
 */
export function dockerExec(
  container: Container,
  argv: readonly string[],
  options: DockerExecOptions,
): Promise<RunResult> {
  return askDocker(`run ${argv[0]}`, options.deadline, execute(container, argv, options))
}

async function execute(
  container: Container,
  argv: readonly string[],
  { deadline, input, onLine }: DockerExecOptions,
): Promise<RunResult> {
  const abortSignal = deadline.signal
  const exec = await container.exec({
    Cmd: [...argv],
    User: '0:0',
    AttachStdin: input !== undefined,
    AttachStdout: true,
    AttachStderr: true,
    abortSignal,
  })
  const stream = await exec.start({ hijack: true, stdin: input !== undefined, abortSignal })
  try {
    const stdout = createOutputTail((line) => onLine?.(line, 'stdout'))
    const stderr = createOutputTail((line) => onLine?.(line, 'stderr'))
    container.modem.demuxStream(stream, stdout, stderr)
    if (input) stream.end(input)
    await finished(stream, { writable: false, signal: abortSignal })
    return { status: await exitStatus(exec, abortSignal), stdout: stdout.end(), stderr: stderr.end() }
  } finally {
    stream.destroy()
  }
}

/** The output ends a moment before the daemon has taken note of the status. */
async function exitStatus(exec: Exec, abortSignal: AbortSignal): Promise<number> {
  for (;;) {
    const { Running, ExitCode } = await exec.inspect({ abortSignal })
    if (!Running && ExitCode !== null) return ExitCode
    await sleep(10, undefined, { signal: abortSignal })
  }
}
