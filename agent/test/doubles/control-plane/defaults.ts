import type { KubeObject, Loose } from './objects.ts'

const rolling = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } }

const specDefaults: Record<string, Loose> = {
  Deployment: { replicas: 1, strategy: rolling, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
  ReplicaSet: { replicas: 1 },
  StatefulSet: {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate' },
  },
  DaemonSet: { updateStrategy: { type: 'RollingUpdate' }, revisionHistoryLimit: 10 },
  Job: { completions: 1, parallelism: 1, backoffLimit: 6, suspend: false },
  Pod: {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    schedulerName: 'default-scheduler',
  },
  Service: { type: 'ClusterIP', sessionAffinity: 'None' },
  Namespace: { finalizers: ['kubernetes'] },
}

const statusDefaults: Record<string, Loose> = {
  Pod: { phase: 'Pending', qosClass: 'BestEffort' },
  Namespace: { phase: 'Active' },
  PersistentVolumeClaim: { phase: 'Pending' },
  PersistentVolume: { phase: 'Available' },
}

/** What the API server fills in; the same again changes nothing. `taken` are the cluster IPs in use. */
export function withDefaults(object: KubeObject, taken: () => Set<string>): KubeObject {
  const { kind, metadata } = object
  const result: KubeObject = { ...object, metadata: { ...metadata } }
  const spec = specDefaults[kind]
  if (spec) result.spec = { ...spec, ...result.spec }
  const status = statusDefaults[kind]
  if (status && !result.status) result.status = status
  if (kind === 'Namespace')
    result.metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
  if (kind === 'Service') result.spec = serviceSpec(result.spec, taken)
  if (kind === 'Secret') {
    const { stringData, ...rest } = result
    const encoded = Object.entries<string>(stringData ?? {}).map(([name, text]) => [
      name,
      Buffer.from(text).toString('base64'),
    ])
    const data = { ...rest['data'], ...Object.fromEntries(encoded) }
    return { ...rest, ...(Object.keys(data).length > 0 && { data }), type: rest['type'] ?? 'Opaque' }
  }
  if (kind === 'CustomResourceDefinition') result.status = definitionStatus(result)
  if (kind === 'APIService') result.status ??= { conditions: [condition('Available', 'Local', now())] }
  return result
}

export function now(): string {
  return new Date().toISOString().replace(/\.\d+/, '')
}

function serviceSpec(spec: Loose, taken: () => Set<string>): Loose {
  const ports = spec.ports?.map((port: Loose) => ({ protocol: 'TCP', targetPort: port.port, ...port }))
  const result = { ...spec, ...(ports && { ports }) }
  if (spec.type === 'ExternalName' || spec.clusterIP) return result
  const used = taken()
  for (let host = 2; ; host++) {
    const clusterIP = `10.96.${host >> 8}.${host & 0xff}`
    if (!used.has(clusterIP)) return { ...result, clusterIP, clusterIPs: [clusterIP] }
  }
}

function definitionStatus({ spec, status, metadata }: KubeObject): Loose {
  if (status?.conditions) return status
  const since = metadata.creationTimestamp ?? now()
  return {
    acceptedNames: spec.names,
    storedVersions: spec.versions
      .filter((version: Loose) => version.storage)
      .map((version: Loose) => version.name),
    conditions: [
      condition('NamesAccepted', 'NoConflicts', since),
      condition('Established', 'InitialNamesAccepted', since),
    ],
  }
}

function condition(type: string, reason: string, lastTransitionTime: string): Loose {
  return { type, status: 'True', reason, message: '', lastTransitionTime }
}
