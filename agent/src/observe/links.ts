import type { Files, Host } from '../host/host.ts'

/** What CNI's bridge, flannel and kube-proxy make. */
const ownLinks: ReadonlySet<string> = new Set(['cni0', 'flannel.1', 'flannel-v6.1', 'kube-ipvs0'])

/**
 * The network links that the cluster made: of pairs, the ends that are left on the node.
 * @param outer the interface of the default route, which in a container is an end of a pair itself.
 */
export async function observeLinks({ files }: Host, outer: string | undefined): Promise<readonly string[]> {
  const names = await files.list('/sys/class/net')
  const owned = await Promise.all(names.map((name) => isOwn(files, name)))
  return names.filter((name, index) => name !== outer && owned[index])
}

async function isOwn(files: Files, name: string): Promise<boolean> {
  if (ownLinks.has(name)) return true
  if (!name.startsWith('veth')) return false
  const [own, peer] = await Promise.all([
    files.read(`/sys/class/net/${name}/ifindex`),
    files.read(`/sys/class/net/${name}/iflink`),
  ])
  return own !== undefined && peer !== undefined && own.trim() !== peer.trim()
}
