import type { Action } from '../plan/action.ts'
import type { Phase } from '../report/status.ts'

const phases: Partial<Record<Action['kind'], Phase>> = {
  'boot-openrc': 'runtime',
  'enable-service': 'runtime',
  'await-runtime': 'runtime',
  'write-configuration': 'control-plane',
  'clean-cluster': 'control-plane',
  init: 'control-plane',
  'create-certificate': 'control-plane',
  'renew-certificate': 'control-plane',
  'create-token-keys': 'control-plane',
  'create-kubeconfig': 'control-plane',
  'renew-kubeconfig': 'control-plane',
  'point-kubeconfig': 'control-plane',
  'write-manifest': 'control-plane',
  'configure-kubelet': 'control-plane',
  'restart-component': 'control-plane',
  'await-api': 'control-plane',
  upgrade: 'control-plane',
  'await-node': 'node',
  'apply-base': 'base',
  'await-workloads': 'workloads',
}

/** The phase of a start that an action begins; undefined for one that goes with whatever comes before it. */
export function phaseOf({ kind }: Action): Phase | undefined {
  return phases[kind]
}
