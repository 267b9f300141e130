import type { KubeObject, Loose } from './objects.ts'
import type { Resource } from './resources.ts'

type Cell = [name: string, read: (object: KubeObject) => Loose, priority?: number]

const age: Cell = ['Age', ({ metadata }) => ageOf(metadata.creationTimestamp)]
const or = (value: Loose, otherwise: Loose = '<none>') =>
  value === undefined || value === '' ? otherwise : value
const replicas: Cell[] = [
  ['Up-to-date', ({ status }) => status?.updatedReplicas ?? 0],
  ['Available', ({ status }) => status?.availableReplicas ?? 0],
]

const columns: Record<string, Cell[]> = {
  Pod: [
    [
      'Ready',
      ({ spec, status }) => `${count(status?.containerStatuses, 'ready')}/${spec.containers?.length ?? 0}`,
    ],
    ['Status', podStatus],
    ['Restarts', ({ status }) => sum(status?.containerStatuses, 'restartCount')],
    age,
    ['IP', ({ status }) => or(status?.podIP), 1],
    ['Node', ({ spec }) => or(spec.nodeName), 1],
  ],
  Node: [
    ['Status', nodeStatus],
    ['Roles', ({ metadata }) => or(rolesOf(metadata.labels))],
    age,
    ['Version', ({ status }) => or(status?.nodeInfo?.kubeletVersion, '')],
    [
      'Internal-IP',
      ({ status }) => or(status?.addresses?.find((one: Loose) => one.type === 'InternalIP')?.address),
      1,
    ],
  ],
  Deployment: [
    ['Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas}`],
    ...replicas,
    age,
  ],
  StatefulSet: [['Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas}`], age],
  ReplicaSet: [
    ['Desired', ({ spec }) => spec.replicas],
    ['Current', ({ status }) => status?.replicas ?? 0],
    ['Ready', ({ status }) => status?.readyReplicas ?? 0],
    age,
  ],
  DaemonSet: [
    ['Desired', ({ status }) => status?.desiredNumberScheduled ?? 0],
    ['Current', ({ status }) => status?.currentNumberScheduled ?? 0],
    ['Ready', ({ status }) => status?.numberReady ?? 0],
    ['Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0],
    ['Available', ({ status }) => status?.numberAvailable ?? 0],
    age,
  ],
  Job: [
    ['Status', ({ status }) => jobStatus(status)],
    ['Completions', ({ spec, status }) => `${status?.succeeded ?? 0}/${spec.completions}`],
    age,
  ],
  Service: [
    ['Type', ({ spec }) => spec.type],
    ['Cluster-IP', ({ spec }) => or(spec.clusterIP)],
    ['External-IP', ({ status }) => or(status?.loadBalancer?.ingress?.[0]?.ip)],
    [
      'Port(s)',
      ({ spec }) => or(spec.ports?.map((port: Loose) => `${port.port}/${port.protocol}`).join(',')),
    ],
    age,
  ],
  Namespace: [['Status', ({ status }) => status?.phase], age],
  ConfigMap: [['Data', (object) => Object.keys(object['data'] ?? {}).length], age],
  Secret: [
    ['Type', (object) => object['type']],
    ['Data', (object) => Object.keys(object['data'] ?? {}).length],
    age,
  ],
  PersistentVolumeClaim: [
    ['Status', ({ status }) => status?.phase],
    ['Volume', ({ spec }) => or(spec.volumeName, '')],
    age,
  ],
  StorageClass: [['Provisioner', (object) => object['provisioner']], age],
  Event: [
    ['Type', (object) => object['type']],
    ['Reason', (object) => object['reason']],
    [
      'Object',
      (object) => `${object['involvedObject']?.kind}/${object['involvedObject']?.name}`.toLowerCase(),
    ],
    ['Message', (object) => object['message']],
  ],
}

/** What kubectl prints: the rows of a Table of meta.k8s.io/v1. */
export function tableOf(resource: Resource, objects: KubeObject[], resourceVersion: string): object {
  const cells: Cell[] = [['Name', ({ metadata }) => metadata.name], ...cellsOf(resource)]
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: cells.map(([name, , priority = 0]) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority,
    })),
    rows: objects.map((object) => ({
      cells: cells.map(([, read]) => read(object) ?? ''),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  }
}

function cellsOf({ kind, custom }: Resource): Cell[] {
  const own = custom?.columns.map(
    ({ name, jsonPath, type }): Cell => [
      name,
      (object) => (type === 'date' ? ageOf(at(object, jsonPath)) : at(object, jsonPath)),
    ],
  )
  return own && own.length > 0 ? own : (columns[kind] ?? [age])
}

function at(object: Loose, jsonPath: string): Loose {
  return jsonPath
    .split(/[.[\]]/)
    .filter((part) => part !== '')
    .reduce((value, part) => value?.[part], object)
}

function podStatus({ metadata, status }: KubeObject): string {
  if (metadata.deletionTimestamp) return 'Terminating'
  const waiting = status?.containerStatuses?.find((one: Loose) => one.state?.waiting?.reason)?.state.waiting
    .reason
  return waiting ?? (status?.phase === 'Succeeded' ? 'Completed' : status?.phase)
}

function nodeStatus({ spec, status }: KubeObject): string {
  const ready = status?.conditions?.find((one: Loose) => one.type === 'Ready')?.status === 'True'
  return `${ready ? 'Ready' : 'NotReady'}${spec?.unschedulable ? ',SchedulingDisabled' : ''}`
}

function rolesOf(labels: Record<string, string> = {}): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.keys(labels).filter((label) => label.startsWith(prefix))
  return roles.map((label) => label.slice(prefix.length)).join(',')
}

function jobStatus(status: Loose): string {
  return (
    status?.conditions?.find((one: Loose) => one.status === 'True' && one.type !== 'SuccessCriteriaMet')
      ?.type ?? 'Running'
  )
}

function count(list: Loose[] = [], field: string): number {
  return list.filter((item) => item[field]).length
}

function sum(list: Loose[] = [], field: string): number {
  return list.reduce((total, item) => total + (item[field] ?? 0), 0)
}

function ageOf(since: string | undefined): string {
  if (!since) return '<unknown>'
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}
