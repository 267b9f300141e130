import { KaweezleError } from '../errors.ts'

/** The API server's own: where nobody else has it, it is the same outside. */
export const firstApiPort = 6443

/** How many ports are tried: enough for every cluster that one machine can run. */
const tries = 100

/**
 * The first port from 6443 on that is free and that no cluster has, running or not.
 * @throws KaweezleError `PROVIDER_FAILED` when a hundred are taken
 */
export async function chooseApiPort(
  taken: ReadonlySet<number>,
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  for (let port = firstApiPort; port < firstApiPort + tries; port++) {
    if (!taken.has(port) && (await isFree(port))) return port
  }
  throw new KaweezleError(
    'PROVIDER_FAILED',
    `the ports ${firstApiPort} to ${firstApiPort + tries - 1} of 127.0.0.1 are all taken`,
    { hint: 'Choose one with --api-port.' },
  )
}
