import { apiVersionOf, type Resource } from './resources.ts'

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** The answer to a path of discovery, if it is one: in the aggregated form to those who take it, else in the old one. */
export function discover(
  path: string,
  accept: string,
  resources: Resource[],
): { type: string; body: object } | undefined {
  const wantsAll = accept.includes('as=APIGroupDiscoveryList') && accept.includes('v=v2;')
  const plain = (body: object) => ({ type: 'application/json', body })
  const [root, group, version, ...more] = path.replace(/\/$/, '').split('/').slice(1)
  if (root === 'api' && !version) {
    if (group === undefined)
      return wantsAll ? aggregated(resources, true) : plain({ kind: 'APIVersions', versions: ['v1'] })
    return plain(
      resourceList(
        group,
        resources.filter((resource) => resource.group === ''),
      ),
    )
  }
  if (root !== 'apis' || more.length > 0) return undefined
  const groups = groupsOf(resources.filter((resource) => resource.group !== ''))
  if (group === undefined)
    return wantsAll
      ? aggregated(resources, false)
      : plain({
          kind: 'APIGroupList',
          apiVersion: 'v1',
          groups: [...groups.keys()].map((name) => apiGroup(name, groups)),
        })
  if (!groups.has(group)) return undefined
  if (version === undefined) return plain({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, groups) })
  const found = resources.filter((resource) => resource.group === group && resource.version === version)
  return found.length === 0 ? undefined : plain(resourceList(`${group}/${version}`, found))
}

/** The versions of each group, in the order of the resources. */
export function groupsOf(resources: Resource[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { group, version } of resources) {
    const versions = groups.get(group) ?? []
    if (!versions.includes(version)) versions.push(version)
    groups.set(group, versions)
  }
  return groups
}

function apiGroup(name: string, groups: Map<string, string[]>): object {
  const versions = (groups.get(name) ?? []).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }))
  return { name, versions, preferredVersion: versions[0] }
}

function resourceList(groupVersion: string, resources: Resource[]): object {
  const list = resources.flatMap((resource) => {
    const { plural, singular, kind, namespaced, shortNames, subresources } = resource
    const base = { name: plural, singularName: singular, namespaced, kind, verbs }
    const parts = subresources.map((part) => ({
      ...base,
      name: `${plural}/${part}`,
      singularName: '',
      verbs: ['get', 'patch', 'update'],
    }))
    return [{ ...base, ...(shortNames.length > 0 && { shortNames }) }, ...parts]
  })
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: list }
}

function aggregated(all: Resource[], core: boolean): { type: string; body: object } {
  const resources = all.filter(({ group }) => (group === '') === core)
  const items = [...groupsOf(resources)].map(([group, versions]) => ({
    metadata: { ...(group && { name: group }), creationTimestamp: null },
    versions: versions.map((version) => ({
      version,
      freshness: 'Current',
      resources: resources
        .filter((one) => one.group === group && one.version === version)
        .map(aggregatedResource),
    })),
  }))
  const body = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
  return { type: aggregatedType, body }
}

function aggregatedResource(resource: Resource): object {
  const { group, version, kind } = resource
  const responseKind = { group, version, kind }
  return {
    resource: resource.plural,
    responseKind,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.subresources.length > 0 && {
      subresources: resource.subresources.map((subresource) => ({
        subresource,
        responseKind,
        verbs: ['get', 'patch', 'update'],
      })),
    }),
  }
}

/** `/openapi/v3` and below: as much as tells kubectl that the server checks fields and knows dry runs. */
export function openApi(path: string, resources: Resource[]): object | undefined {
  const rootOf = (resource: Resource) => (resource.group === '' ? 'api/' : 'apis/') + apiVersionOf(resource)
  const rest = path.replace('/openapi/v3', '').replace(/^\//, '')
  if (rest === '') {
    const roots = [...new Set(resources.map(rootOf))]
    return {
      paths: Object.fromEntries(
        roots.map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}?hash=${resources.length}` }]),
      ),
    }
  }
  const found = resources.filter((resource) => rootOf(resource) === rest)
  if (found.length === 0) return undefined
  const info = { title: 'Kubernetes', version: 'v1.35.0' }
  const paths = Object.fromEntries(
    found.map((resource) => [objectPath(`/${rest}`, resource), patchOperation(resource)]),
  )
  const schemas = Object.fromEntries(
    found.map((resource) => [`${resource.group}.${resource.version}.${resource.kind}`, schemaOf(resource)]),
  )
  return { openapi: '3.0.0', info, paths, components: { schemas } }
}

function objectPath(root: string, { namespaced, plural }: Resource): string {
  return `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}/{name}`
}

function patchOperation(resource: Resource): object {
  const names = ['dryRun', 'fieldManager', 'fieldValidation', 'force']
  const parameters = names.map((name) => ({ name, in: 'query', schema: { type: 'string' } }))
  return {
    patch: {
      parameters,
      responses: { '200': { description: 'OK' } },
      ...kindOf(resource),
      'x-kubernetes-action': 'patch',
    },
  }
}

function kindOf({ group, version, kind }: Resource): object {
  return { 'x-kubernetes-group-version-kind': { group, version, kind } }
}

function schemaOf(resource: Resource): object {
  const { group, version, kind, custom } = resource
  return {
    type: 'object',
    ...(custom?.schema as object),
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
  }
}
