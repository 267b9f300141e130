import { main as etcd } from './etcd.ts'
import { main as apiserver } from './kube-apiserver.ts'
import { main as controllerManager } from './kube-controller-manager.ts'
import { main as scheduler } from './kube-scheduler.ts'

/** The programs of the control plane by their real names. */
export const controlPlane: Record<string, (argv: string[]) => Promise<number>> = {
  etcd,
  'kube-apiserver': apiserver,
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
}
