import { refuseUnmounted } from '../plan/refuse-unmounted.ts'
import type { Snapshot } from '../plan/snapshot.ts'
import type { ClusterStatus, Phase, WorkloadsStatus } from './status.ts'

/** The cluster that is on the node; undefined without a finished one. */
export function clusterOf({ data, network, api }: Snapshot): ClusterStatus | undefined {
  const { record } = data
  if (typeof record !== 'object') return undefined
  return {
    name: record.name,
    address: record.address,
    ...(network.outer === undefined ? {} : { outerAddress: network.outer.address }),
    kubernetesVersion: api.state === 'ready' ? api.version : record.kubernetesVersion,
    node: record.node,
  }
}

/** The workloads; undefined where the API does not tell. */
export function workloadsOf({ api }: Snapshot): WorkloadsStatus | undefined {
  if (api.state !== 'ready') return undefined
  const unready = api.workloads.filter(({ isReady }) => !isReady)
  return {
    count: api.workloads.length,
    ready: api.workloads.length - unready.length,
    unready: unready.map(({ name, reason }) => ({ name, reason })),
  }
}

/** One thing that is not as a ready cluster has it, and the phase of a start that sees to it. */
export interface Problem {
  readonly phase: Phase
  readonly text: string
}

/** What keeps the node from being a ready cluster, in the order in which a start sees to it. */
export function problemsOf(snapshot: Snapshot): readonly Problem[] {
  return [...dataProblems(snapshot), ...runtimeProblems(snapshot), ...apiProblems(snapshot)]
}

function dataProblems({ data }: Snapshot): Problem[] {
  const refusal = refuseUnmounted(data)
  if (refusal !== undefined) return [{ phase: 'prepare', text: refusal.message }]
  const phase = 'control-plane'
  if (data.record === 'unreadable') return [{ phase, text: 'what the cluster was made with cannot be read' }]
  if (data.record === undefined) return [{ phase, text: 'there is no cluster' }]
  return data.journal === undefined ? [] : [{ phase, text: 'kubeadm init was begun and did not end' }]
}

function runtimeProblems({ services, runtime }: Snapshot): Problem[] {
  const stopped = (['crio', 'kubelet'] as const).filter((name) => services[name].process === undefined)
  const problems: Problem[] = stopped.map((name) => ({
    phase: name === 'crio' ? 'runtime' : 'control-plane',
    text: `service ${name} does not run${services[name].isInstalled ? '' : ': it is not installed'}`,
  }))
  if (runtime.state === 'starting') {
    problems.push({ phase: 'runtime', text: `the runtime is not ready: ${runtime.reason}` })
  }
  if (runtime.state === 'down') problems.push({ phase: 'runtime', text: 'the runtime does not answer' })
  return problems
}

function apiProblems({ api }: Snapshot): Problem[] {
  const phase = 'control-plane'
  if (api.state === 'down') return [{ phase, text: `the API server does not answer: ${api.reason}` }]
  if (api.state === 'starting') return [{ phase, text: `the API server is not ready: ${api.reason}` }]
  const problems: Problem[] = []
  if (api.node === undefined) problems.push({ phase: 'node', text: 'the node is not in the cluster' })
  else if (!api.node.isReady) {
    problems.push({ phase: 'node', text: `the node is not ready: ${api.node.reason}` })
  }
  for (const { name, reason } of api.workloads.filter(({ isReady }) => !isReady)) {
    problems.push({ phase: 'workloads', text: `${name} is not ready: ${reason}` })
  }
  return problems
}

const day = 86_400_000

/** Certificates and kubeconfigs whose end has passed or is less than 30 days away, as sentences. */
export function endsOf({ now, certificates, kubeconfigs, authorities }: Snapshot): readonly string[] {
  const groups = Object.entries({
    authority: authorities,
    certificate: certificates,
    kubeconfig: kubeconfigs,
  })
  return groups.flatMap(([kind, states]) =>
    Object.entries(states).flatMap(([name, state]) => {
      if (state.state !== 'present' || state.notAfter - now >= 30 * day) return []
      const days = Math.floor((state.notAfter - now) / day)
      return [
        `${kind} ${name} ${days < 0 ? 'has ended' : `ends in ${days} days`} (${isoDay(state.notAfter)})`,
      ]
    }),
  )
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
