import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Milliseconds in which a listener on the same host takes a connection. Windows takes two seconds to refuse one. */
const connectLimit = 300

/** Whether something on this host has a port of 127.0.0.1, or nobody may have it. */
export async function isPortTaken(port: number): Promise<boolean> {
  // On Windows, one address can be listened on beside somebody who listens on all of them.
  return !(await canListen(port)) || (await answers(port))
}

/** What says which program has a port. */
export function whoHasPort(port: number, platform: NodeJS.Platform = process.platform): string {
  switch (platform) {
    case 'win32':
      return `\`netstat -ano | findstr :${port}\``
    case 'darwin':
      return `\`lsof -nP -iTCP:${port} -sTCP:LISTEN\``
    default:
      return `\`ss -ltnp sport = :${port}\``
  }
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ host: '127.0.0.1', port, exclusive: true })
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectLimit) })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
