import type { ApiClient } from '../cluster/api-client.ts'
import { adminKubeconfigPath } from '../cluster/observe-api.ts'
import { openClient } from '../cluster/open-client.ts'
import type { ActContext } from './context.ts'

/**
 * Lends a client of the cluster, with the administrator's credentials as they are now, and closes it after.
 * @throws AgentError `FILE_FAILED` when admin.conf is missing or unusable; what `use` throws
 */
export async function withClient<T>(context: ActContext, use: (client: ApiClient) => Promise<T>): Promise<T> {
  const { connect = (host) => openClient(host, adminKubeconfigPath) } = context
  const client = await connect(context.host)
  try {
    return await use(client)
  } finally {
    client.close()
  }
}
