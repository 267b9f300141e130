import { KaweezleError } from '../errors.ts'
import type { ClusterName } from './provider.ts'

/** The error for what needs a machine that runs. */
export function notRunning(cluster: ClusterName): KaweezleError {
  return new KaweezleError('NOT_READY', `the machine of ${cluster} does not run`, {
    hint: `Run \`kaweezle start --name ${cluster}\`.`,
  })
}

/** The error for the start of a cluster beside another one, where all of a provider's have one network. */
export function otherRuns(cluster: ClusterName, other: ClusterName): KaweezleError {
  return new KaweezleError(
    'PROVIDER_FAILED',
    `${cluster} cannot run beside the cluster ${other}: both have the same network and ports`,
    { hint: `Stop that one first: \`kaweezle stop --name ${other}\`.` },
  )
}

/** The error for a port of the host that somebody has. `owner` completes "is in use by …". */
export function portInUse(port: number, owner: string, hint: string): KaweezleError {
  return new KaweezleError('PROVIDER_FAILED', `Port ${port} of 127.0.0.1 is in use by ${owner}`, { hint })
}
