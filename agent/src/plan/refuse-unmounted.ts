import { dataFolder } from '../kubeadm/paths.ts'
import type { DataState } from './snapshot.ts'
import { type Refusal, refuse } from './stage.ts'

/**
 * The refusal of whatever needs the data, where the host has not mounted them: it would begin another cluster, on a root
 * filesystem that is thrown away at the next exchange. Nothing is mounted from here, even if the data can be seen: only
 * the host knows which of its stores is the current one, and keeps that one running for as long as it is used.
 */
export function refuseUnmounted({ unmounted }: Pick<DataState, 'unmounted'>): Refusal | undefined {
  if (unmounted === undefined) return undefined
  const { cluster } = unmounted
  const [whose, flag] =
    cluster === undefined ? ['this cluster', ''] : [`the cluster ${cluster}`, ` --name ${cluster}`]
  return refuse(
    'REFUSED',
    `the data of ${whose} are not mounted at ${dataFolder}`,
    `Start it from the host: \`kaweezle start${flag}\`.`,
  )
}
