import { setTimeout as sleep } from 'node:timers/promises'
import { KaweezleError } from '../../errors.ts'
import { whoHasPort } from '../host-port.ts'
import { portInUse } from '../machine-errors.ts'
import type { Own } from './cluster-places.ts'
import { isMirroredScript } from './scripts.ts'
import type { WslHost } from './wsl-host.ts'

/** The API server's own port, inside. */
export const innerPort = 6443

/** Milliseconds: WSL lets go of the port of a machine that has just ended a moment later. */
const lettingGo = 5000

/**
 * WSL leads a port of Windows inside where it can have it, and says nothing where it cannot: kubectl would then speak
 * with whoever has it.
 * @throws KaweezleError `PROVIDER_FAILED`
 */
export async function assertPortFree({ isPortTaken }: WslHost, port: number): Promise<void> {
  for (const until = Date.now() + lettingGo; await isPortTaken(port); await sleep(200)) {
    if (Date.now() < until) continue
    const hint = `${whoHasPort(port, 'win32')} says which (\`wslrelay.exe\`: one in another distribution); end it.`
    throw portInUse(port, 'another program', hint)
  }
}

/**
 * Mirrored networking gives Windows and WSL one set of ports: a cluster that is led to from another port then needs
 * 6443 of Windows, too, where the API server listens.
 * @param data the data store, which is started to look
 * @throws KaweezleError `PROVIDER_FAILED`
 */
export async function assertInnerPortFree(host: WslHost, { name }: Own, port: number): Promise<void> {
  if (port === innerPort || !(await host.isPortTaken(innerPort))) return
  const argv = ['/bin/sh', '-c', isMirroredScript]
  if ((await host.client.run(name, argv, { timeLimit: 30_000 })).status !== 0) return
  await host.client.terminate(name)
  throw new KaweezleError(
    'PROVIDER_FAILED',
    `The API server needs port ${innerPort}, which another program of Windows has: WSL mirrors its network`,
    {
      hint: `End that program (${whoHasPort(innerPort, 'win32')} says which), or set networkingMode=nat in .wslconfig and run \`wsl --shutdown\`.`,
    },
  )
}
