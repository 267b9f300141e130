import type { Client } from './client.ts'
import { keepLease, rest, startWithClient } from './component.ts'
import { reconcileDaemonSet } from './controllers/daemon-sets.ts'
import { reconcileDeployment, reconcileReplicaSet } from './controllers/deployments.ts'
import { collectGarbage, keepNamespaces, schedulePods } from './controllers/housekeeping.ts'
import { reconcileJob } from './controllers/jobs.ts'
import { reconcileStatefulSet } from './controllers/stateful-sets.ts'
import { createWorld, type Kind, type World } from './controllers/world.ts'
import type { KubeObject } from './objects.ts'
import { log, messageOf } from './running.ts'

const reconcilers: Partial<Record<Kind, (world: World, object: KubeObject) => Promise<void>>> = {
  Deployment: reconcileDeployment,
  ReplicaSet: reconcileReplicaSet,
  DaemonSet: reconcileDaemonSet,
  StatefulSet: reconcileStatefulSet,
  Job: reconcileJob,
}

/** The double of kube-controller-manager (`--kubeconfig=FILE`), which does the scheduler's work as well. */
export function main(argv: string[]): Promise<number> {
  return startWithClient('kube-controller-manager', argv, async (client, signal) => {
    const lease = keepLease(client, 'kube-controller-manager', signal)
    await control(client, signal)
    await lease
  })
}

/** All controllers run again, one after the other, whenever anything changed, and once a second for the deadlines. */
async function control(client: Client, signal: AbortSignal): Promise<void> {
  let dirty = true
  const world = await createWorld(client, signal, () => {
    dirty = true
  })
  let last = 0
  while (!signal.aborted) {
    if (dirty || Date.now() - last > 1000) {
      dirty = false
      last = Date.now()
      await controlOnce(world)
    }
    await rest(20, signal)
  }
}

async function controlOnce(world: World): Promise<void> {
  await attempt('namespaces', () => keepNamespaces(world))
  for (const [kind, reconcile] of Object.entries(reconcilers))
    for (const object of world.all(kind as Kind)) {
      if (object.metadata.deletionTimestamp) continue
      await attempt(`${kind} ${object.metadata.namespace}/${object.metadata.name}`, () =>
        reconcile(world, object),
      )
    }
  await attempt('scheduling', () => schedulePods(world))
  await attempt('garbage', () => collectGarbage(world))
}

/** What fails now (a conflict, a server that is away) is tried again in the next round. */
async function attempt(what: string, call: () => Promise<void>): Promise<void> {
  try {
    await call()
  } catch (error) {
    log('W', `${what}: ${messageOf(error)}`)
  }
}
