import type { Remains, StopAction } from './remains.ts'

/**
 * What is to be done next so that nothing of a cluster is left but its files; nothing when the list is empty. In this
 * order: the kubelet, which would start pods anew; the pods, while their runtime can end them; the runtime; etcd's
 * data to the disk; then what is in namespaces shared with others.
 */
export function planStop(remains: Remains): readonly StopAction[] {
  const { services, pods, runtimeAnswers } = remains
  const kubelet = planService('kubelet', services.kubelet)
  const podActions: StopAction[] = pods.length > 0 && runtimeAnswers ? [{ kind: 'stop-pods' }] : []
  const first = [...kubelet, ...podActions, ...planService('crio', services.crio)]
  // What the services take away by themselves is not taken from under them.
  return first.length > 0 ? [...first, { kind: 'sync' }] : planRest(remains)
}

function planService(
  service: 'crio' | 'kubelet',
  { isRunning, isNoted }: Remains['services']['crio'],
): StopAction[] {
  // A process that OpenRC does not know is ended with the rest.
  if (!isNoted) return []
  return [{ kind: isRunning ? 'stop-service' : 'zap-service', service }]
}

function planRest({ processes, mounts, links, chains, address, files }: Remains): StopAction[] {
  if (processes.length > 0) return [{ kind: 'end-processes', processes }, { kind: 'sync' }]
  return [
    ...(mounts.length > 0 ? [{ kind: 'unmount', mounts } as const] : []),
    ...(links.length > 0 ? [{ kind: 'remove-links', links } as const] : []),
    ...(['iptables', 'ip6tables'] as const)
      .filter((program) => chains[program].length > 0)
      .map((program) => ({ kind: 'remove-chains', program }) as const),
    ...(address === undefined ? [] : [{ kind: 'remove-address', ...address } as const]),
    ...(files.length > 0 ? [{ kind: 'remove-files', paths: files } as const] : []),
  ]
}
