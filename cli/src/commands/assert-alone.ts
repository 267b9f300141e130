import { otherRuns } from '../providers/machine-errors.ts'
import type { ClusterName, Provider } from '../providers/provider.ts'

/**
 * Sees to it that a cluster can be started beside those that run, before anything is done for it.
 * @throws KaweezleError `PROVIDER_FAILED`, with the cluster that has to be stopped
 */
export async function assertAlone(provider: Provider, name: ClusterName): Promise<void> {
  const [rival] = (await provider.rivals?.(name)) ?? []
  if (rival !== undefined) throw otherRuns(name, rival)
}
