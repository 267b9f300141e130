import { ApiError, type Client, resourcePath } from '../../control-plane/client.ts'
import type { KubeObject, Loose } from '../../control-plane/objects.ts'
import { log, messageOf } from '../../control-plane/running.ts'
import { nameOf, uidOf } from './pod-names.ts'
import type { ContainerState, PodState } from './run-pod.ts'
import type { Settings } from './settings.ts'

export interface Reporter {
  report(pod: KubeObject, state: PodState, mirrored: KubeObject | undefined): Promise<void>
  /** Removes a pod whose containers are gone. */
  end(pod: KubeObject): Promise<void>
  forgetAll(): void
}

/** Tells the API server how pods are, each time something changed; static ones are mirrored first. */
export function createReporter({ node, nodeAddress }: Settings, client: Client, again: () => void): Reporter {
  const told = new Map<string, string>()
  const events = new Set<string>()
  const since = new Map<string, string>()

  async function report(pod: KubeObject, state: PodState, mirrored: KubeObject | undefined): Promise<void> {
    const isStatic = pod.metadata.annotations?.['kubernetes.io/config.source'] === 'file'
    const started = since.get(uidOf(pod)) ?? pod.status?.startTime ?? now()
    since.set(uidOf(pod), started)
    const status = statusOf(pod, state, nodeAddress, started)
    const hash = pod.metadata.annotations?.['kubernetes.io/config.hash']
    const current = isStatic && mirrored?.metadata.annotations?.['kubernetes.io/config.hash'] === hash
    const text = JSON.stringify(status)
    if (told.get(uidOf(pod)) === text && (!isStatic || current)) return
    try {
      if (isStatic && !current) await mirrorPod(pod, mirrored)
      await client.patch(`${pathOf(pod)}/status`, {
        status: { ...status, conditions: stamped(pod, status['conditions']) },
      })
      told.set(uidOf(pod), text)
      for (const { waiting, image, name } of state.containers)
        if (waiting?.reason === 'ErrImagePull')
          await event(pod, 'Failed', `Failed to pull image "${image}": ${waiting.message}`, name)
        else if (waiting?.reason === 'CrashLoopBackOff')
          await event(pod, 'BackOff', `Back-off restarting failed container ${name}`, name)
      if (state.problem !== undefined)
        await event(
          pod,
          'FailedCreatePodSandBox',
          `Failed to create pod sandbox: rpc error: code = Unknown desc = ${state.problem}`,
        )
    } catch (error) {
      if (error instanceof ApiError && error.status === 404 && !isStatic) return
      log(
        'W',
        `"Failed to update status for pod" pod="${nameOf(pod)}" err=${JSON.stringify(messageOf(error))}`,
      )
      setTimeout(again, 300)
    }
  }

  async function mirrorPod(pod: KubeObject, mirrored: KubeObject | undefined): Promise<void> {
    const hash = pod.metadata.annotations?.['kubernetes.io/config.hash'] ?? ''
    const old = mirrored ?? (await client.find(pathOf(pod)))
    if (old?.metadata.annotations?.['kubernetes.io/config.hash'] === hash) return
    if (old) await client.remove(pathOf(pod), 0)
    const owner = await client.find(resourcePath('v1', 'nodes', undefined, node))
    const { uid: _, ...metadata } = pod.metadata
    await client.create(resourcePath('v1', 'pods', pod.metadata.namespace), {
      ...pod,
      metadata: {
        ...metadata,
        annotations: { ...metadata.annotations, 'kubernetes.io/config.mirror': hash },
        ...(owner && {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'Node', name: node, uid: owner.metadata.uid, controller: true },
          ],
        }),
      },
    })
  }

  async function event(pod: KubeObject, reason: string, message: string, container = ''): Promise<void> {
    const key = `${uidOf(pod)} ${reason} ${container} ${message}`
    if (events.has(key)) return
    const { name, namespace } = pod.metadata
    const time = now()
    await client.create(resourcePath('v1', 'events', namespace), {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${Date.now().toString(16)}${events.size}`, namespace },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name,
        namespace,
        uid: uidOf(pod),
        ...(container && { fieldPath: `spec.containers{${container}}` }),
      },
      type: 'Warning',
      reason,
      message,
      source: { component: 'kubelet', host: node },
      reportingComponent: 'kubelet',
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    })
    events.add(key)
  }

  return {
    report,
    async end(pod) {
      try {
        await client.remove(pathOf(pod), 0)
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) setTimeout(again, 300)
      }
    },
    forgetAll: () => told.clear(),
  }
}

function statusOf(
  pod: KubeObject,
  { sandbox, containers }: PodState,
  address: string,
  startTime: string,
): Record<string, Loose> {
  const ended = containers.every(({ container }) => container?.state === 'CONTAINER_EXITED')
  const policy = pod.spec.restartPolicy ?? 'Always'
  const wellEnded = ended && containers.every(({ container }) => container?.exitCode === 0)
  const over = ended && (policy === 'Never' || (policy === 'OnFailure' && wellEnded))
  const running = containers.every(({ container }) => container !== undefined)
  const phase = over ? (wellEnded ? 'Succeeded' : 'Failed') : running ? 'Running' : 'Pending'
  // What has ended stays so, also when its sandbox is gone.
  if (['Succeeded', 'Failed'].includes(pod.status?.phase)) return pod.status
  const ready = !over && containers.every((one) => one.ready)
  const condition = (type: string, is: boolean) => ({ type, status: is ? 'True' : 'False' })
  const unready = containers.filter((one) => !one.ready).map(({ name }) => name)
  const why = over
    ? { reason: 'PodCompleted' }
    : ready
      ? {}
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
  const ip = pod.spec.hostNetwork ? address : (sandbox?.ip ?? '')
  return {
    phase,
    hostIP: address,
    hostIPs: [{ ip: address }],
    ...(ip !== '' && { podIP: ip, podIPs: [{ ip }] }),
    qosClass: 'Burstable',
    startTime,
    conditions: [
      condition('PodReadyToStartContainers', sandbox !== undefined),
      condition('Initialized', true),
      { ...condition('Ready', ready), ...why },
      { ...condition('ContainersReady', ready), ...why },
      condition('PodScheduled', true),
    ],
    containerStatuses: containers.map(containerStatus),
    ...(pod.spec.initContainers && {
      initContainerStatuses: pod.spec.initContainers.map(
        ({ name, image }: { name: string; image: string }) => ({
          name,
          image,
          imageID: image,
          ready: true,
          restartCount: 0,
          state: { terminated: { exitCode: 0, reason: 'Completed' } },
        }),
      ),
    }),
  }
}

function containerStatus({ name, image, container, waiting, ready }: ContainerState): object {
  const last =
    container?.state === 'CONTAINER_EXITED' ? terminated(container.exitCode, container.finishedAt) : undefined
  const state = waiting ? { waiting } : (last ?? { running: { startedAt: time(container?.createdAt ?? 0) } })
  return {
    name,
    image,
    imageID: container ? image : '',
    ...(container && { containerID: `cri-o://${container.id}` }),
    ready,
    started: ready,
    restartCount: container?.attempt ?? 0,
    state,
    ...(waiting && last && { lastState: last }),
  }
}

function terminated(exitCode: number, finishedAt: number): object {
  return {
    terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: time(finishedAt) },
  }
}

/** A condition keeps the time at which it became what it is. */
function stamped(pod: KubeObject, conditions: Loose[]): Loose[] {
  const before: Loose[] = pod.status?.conditions ?? []
  return conditions.map((condition) => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status)
    return { lastProbeTime: null, lastTransitionTime: same?.lastTransitionTime ?? now(), ...condition }
  })
}

function pathOf({ metadata }: KubeObject): string {
  return resourcePath('v1', 'pods', metadata.namespace, metadata.name)
}

function now(): string {
  return time(Date.now())
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+/, '')
}
