import * as z from 'zod'
import type { ApiClient } from './api-client.ts'
import { type FoundWorkload, listWorkloads } from './observe-workloads.ts'
import { oneLine } from './one-line.ts'
import { type PodObject, podLacks, podSchema } from './pods.ts'
import { judge } from './workloads.ts'

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/, in its older form of `v1` */
const eventSchema = z.object({
  involvedObject: z.object({
    uid: z.string().optional(),
    kind: z.string().optional(),
    name: z.string().optional(),
  }),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  metadata: z.object({ creationTimestamp: z.string().nullish() }).nullish(),
})

type EventObject = z.infer<typeof eventSchema>

/** Of one workload. */
const eventLimit = 3
const podLimit = 3

/**
 * Why each workload that is not ready is not, one line each, e.g. `kube-system/deployment/coredns: 0 of 1 replicas
 * available; pod coredns-…: image "x" cannot be pulled (ErrImagePull: …)`. Empty when all are ready.
 * @throws ApiError
 */
export async function explainWorkloads(client: ApiClient): Promise<readonly string[]> {
  const waiting = (await listWorkloads(client)).flatMap((found) => {
    const { isReady, name, reason } = judge(found.kind, found.object)
    return isReady ? [] : [{ ...found, name, reason }]
  })
  const namespaces = [...new Set(waiting.map(({ object }) => object.metadata.namespace))]
  const views = new Map(
    await Promise.all(namespaces.map(async (name) => [name, await viewNamespace(client, name)] as const)),
  )
  return waiting.map((found) => {
    const view = views.get(found.object.metadata.namespace) ?? { pods: [], events: [] }
    return explain(found, view)
  })
}

interface NamespaceView {
  readonly pods: readonly PodObject[]
  readonly events: readonly EventObject[]
}

async function viewNamespace(client: ApiClient, namespace: string): Promise<NamespaceView> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`
  const [pods, events] = await Promise.all([
    client.list(`${path}/pods`, podSchema),
    client.list(`${path}/events`, eventSchema, { fieldSelector: 'type=Warning' }),
  ])
  return { pods, events }
}

type Waiting = FoundWorkload & { readonly name: string; readonly reason: string }

function explain({ object, name, reason }: Waiting, { pods, events }: NamespaceView): string {
  const own = pods.filter((pod) => isOwn(object, pod))
  const lacking = own.flatMap((pod) => {
    const lacks = podLacks(pod)
    return lacks.length === 0 ? [] : [`pod ${pod.metadata.name}: ${lacks.join(', ')}`]
  })
  const isAbout = ({ involvedObject: about }: EventObject) =>
    own.some(({ metadata }) => about.kind === 'Pod' && about.name === metadata.name) ||
    (about.uid !== undefined && about.uid === object.metadata.uid) ||
    // Why a ReplicaSet cannot make a pod, e.g. a quota, is said of the ReplicaSet: `<deployment>-<hash>`.
    (about.kind === 'ReplicaSet' && about.name?.replace(/-[^-]+$/, '') === object.metadata.name)
  const said = [...events].filter(isAbout).sort((one, other) => timeOf(other) - timeOf(one))
  const texts = [
    ...new Set(said.map((event) => `${event.reason ?? 'event'}: ${oneLine(event.message ?? '')}`)),
  ]
  return [
    `${name}: ${reason}`,
    ...lacking.slice(0, podLimit),
    ...(lacking.length > podLimit ? [`${lacking.length - podLimit} more pods lack something`] : []),
    ...texts.slice(0, eventLimit).map((text) => `event ${text}`),
  ].join('; ')
}

/** A pod is a workload's when the workload's selector takes it: also those that stand behind a ReplicaSet. */
function isOwn({ metadata, spec }: FoundWorkload['object'], pod: PodObject): boolean {
  if (metadata.uid !== undefined && pod.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid))
    return true
  const labels = Object.entries(spec?.selector?.matchLabels ?? {})
  return labels.length > 0 && labels.every(([key, value]) => pod.metadata.labels?.[key] === value)
}

function timeOf({ lastTimestamp, eventTime, metadata }: EventObject): number {
  const time = Date.parse(lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '')
  return Number.isNaN(time) ? 0 : time
}
