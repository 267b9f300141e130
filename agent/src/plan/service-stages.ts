import type { Action } from './action.ts'
import { hasDataToKeep } from './data-stages.ts'
import { finishedRecord } from './goal.ts'
import type { ServiceName, ServiceState, Snapshot } from './snapshot.ts'
import type { Stage } from './stage.ts'

const services: readonly ServiceName[] = ['crio', 'kubelet']

/**
 * Lets OpenRC believe it has booted, which on WSL is at every start of the distribution, then enables the services
 * for the boots to come. Enabled before the first boot, a kubelet without a cluster would be started over and over.
 */
export const openrcStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot: { openrc } }) => [
    ...(openrc.isBooted ? [] : [{ kind: 'boot-openrc' } as const]),
    ...services
      .filter((service) => !openrc.enabled.includes(service))
      .map((service) => ({ kind: 'enable-service', service }) as const),
  ],
}

/** A container runtime that can run pods. */
export const runtimeStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot: { services: known, runtime } }) => {
    if (known.crio.process !== undefined && runtime.state === 'ready') return []
    return [...planService('crio', known.crio), { kind: 'await-runtime' }]
  },
}

/** The cluster, where there is none. */
export const initStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot, goal }) => {
    if (finishedRecord(snapshot) !== undefined) return []
    const record = { ...goal.record, kubernetesVersion: goal.version }
    return [...planSilence(snapshot), { kind: 'init', record, keepsData: hasDataToKeep(snapshot) }]
  },
}

/** kubeadm starts the kubelet itself, and finds its port taken by one that runs. */
function planSilence({ services: { kubelet } }: Snapshot): Action[] {
  if (kubelet.process !== undefined) return [{ kind: 'stop-service', service: 'kubelet' }]
  return kubelet.noted === 'stopped' ? [] : [{ kind: 'zap-service', service: 'kubelet' }]
}

/** How to get a service's process running. */
export function planService(service: ServiceName, { noted, process }: ServiceState): Action[] {
  // Another start is under way.
  if (process !== undefined || noted === 'changing') return []
  // OpenRC takes a service whose process was killed for a started one.
  const forget: Action[] = noted === 'stopped' ? [] : [{ kind: 'zap-service', service }]
  return [...forget, { kind: 'start-service', service }]
}
