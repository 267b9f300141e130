import { type Architecture, architectureOfPlatform } from '../architecture.ts'
import { isPipelineError, PipelineError } from '../errors.ts'
import type { RunOptions, RunResult } from './engine.ts'

export interface Machine {
  /** The architecture that is asked for. */
  readonly wanted: Architecture
  /** What the kernel under the engine runs by itself, by Docker's or Node's name. */
  readonly platform: string
}

/**
 * Runs the base's own busybox once, with `run`.
 * @throws PipelineError `FOREIGN_ARCHITECTURE` when it does not run and is of another architecture than the
 *   machine, `ENGINE_FAILED` when it should have run.
 */
export async function assertRunnable(
  { wanted, platform }: Machine,
  run: (argv: [string, ...string[]], options: RunOptions) => Promise<RunResult>,
): Promise<void> {
  const own = architectureOfPlatform[platform] ?? platform
  const failure = await attempt(run)
  if (failure === undefined) return
  if (own === wanted) throw failure
  throw new PipelineError(
    'FOREIGN_ARCHITECTURE',
    `Programs for ${wanted} cannot run on this ${own} machine`,
    {
      hint:
        'Register qemu-user in binfmt_misc: `apt-get install qemu-user-static binfmt-support` on Debian and ' +
        'Ubuntu, or `docker run --privileged --rm tonistiigi/binfmt --install all`.',
      cause: failure,
    },
  )
}

async function attempt(run: Parameters<typeof assertRunnable>[1]): Promise<PipelineError | undefined> {
  try {
    // Generous, since emulation on a busy machine takes seconds to start.
    const { status, stderr } = await run(['/bin/busybox', 'true'], { timeLimit: 60_000 })
    if (status === 0) return undefined
    return new PipelineError('ENGINE_FAILED', `/bin/busybox of the base does not run: ${stderr.trim()}`, {
      hint: 'Check that the base is an Alpine minirootfs of this architecture.',
    })
  } catch (error) {
    // In Docker, a container whose own root is foreign does not start at all.
    if (isPipelineError(error, 'ENGINE_FAILED')) return error
    throw error
  }
}
