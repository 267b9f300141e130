import { certificateNames, certificates, kubeconfigNames, kubeconfigs } from '../kubeadm/certificates.ts'
import { type Component, components } from '../kubeadm/components.ts'
import type { Action } from './action.ts'
import { planService } from './service-stages.ts'
import type { Snapshot } from './snapshot.ts'
import type { Stage } from './stage.ts'

/** A process's start is known to a few hundredths of a second. */
const clockGrain = 100

/** The kubelet and, through it, control plane components that run with what is on the disk now. */
export const kubeletStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot }) => {
    const actions = [...planKubelet(snapshot), ...planComponents(snapshot)]
    return actions.length > 0 ? [...actions, { kind: 'await-api' }] : []
  },
}

function planKubelet({ kubelet, services, now }: Snapshot): Action[] {
  const { process, noted } = services.kubelet
  if (kubelet.configuration !== 'present' || !kubelet.hasFlags) {
    const isLost = process === undefined && noted !== 'stopped'
    return [
      ...(isLost ? [{ kind: 'zap-service', service: 'kubelet' } as const] : []),
      { kind: 'configure-kubelet' },
    ]
  }
  if (process === undefined) return planService('kubelet', services.kubelet)
  return isOlder(process.startedAt, kubelet.modifiedAt, now)
    ? [{ kind: 'restart-service', service: 'kubelet' }]
    : []
}

function planComponents(snapshot: Snapshot): Action[] {
  return components
    .filter((component) => {
      const startedAt = snapshot.components[component]?.startedAt
      return startedAt !== undefined && isOlder(startedAt, readAt(component, snapshot), snapshot.now)
    })
    .map((component) => ({ kind: 'restart-component', component }))
}

/** When the newest of the files was written that a component reads at its start. */
function readAt(component: Component, snapshot: Snapshot): number {
  const read = [
    ...certificateNames
      .filter((name) => certificates[name].users.includes(component))
      .map((name) => snapshot.certificates[name]),
    ...kubeconfigNames
      .filter((name) => kubeconfigs[name].includes(component))
      .map((name) => snapshot.kubeconfigs[name]),
  ]
  return Math.max(0, ...read.map((state) => (state.state === 'present' ? state.modifiedAt : 0)))
}

/** A file from the future says that the clock was set back, and nothing else. */
function isOlder(startedAt: number, modifiedAt: number, now: number): boolean {
  return modifiedAt <= now && startedAt + clockGrain < modifiedAt
}
