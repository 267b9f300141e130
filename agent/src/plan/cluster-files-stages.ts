import { type KubeconfigName, kubeconfigNames } from '../kubeadm/certificates.ts'
import { type Component, components } from '../kubeadm/components.ts'
import type { Action } from './action.ts'
import { renewalTime } from './certificates-stage.ts'
import { finishedRecord } from './goal.ts'
import type { Part, Situation } from './stage.ts'

/** The kubeconfigs of the node's own programs. */
export const kubeconfigsStage: Part = {
  plan: (situation) => {
    if (finishedRecord(situation.snapshot) === undefined) return []
    return kubeconfigNames.flatMap((name) => planKubeconfig(name, situation))
  },
}

function planKubeconfig(kubeconfig: KubeconfigName, { snapshot, goal }: Situation): Action[] {
  const state = snapshot.kubeconfigs[kubeconfig]
  // It is for emergencies, and kubeadm's documentation advises to move it elsewhere.
  if (kubeconfig === 'super-admin' && state.state !== 'present') return []
  const isUsable = state.state === 'present' && state.isSound
  if (!isUsable) return [{ kind: 'create-kubeconfig', kubeconfig }]
  // The kubelet renews its own while it is good.
  const isSelfRenewed = kubeconfig === 'kubelet' && state.notAfter > snapshot.now
  const remaining = state.notAfter - snapshot.now
  if (kubeconfig === 'kubelet' && !isSelfRenewed) return [{ kind: 'create-kubeconfig', kubeconfig }]
  return [
    ...(state.server === goal.server
      ? []
      : [{ kind: 'point-kubeconfig', kubeconfig, server: goal.server } as const]),
    ...(isSelfRenewed || remaining >= renewalTime ? [] : [{ kind: 'renew-kubeconfig', kubeconfig } as const]),
  ]
}

/** The static pods of the control plane, and the address the kubelet gives the node. */
export const manifestsStage: Part = {
  plan: ({ snapshot, goal }) => {
    if (finishedRecord(snapshot) === undefined) return []
    const { hasFlags, nodeAddress } = snapshot.kubelet
    const { address } = goal.record
    return [
      ...components
        .filter((component) => mustBeWritten(component, { snapshot, goal }))
        .map((component) => ({ kind: 'write-manifest', component }) as const),
      ...(hasFlags && nodeAddress !== address ? [{ kind: 'write-node-address', address } as const] : []),
    ]
  },
}

function mustBeWritten(component: Component, { snapshot, goal }: Omit<Situation, 'settings'>): boolean {
  const state = snapshot.manifests[component]
  if (state.state !== 'present') return true
  if (state.address !== undefined && state.address !== goal.record.address) return true
  return lacksImages({ snapshot, goal })
}

/**
 * Whether the root filesystem was exchanged for one with a newer version: it brings the images of that version
 * only, so the old control plane cannot run for `kubeadm upgrade` to ask it. The last component that is written
 * decides, so that an interrupted change is done again.
 */
function lacksImages({ snapshot, goal }: Omit<Situation, 'settings'>): boolean {
  const last = snapshot.manifests['kube-scheduler']
  const { images } = snapshot
  return (
    last.state === 'present' &&
    images.length > 0 &&
    !images.includes(last.image) &&
    !last.image.endsWith(`:v${goal.version}`)
  )
}
