import * as z from 'zod'
import { withClient } from './cluster-client.ts'
import type { ActContext } from './context.ts'
import { installProxy } from './kubeadm.ts'
import { pointKubeconfig } from './kubeconfig-text.ts'

const clusterInfo = '/api/v1/namespaces/kube-public/configmaps/cluster-info'
const clusterInfoSchema = z.object({ data: z.object({ kubeconfig: z.string() }) })

/**
 * Publishes the server's address to nodes that would join. The signatures beside it are remade by the controller
 * `bootstrapsigner`.
 */
export async function publishServer(context: ActContext, server: string): Promise<void> {
  await withClient(context, async (client) => {
    const found = await client.find(clusterInfo, clusterInfoSchema)
    if (found === undefined) return
    const kubeconfig = pointKubeconfig(
      found.data.kubeconfig,
      server,
      'the kubeconfig of kube-public/cluster-info',
    )
    await client.patch(clusterInfo, 'merge', { data: { kubeconfig } })
  })
}

const proxy = '/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy'

/** Tells kube-proxy the server's address. It reads that at its start only. */
export async function updateProxy(context: ActContext): Promise<void> {
  await installProxy(context)
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date(context.host.now()).toISOString() }
  await withClient(context, (client) =>
    client.patch(proxy, 'merge', { spec: { template: { metadata: { annotations } } } }),
  )
}

/** Notes which base was applied as a whole. */
export async function recordBase(context: ActContext, digest: string): Promise<void> {
  const [namespace, name] = ['kube-system', 'iknite-config']
  await withClient(context, (client) =>
    client.patch(`/api/v1/namespaces/${namespace}/configmaps/${name}`, 'apply', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace },
      data: { appliedBase: digest },
    }),
  )
}
