import { type Client, connect } from './client.ts'
import type { Change } from './etcd-log.ts'
import type { Connection } from './kubeconfig.ts'
import { log, messageOf } from './running.ts'

export interface EtcdDump {
  clusterId: string
  revision: number
  entries: { key: string; value: string; revision: number }[]
}

export interface EtcdClient {
  dump: EtcdDump
  commit(changes: Change[]): Promise<number>
  healthy(): Promise<boolean>
  close(): void
}

/** Connects to the first server that answers within `patience` milliseconds, and reads all there is. */
export async function connectEtcd(
  servers: string[],
  tls: Omit<Connection, 'server'>,
  patience: number,
): Promise<EtcdClient> {
  const clients = servers.map((server) => connect({ server, ...tls }))
  const end = Date.now() + patience
  let failure: unknown = new Error('no etcd servers')
  for (;;) {
    for (const client of clients) {
      try {
        const dump = (await client.send('GET', '/dump')) as EtcdDump
        return clientOf(client, dump)
      } catch (error) {
        failure = error
      }
    }
    if (Date.now() > end) throw new Error(`context deadline exceeded: ${messageOf(failure)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function clientOf(client: Client, dump: EtcdDump): EtcdClient {
  return {
    dump,
    commit: async (changes) =>
      ((await client.send('POST', '/commit', { changes })) as { revision: number }).revision,
    healthy: async () => {
      try {
        await client.send('GET', '/health')
        return true
      } catch (error) {
        log('W', `etcd: ${messageOf(error)}`)
        return false
      }
    },
    close: client.close,
  }
}
