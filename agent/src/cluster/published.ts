import * as z from 'zod'
import { parseYaml } from './parse-text.ts'

/** What kubeadm keeps in ConfigMaps, as YAML texts; only what is looked at. */
const clustersSchema = z.object({
  clusters: z.array(z.object({ cluster: z.object({ server: z.string() }) })).min(1),
})
const configurationSchema = z.object({ kubernetesVersion: z.string() })

/** The first server of a kubeconfig that may have no users; empty where it is damaged, so that it equals no server. */
export function publishedServer(text: string): string {
  return parseYaml(text, clustersSchema)?.clusters[0]?.cluster.server ?? ''
}

/** The version of a ClusterConfiguration, without its `v`; undefined where it is damaged. */
export function configuredVersion(text: string): string | undefined {
  return parseYaml(text, configurationSchema)?.kubernetesVersion.replace(/^v/, '')
}
