import { once } from 'node:events'
import { createServer } from 'node:net'
import { KaweezleError } from '../../errors.ts'
import type { ClusterName } from '../provider.ts'
import type { Daemon } from './docker-connection.ts'
import { errorCode } from './docker-failure.ts'
import { labelOf, machineName } from './docker-names.ts'
import { askDocker } from './docker-request.ts'

/** Why a machine did not start, where the reason is that its port is taken, and by whom; undefined otherwise. */
export async function portFailure(
  daemon: Daemon,
  cluster: ClusterName,
  port: number,
): Promise<KaweezleError | undefined> {
  const fail = (owner: string, hint: string) =>
    new KaweezleError('PROVIDER_FAILED', `Port ${port} of 127.0.0.1 is in use by ${owner}`, { hint })
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
  if (!(await isTaken(port))) return undefined
  return fail('another program', `${whoHasIt(port)} says which; stop it, or choose another port.`)
}

async function isTaken(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return false
  } catch (error) {
    return errorCode(error) === 'EADDRINUSE'
  } finally {
    server.close()
  }
}

function whoHasIt(port: number): string {
  switch (process.platform) {
    case 'win32':
      return `\`netstat -ano | findstr :${port}\``
    case 'darwin':
      return `\`lsof -nP -iTCP:${port} -sTCP:LISTEN\``
    default:
      return `\`ss -ltnp sport = :${port}\``
  }
}
