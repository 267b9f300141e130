import type { KubeObject } from './objects.ts'

export interface Column {
  name: string
  jsonPath: string
  type: string
}

/** One kind the API serves. */
export interface Resource {
  /** Empty for the core group. */
  group: string
  version: string
  plural: string
  singular: string
  kind: string
  namespaced: boolean
  shortNames: string[]
  subresources: string[]
  /** That of the CRD which brought it. */
  custom?: { columns: Column[]; schema?: unknown }
}

/** Per group and version: `plural kind short,names`, with a `!` for those outside of namespaces. */
const builtIn: Record<string, string[]> = {
  v1: [
    'namespaces Namespace ns !',
    'nodes Node no !',
    'pods Pod po',
    'services Service svc',
    'configmaps ConfigMap cm',
    'secrets Secret',
    'serviceaccounts ServiceAccount sa',
    'events Event ev',
    'endpoints Endpoints ep',
    'limitranges LimitRange limits',
    'resourcequotas ResourceQuota quota',
    'replicationcontrollers ReplicationController rc',
    'persistentvolumes PersistentVolume pv !',
    'persistentvolumeclaims PersistentVolumeClaim pvc',
  ],
  'apps/v1': [
    'deployments Deployment deploy',
    'daemonsets DaemonSet ds',
    'statefulsets StatefulSet sts',
    'replicasets ReplicaSet rs',
    'controllerrevisions ControllerRevision',
  ],
  'batch/v1': ['jobs Job', 'cronjobs CronJob cj'],
  'rbac.authorization.k8s.io/v1': [
    'roles Role',
    'rolebindings RoleBinding',
    'clusterroles ClusterRole !',
    'clusterrolebindings ClusterRoleBinding !',
  ],
  'storage.k8s.io/v1': [
    'storageclasses StorageClass sc !',
    'csidrivers CSIDriver !',
    'csinodes CSINode !',
    'volumeattachments VolumeAttachment !',
  ],
  'apiextensions.k8s.io/v1': ['customresourcedefinitions CustomResourceDefinition crd,crds !'],
  'admissionregistration.k8s.io/v1': [
    'validatingwebhookconfigurations ValidatingWebhookConfiguration !',
    'mutatingwebhookconfigurations MutatingWebhookConfiguration !',
  ],
  'apiregistration.k8s.io/v1': ['apiservices APIService !'],
  'policy/v1': ['poddisruptionbudgets PodDisruptionBudget pdb'],
  'coordination.k8s.io/v1': ['leases Lease'],
  'certificates.k8s.io/v1': ['certificatesigningrequests CertificateSigningRequest csr !'],
  'discovery.k8s.io/v1': ['endpointslices EndpointSlice'],
  'networking.k8s.io/v1': [
    'ingresses Ingress ing',
    'ingressclasses IngressClass !',
    'networkpolicies NetworkPolicy netpol',
  ],
  'scheduling.k8s.io/v1': ['priorityclasses PriorityClass pc !'],
  'events.k8s.io/v1': ['events Event ev'],
}

const withStatus = new Set(
  `namespaces nodes pods services persistentvolumes persistentvolumeclaims deployments daemonsets statefulsets
  replicasets jobs cronjobs customresourcedefinitions apiservices poddisruptionbudgets ingresses
  certificatesigningrequests resourcequotas`.split(/\s+/),
)
const withScale = new Set(['deployments', 'statefulsets', 'replicasets'])
const withoutGeneration = new Set(
  'pods configmaps secrets events namespaces nodes services leases endpoints'.split(' '),
)

export const builtInResources: Resource[] = Object.entries(builtIn).flatMap(([apiVersion, lines]) =>
  lines.map((line) => {
    const [plural = '', kind = '', ...rest] = line.split(' ')
    const { group, version } = splitApiVersion(apiVersion)
    const subresources = [
      ...(withStatus.has(plural) ? ['status'] : []),
      ...(withScale.has(plural) ? ['scale'] : []),
      ...(plural === 'pods' ? ['eviction'] : []),
      ...(plural === 'namespaces' ? ['finalize'] : []),
    ]
    return {
      group,
      version,
      plural,
      singular: kind.toLowerCase(),
      kind,
      namespaced: !rest.includes('!'),
      shortNames: rest.filter((word) => word !== '!').flatMap((word) => word.split(',')),
      subresources,
    }
  }),
)

/** What a CustomResourceDefinition makes the API serve. */
export function customResources(definition: KubeObject): Resource[] {
  const { group, names, scope, versions } = definition.spec
  // biome-ignore lint/suspicious/noExplicitAny: A part of a CRD as its author wrote it.
  const served = versions.filter((version: any) => version.served !== false)
  // biome-ignore lint/suspicious/noExplicitAny: A part of a CRD as its author wrote it.
  return served.map((version: any) => ({
    group,
    version: version.name,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    namespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    subresources: version.subresources?.status ? ['status'] : [],
    custom: { columns: version.additionalPrinterColumns ?? [], schema: version.schema?.openAPIV3Schema },
  }))
}

export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`
}

export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const [first = '', second] = apiVersion.split('/')
  return second === undefined ? { group: '', version: first } : { group: first, version: second }
}

export function hasGeneration(resource: Resource): boolean {
  return !withoutGeneration.has(resource.plural) || resource.custom !== undefined
}

/** `pods`, or `deployments.apps`: how messages of the API name a resource. */
export function qualified({ plural, group }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`
}
