import type { KubeObject } from './objects.ts'
import { builtInResources, type Resource } from './resources.ts'
import { createObject, updateObject } from './rest.ts'
import { keyOf, type Store } from './store.ts'

const options = { fieldManager: 'kube-apiserver', dryRun: false }

/** What is in every cluster as soon as its API server runs. */
export async function bootstrap(store: Store, address: string, port: number): Promise<void> {
  for (const name of ['kube-system', 'kube-public', 'kube-node-lease', 'default'])
    await ensure(store, 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const metadata = { name: 'kubernetes', namespace: 'default' }
  const labels = { component: 'apiserver', provider: 'kubernetes' }
  await ensure(store, 'services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, labels },
    spec: {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      ports: [{ name: 'https', port: 443, targetPort: port }],
    },
  })
  const subsets = [{ addresses: [{ ip: address }], ports: [{ name: 'https', port, protocol: 'TCP' }] }]
  const endpoints = await ensure(store, 'endpoints', {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets,
  })
  const target = { resource: resourceOf('endpoints'), ...metadata }
  await updateObject(store, target, { ...endpoints, subsets }, options)
}

async function ensure(store: Store, plural: string, object: KubeObject): Promise<KubeObject> {
  const resource = resourceOf(plural)
  const { name, namespace } = object.metadata
  const target = { resource, ...(namespace && { namespace }) }
  return store.get(keyOf(resource, namespace, name)) ?? createObject(store, target, object, options)
}

function resourceOf(plural: string): Resource {
  const found = builtInResources.find((resource) => resource.group === '' && resource.plural === plural)
  if (!found) throw new Error(`no resource ${plural}`)
  return found
}
