import { KaweezleError } from '../../errors.ts'
import { linesOf } from './decode-output.ts'
import type { WslHost } from './wsl-host.ts'

/** Milliseconds: the first call boots the virtual machine. */
export const startLimit = 120_000

/**
 * Runs a script in a distribution, which is started where it does not run.
 * @throws KaweezleError `PROVIDER_FAILED` with what the script said; what the client throws
 */
export async function inside(
  { client }: WslHost,
  name: string,
  script: string,
  args: readonly string[],
): Promise<void> {
  const argv = ['/bin/sh', '-c', script, 'sh', ...args]
  const { status, stderr } = await client.run(name, argv, { timeLimit: startLimit })
  if (status === 0) return
  const details = linesOf(stderr)
  throw new KaweezleError(
    'PROVIDER_FAILED',
    `${name} cannot be made ready: ${details.at(-1) || `status ${status}`}`,
    {
      hint: 'Run `kaweezle stop` and `kaweezle start`; if that fails too, `kaweezle doctor`.',
      details,
    },
  )
}
