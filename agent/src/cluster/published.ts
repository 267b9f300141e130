import { parse } from 'yaml'
import * as z from 'zod'

/** What kubeadm keeps in ConfigMaps, as YAML texts; only what is looked at. */
const clustersSchema = z.object({
  clusters: z.array(z.object({ cluster: z.object({ server: z.string() }) })).min(1),
})
const configurationSchema = z.object({ kubernetesVersion: z.string() })

/** The first server of a kubeconfig that may have no users; empty where it is damaged, so that it equals no server. */
export function publishedServer(text: string): string {
  const found = clustersSchema.safeParse(parseYaml(text))
  return found.success ? (found.data.clusters[0]?.cluster.server ?? '') : ''
}

/** The version of a ClusterConfiguration, without its `v`; undefined where it is damaged. */
export function configuredVersion(text: string): string | undefined {
  const found = configurationSchema.safeParse(parseYaml(text))
  return found.success ? found.data.kubernetesVersion.replace(/^v/, '') : undefined
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' })
  } catch (error) {
    // Whoever may write the ConfigMap wrote no YAML: the schema says so.
    if (error instanceof Error) return undefined
    throw error
  }
}
