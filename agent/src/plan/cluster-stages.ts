import type { Action } from './action.ts'
import type { Goal } from './goal.ts'
import type { ReadyApiState, Snapshot } from './snapshot.ts'
import type { Situation, Stage } from './stage.ts'
import { compareVersions } from './versions.ts'

/** An API server that is ready. What follows is planned from its answers. */
export const apiStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot: { api } }) => (api.state === 'ready' ? [] : [{ kind: 'await-api' }]),
}

/** Root's own kubeconfig, as soon as it is of use. */
export const rootKubeconfigStage: Stage = {
  isBarrier: false,
  plan: ({ snapshot: { rootKubeconfig: known }, goal }) => {
    const { name } = goal.record
    const isRight =
      known.state === 'present' &&
      known.isCurrent &&
      known.name === name &&
      known.server === goal.server &&
      known.mode === 0o600
    return isRight ? [] : [{ kind: 'write-root-kubeconfig', name, server: goal.server }]
  },
}

/** The cluster, brought to the version of the packages and images. */
export const upgradeStage: Stage = {
  isBarrier: true,
  plan: ({ goal: { record, version } }) => {
    if (compareVersions(version, record.kubernetesVersion) <= 0) return []
    return [{ kind: 'upgrade', record: { ...record, kubernetesVersion: version } }]
  },
}

/** What the cluster tells its own programs, and kubeadm of tomorrow. */
export const serversStage: Stage = {
  isBarrier: false,
  plan: ({ snapshot, goal }) => whenReady(snapshot, (api) => planServers(api, goal)),
}

function planServers(
  { configuredVersion, proxyServer, publishedServer }: ReadyApiState,
  { server }: Goal,
): Action[] {
  return [
    ...(configuredVersion === undefined ? [{ kind: 'upload-configuration' } as const] : []),
    // Whoever replaced kube-proxy by something else is left alone.
    ...(proxyServer !== undefined && proxyServer !== server ? [{ kind: 'update-proxy' } as const] : []),
    ...(publishedServer !== undefined && publishedServer !== server
      ? [{ kind: 'publish-server', server } as const]
      : []),
  ]
}

export const nodeStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot, goal: { record } }) =>
    whenReady(snapshot, ({ node }) =>
      node?.isReady && node.addresses.includes(record.address)
        ? []
        : [{ kind: 'await-node', node: record.node, address: record.address }],
    ),
}

/** What a new cluster starts with, applied again only when it is another. */
export const baseStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot }: Situation) =>
    whenReady(snapshot, ({ appliedBase }) => {
      const digest = snapshot.baseDigest
      return digest === undefined || digest === appliedBase ? [] : [{ kind: 'apply-base', digest }]
    }),
}

export const workloadsStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot }) =>
    whenReady(snapshot, ({ workloads }) =>
      workloads.every(({ isReady }) => isReady) ? [] : [{ kind: 'await-workloads' }],
    ),
}

function whenReady({ api }: Snapshot, plan: (api: ReadyApiState) => Action[]): Action[] {
  return api.state === 'ready' ? plan(api) : []
}
