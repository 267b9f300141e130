import * as z from 'zod'
import type { NodeState } from '../plan/snapshot.ts'
import type { ApiClient } from './api-client.ts'

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/ */
const nodeSchema = z.object({
  status: z
    .object({
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().nullish(),
            message: z.string().nullish(),
          }),
        )
        .nullish(),
      addresses: z.array(z.object({ type: z.string(), address: z.string() })).nullish(),
    })
    .nullish(),
})

/** How the node of that name is; undefined where the cluster has none. */
export async function observeNode(client: ApiClient, name: string): Promise<NodeState | undefined> {
  const node = await client.find(`/api/v1/nodes/${encodeURIComponent(name)}`, nodeSchema)
  if (node === undefined) return undefined
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')
  const isReady = ready?.status === 'True'
  return {
    isReady,
    reason: isReady ? '' : (ready?.message ?? ready?.reason ?? 'the kubelet has not reported yet'),
    addresses: (node.status?.addresses ?? []).flatMap(({ type, address }) =>
      type.endsWith('IP') ? [address] : [],
    ),
  }
}
