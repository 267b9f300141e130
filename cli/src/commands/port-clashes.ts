import type { ClusterName, Provider } from '../providers/provider.ts'

/** A port that a cluster needs and another virtual machine of the same network has. */
interface Clash {
  readonly port: number
  readonly distribution: string | undefined
}

/** What a provider whose machines share one network can tell: that of WSL. */
interface SharedNetwork {
  clashes(cluster: ClusterName): Promise<readonly Clash[]>
}

/** The ports that others have and a cluster needs, in words; none where machines have networks of their own. */
export async function portClashes(provider: Provider, name: ClusterName): Promise<readonly string[]> {
  if (!sharesNetwork(provider)) return []
  const clashes = await provider.clashes(name)
  return clashes.map(
    ({ port, distribution }) =>
      `port ${port} is taken by ${distribution === undefined ? 'another distribution' : `the distribution ${distribution}`}`,
  )
}

function sharesNetwork(provider: Provider): provider is Provider & SharedNetwork {
  return 'clashes' in provider
}
