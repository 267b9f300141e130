import type { KaweezleError } from '../../errors.ts'
import { isPortTaken, whoHasPort } from '../host-port.ts'
import { portInUse } from '../machine-errors.ts'
import type { ClusterName } from '../provider.ts'
import type { Daemon } from './docker-connection.ts'
import { labelOf, machineName } from './docker-names.ts'
import { askDocker } from './docker-request.ts'

/** Why a machine did not start, where the reason is that its port is taken, and by whom; undefined otherwise. */
export async function portFailure(
  daemon: Daemon,
  cluster: ClusterName,
  port: number,
): Promise<KaweezleError | undefined> {
  const fail = (owner: string, hint: string) => portInUse(port, owner, hint)
  const running = await askDocker('list containers', { signal: daemon.signal }, () =>
    daemon.docker.listContainers(),
  )
  for (const { Names, Labels, Ports } of running) {
    const name = Names[0]?.replace(/^\//, '') ?? ''
    if (name === machineName(cluster) || !Ports.some(({ PublicPort }) => PublicPort === port)) continue
    const other = Labels[labelOf.cluster]
    return other === undefined
      ? fail(`the container ${name}`, `Stop it (\`docker stop ${name}\`), or choose another port.`)
      : fail(`the cluster ${other}`, `Stop it (\`kaweezle stop --name ${other}\`), or choose another port.`)
  }
  if (!(await isPortTaken(port))) return undefined
  return fail('another program', `${whoHasPort(port)} says which; stop it, or choose another port.`)
}
