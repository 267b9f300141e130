import type { Client } from '../../control-plane/client.ts'
import type { KubeObject } from '../../control-plane/objects.ts'
import { log, messageOf } from '../../control-plane/running.ts'
import { callRuntime, type RuntimePod } from '../runtime/call.ts'
import { createBackoff } from './backoff.ts'
import { nameOf, uidOf } from './pod-names.ts'
import { createReporter } from './report.ts'
import { runPod } from './run-pod.ts'
import type { Settings } from './settings.ts'
import { hostTraces, removeVolumes } from './traces.ts'

/** What shall run, and the rounds that make it so. */
export interface Workers {
  setStatic(pods: KubeObject[]): void
  /** All pods of the API at once: only from then on are others' sandboxes taken away. */
  setAll(pods: KubeObject[]): void
  set(pod: KubeObject): void
  forget(pod: KubeObject): void
  /** Something has changed in the runtime. */
  look(): void
}

const mirror = 'kubernetes.io/config.mirror'

export function createWorkers(settings: Settings, client: Client): Workers {
  let statics = new Map<string, KubeObject>()
  let staticsKnown = false
  let others: Map<string, KubeObject> | undefined
  const mirrors = new Map<string, KubeObject>()
  const backoff = createBackoff(look)
  const reporter = createReporter(settings, client, look)
  let [running, again] = [false, false]

  function look(): void {
    again = true
    if (running) return
    running = true
    void (async () => {
      while (again) {
        again = false
        try {
          await round()
        } catch (error) {
          log('E', `"Error syncing pods" err=${JSON.stringify(messageOf(error))}`)
          setTimeout(look, 500)
        }
      }
      running = false
    })()
  }

  async function round(): Promise<void> {
    const [{ pods }, { containers }] = await Promise.all([
      callRuntime('pods', {}, settings.runtime),
      callRuntime('containers', {}, settings.runtime),
    ])
    await hostTraces()
    const world = { settings, pods, containers }
    const wanted = [...statics.values(), ...(others?.values() ?? [])]
    const alive = new Set(wanted.filter(({ metadata }) => !metadata.deletionTimestamp).map(uidOf))
    await Promise.all([
      ...pods.filter(({ uid, annotations }) => isOver(uid, annotations) && !alive.has(uid)).map(remove),
      ...wanted
        .filter((pod) => alive.has(uidOf(pod)))
        .map(async (pod) => {
          const status = await runPod(pod, world, backoff)
          await reporter.report(pod, status, mirrors.get(nameOf(pod)))
        }),
      ...[...(others?.values() ?? [])]
        .filter((pod) => pod.metadata.deletionTimestamp && !pods.some(({ uid }) => uid === uidOf(pod)))
        .map(reporter.end),
      ...[...mirrors.values()].filter((pod) => staticsKnown && !isStatic(pod)).map(reporter.end),
    ])
  }

  /** What is not known yet is not over. */
  function isOver(_uid: string, annotations: Record<string, string>): boolean {
    return annotations['kubernetes.io/config.source'] === 'file' ? staticsKnown : others !== undefined
  }

  function isStatic(pod: KubeObject): boolean {
    return [...statics.values()].some((one) => nameOf(one) === nameOf(pod))
  }

  async function remove({ id, uid, namespace, name }: RuntimePod): Promise<void> {
    log('I', `"Killing pod" pod="${namespace}/${name}"`)
    await callRuntime('removePod', { id }, settings.runtime, 30_000)
    await removeVolumes(uid)
    again = true
  }

  function put(pod: KubeObject): void {
    if (pod.metadata.annotations?.[mirror] === undefined) others?.set(uidOf(pod), pod)
    else mirrors.set(nameOf(pod), pod)
  }

  return {
    setStatic(pods) {
      statics = new Map(pods.map((pod) => [uidOf(pod), pod]))
      staticsKnown = true
      look()
    },
    setAll(pods) {
      others = new Map()
      mirrors.clear()
      reporter.forgetAll()
      for (const pod of pods) put(pod)
      look()
    },
    set(pod) {
      put(pod)
      look()
    },
    forget(pod) {
      if (pod.metadata.annotations?.[mirror] !== undefined) mirrors.delete(nameOf(pod))
      others?.delete(uidOf(pod))
      look()
    },
    look,
  }
}
