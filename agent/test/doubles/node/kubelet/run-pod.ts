import { readFaults } from '../../control-plane/faults.ts'
import type { KubeObject, Loose } from '../../control-plane/objects.ts'
import { messageOf } from '../../control-plane/running.ts'
import { callRuntime, type RuntimeContainer, type RuntimePod } from '../runtime/call.ts'
import { exitCommand } from '../runtime/conmon.ts'
import type { Backoff } from './backoff.ts'
import { nameOf, uidOf, type World } from './pod-names.ts'
import { afterStart, mountVolumes } from './traces.ts'

/** What a container of a pod is found to be, for its status. */
export interface ContainerState {
  name: string
  image: string
  container?: RuntimeContainer
  /** Why there is none that runs. */
  waiting?: { reason: string; message: string }
  ready: boolean
}

export interface PodState {
  sandbox?: RuntimePod
  containers: ContainerState[]
  /** Why there is no sandbox. */
  problem?: string
}

/** Milliseconds that a container must have run to be started again at once; ten minutes for the real kubelet. */
const steady = 2000

type Behaviour = 'crash' | 'complete' | 'never-ready'

/** Brings a pod one step nearer to what it shall be, and says how it is. */
export async function runPod(pod: KubeObject, world: World, backoff: Backoff): Promise<PodState> {
  const uid = uidOf(pod)
  const finished = ['Succeeded', 'Failed'].includes(pod.status?.phase)
  const own = world.pods.filter((one) => one.uid === uid)
  let sandbox = own.find(({ state }) => state === 'SANDBOX_READY')
  if (!sandbox && !finished && !backoff.waits(uid)) {
    try {
      for (const { id } of own) await callRuntime('removePod', { id }, world.settings.runtime)
      sandbox = await startSandbox(pod, own.length, world)
      if (pod.metadata.annotations?.['kubernetes.io/config.source'] !== 'file') await mountVolumes(pod)
    } catch (error) {
      backoff.failed(uid)
      return { containers: statesOf(pod, [], {}), problem: messageOf(error) }
    }
  }
  const inSandbox = world.containers.filter((one) => one.pod === sandbox?.id)
  const problems: Record<string, { reason: string; message: string }> = {}
  if (sandbox && !finished) {
    const { id } = sandbox
    await Promise.all(
      pod.spec.containers.map(async (spec: Loose) => {
        const problem = await runContainer({ pod, spec, sandbox: id, world, backoff, inSandbox })
        if (problem) problems[spec.name] = problem
      }),
    )
  }
  return { ...(sandbox && { sandbox }), containers: statesOf(pod, inSandbox, problems) }
}

interface Starting {
  pod: KubeObject
  spec: Loose
  sandbox: string
  world: World
  backoff: Backoff
  inSandbox: RuntimeContainer[]
}

async function runContainer({ pod, spec, sandbox, world, backoff, inSandbox }: Starting) {
  const before = newest(inSandbox, spec.name)
  if (before?.state === 'CONTAINER_RUNNING') return undefined
  const policy = pod.spec.restartPolicy ?? 'Always'
  if (before && (policy === 'Never' || (policy === 'OnFailure' && before.exitCode === 0))) return undefined
  const key = `${uidOf(pod)}/${spec.name}`
  const crashed = {
    reason: 'CrashLoopBackOff',
    message: `back-off restarting failed container=${spec.name} pod=${nameOf(pod).split('/')[1]}`,
  }
  if (backoff.waits(key)) return before ? crashed : imageProblem(spec.image, true)
  const { images } = await callRuntime('images', {}, world.settings.runtime)
  const there = images.some(({ id, repoTags, repoDigests }) =>
    [id, ...repoTags, ...repoDigests].some((name) => sameImage(name, spec.image)),
  )
  if (!there || spec.imagePullPolicy === 'Always') {
    if (!there) {
      backoff.failed(key)
      return imageProblem(spec.image, false)
    }
  }
  if (before && before.finishedAt - before.createdAt > steady) backoff.forget(key)
  if (before) backoff.failed(key)
  try {
    const started = await callRuntime(
      'runContainer',
      {
        pod: sandbox,
        name: spec.name,
        image: spec.image,
        attempt: before ? before.attempt + 1 : 0,
        command: commandOf(pod, spec),
        labels: labelsOf(pod, spec.name),
        annotations: {},
      },
      world.settings.runtime,
    )
    inSandbox.push(started)
    await afterStart(pod, spec.name, world.settings)
    return undefined
  } catch (error) {
    backoff.failed(key)
    return { reason: 'CreateContainerError', message: messageOf(error) }
  }
}

function commandOf(pod: KubeObject, spec: Loose): string[] {
  const behaviour = behaviourOf(pod)
  if (behaviour === 'crash') return [exitCommand, '1']
  if (behaviour === 'complete') return [exitCommand, '0']
  return [...(spec.command ?? [`/${spec.name}`]), ...(spec.args ?? [])]
}

/**
 * How a pod's containers behave: by the annotation `kube-doubles/behaviour`, or by the fault
 * `{ "kubelet": { "pods": { "NAMESPACE/BEGINNING OF THE NAME": "crash" } } }`. Those of Jobs complete, others run.
 */
function behaviourOf(pod: KubeObject): Behaviour | undefined {
  const faults = (readFaults('kubelet')['pods'] ?? {}) as Record<string, Behaviour>
  const scripted = Object.entries(faults).find(([beginning]) => nameOf(pod).startsWith(beginning))?.[1]
  if (scripted) return scripted
  const annotated = pod.metadata.annotations?.['kube-doubles/behaviour'] as Behaviour | undefined
  if (annotated) return annotated
  return pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') ? 'complete' : undefined
}

function statesOf(
  pod: KubeObject,
  containers: RuntimeContainer[],
  problems: Record<string, { reason: string; message: string }>,
): ContainerState[] {
  const never = behaviourOf(pod) === 'never-ready'
  return pod.spec.containers.map(({ name, image }: { name: string; image: string }) => {
    const container = newest(containers, name)
    const runs = container?.state === 'CONTAINER_RUNNING'
    const waiting = problems[name] ?? (container ? undefined : { reason: 'ContainerCreating', message: '' })
    return {
      name,
      image,
      ready: runs && !never,
      ...(container && { container }),
      ...(!runs && waiting && { waiting }),
    }
  })
}

function startSandbox(pod: KubeObject, attempt: number, { settings }: World): Promise<RuntimePod> {
  const { name, namespace = 'default', annotations = {} } = pod.metadata
  return callRuntime(
    'runPod',
    {
      name,
      namespace,
      uid: uidOf(pod),
      attempt,
      labels: labelsOf(pod),
      annotations,
      hostNetwork: pod.spec.hostNetwork === true,
    },
    settings.runtime,
  )
}

function labelsOf(pod: KubeObject, container?: string): Record<string, string> {
  return {
    ...(container === undefined ? pod.metadata.labels : { 'io.kubernetes.container.name': container }),
    'io.kubernetes.pod.name': pod.metadata.name,
    'io.kubernetes.pod.namespace': pod.metadata.namespace ?? 'default',
    'io.kubernetes.pod.uid': uidOf(pod),
  }
}

function newest(containers: RuntimeContainer[], name: string): RuntimeContainer | undefined {
  return containers
    .filter((one) => one.name === name)
    .toSorted((one, other) => other.attempt - one.attempt)[0]
}

function imageProblem(image: string, waits: boolean): { reason: string; message: string } {
  if (waits)
    return {
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "${image}": ErrImagePull: ${pullError(image)}`,
    }
  return { reason: 'ErrImagePull', message: pullError(image) }
}

function pullError(image: string): string {
  const host = image.includes('.') ? image.split('/')[0] : 'registry-1.docker.io'
  return `unable to pull image or OCI artifact: pull image err: initializing source docker://${image}: pinging container registry ${host}: Get "https://${host}/v2/": dial tcp: lookup ${host}: no such host`
}

function sameImage(have: string, wanted: string): boolean {
  const plain = wanted.replace(/:[^:@/]+@/, '@')
  return [wanted, plain, `docker.io/library/${wanted}`, `docker.io/${wanted}`].includes(have)
}
