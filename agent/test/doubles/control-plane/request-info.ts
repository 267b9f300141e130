/** What a path of the API names: `/apis/apps/v1/namespaces/default/deployments/web/status`. */
export interface RequestInfo {
  group: string
  version: string
  namespace?: string
  plural: string
  name?: string
  subresource?: string
}

const ofNamespaces = new Set(['status', 'finalize'])

export function parsePath(path: string): RequestInfo | undefined {
  const [root, ...rest] = path.split('/').slice(1).map(decodeURIComponent)
  const group = root === 'apis' ? rest.shift() : ''
  const version = rest.shift()
  if ((root !== 'api' && root !== 'apis') || group === undefined || !version || rest.length === 0)
    return undefined
  let namespace: string | undefined
  if (rest[0] === 'namespaces' && rest.length > 2 && !ofNamespaces.has(rest[2] ?? '')) {
    namespace = rest[1]
    rest.splice(0, 2)
  }
  const [plural = '', name, subresource] = rest
  return {
    group,
    version,
    plural,
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(subresource && { subresource }),
  }
}
