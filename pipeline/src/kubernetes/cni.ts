import { PipelineError } from '../errors.ts'
import { jsonOrUndefined } from '../json.ts'
import { printable } from '../yaml/printable.ts'
import { show } from '../yaml/show.ts'
import { type Ipv4Network, overlaps, parseNetwork, within } from './ipv4-network.ts'
import { isMapping, parseResources } from './resources.ts'

/** What flannel's init container writes (kube-flannel.yml). */
const flannelFile = '10-flannel.conflist'
const folder = '/etc/cni/net.d/'

/**
 * The `Network` of flannel's `net-conf.json` (flannel-io/flannel Documentation/configuration.md) in a rendered
 * stream of resources; undefined where there is none.
 * @throws PipelineError `RECIPE_INVALID` when it is no JSON with an IPv4 network.
 */
export function flannelNetwork(rendered: string): string | undefined {
  for (const { name, value } of parseResources(rendered, 'the base kustomization')) {
    const text =
      value['kind'] === 'ConfigMap' && isMapping(value['data']) ? value['data']['net-conf.json'] : undefined
    if (text === undefined) continue
    const config = typeof text === 'string' ? jsonOrUndefined(text) : undefined
    const network = isMapping(config) ? config['Network'] : undefined
    if (typeof network === 'string' && parseNetwork(network) !== undefined) return network
    throw new PipelineError('RECIPE_INVALID', `${name}: its net-conf.json has no IPv4 network`, {
      hint: 'Correct the manifest of flannel, or the patch of it.',
    })
  }
  return undefined
}

/**
 * A sentence for each CNI configuration among `files`, by their absolute paths, that keeps pods out of flannel's
 * `network`. The runtime takes the first valid file of /etc/cni/net.d in the order of names (cri-o/ocicni
 * pkg/ocicni/ocicni.go, `loadNetworks`): one before flannel's wins for good, one after it until flannel has written
 * its own.
 */
export function conflictingCni(files: ReadonlyMap<string, string>, network: string): string[] {
  const pods = parseNetwork(network)
  if (pods === undefined) throw new Error(`${network} is no IPv4 network`)
  return [...files]
    .filter(([path]) => /^[^/]+\.(conf|conflist|json)$/.test(fileName(path)) && path.startsWith(folder))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, text]) => {
      const config = jsonOrUndefined(text)
      if (fileName(path) === flannelFile || !isValid(path, config)) return []
      return [...precedence(path), ...strangeSubnets(path, config, { pods, network })]
    })
}

function fileName(path: string): string {
  return path.slice(folder.length)
}

/** CNI specification, "Network configuration format": a list of plugins, or one that names its type. */
function isValid(path: string, config: unknown): boolean {
  if (!isMapping(config)) return false
  const plugins = path.endsWith('.conflist') ? config['plugins'] : [config]
  return (
    Array.isArray(plugins) &&
    plugins.length > 0 &&
    plugins.every(
      (plugin) => isMapping(plugin) && typeof plugin['type'] === 'string' && plugin['type'] !== '',
    )
  )
}

function precedence(path: string): string[] {
  if (fileName(path) > flannelFile) return []
  return [`${printable(path)} comes before ${flannelFile}, so that pods would not be in flannel's network`]
}

function strangeSubnets(
  path: string,
  config: unknown,
  wanted: { pods: Ipv4Network; network: string },
): string[] {
  return subnetsIn(config).flatMap((subnet) => {
    const parsed = parseNetwork(subnet)
    if (parsed === undefined) return []
    if (within(parsed, wanted.pods)) return []
    const relation = overlaps(parsed, wanted.pods) ? 'reaches beyond' : 'is outside of'
    return [
      `${printable(path)} gives pods addresses of ${show(subnet)}, which ${relation} flannel's ${wanted.network}`,
    ]
  })
}

/** CNI's host-local plugin: `ipam.subnet`, or `ipam.ranges`, a list of lists of ranges. */
function subnetsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(subnetsIn)
  if (!isMapping(value)) return []
  return Object.entries(value).flatMap(([key, part]) =>
    key === 'subnet' && typeof part === 'string' ? [part] : subnetsIn(part),
  )
}
