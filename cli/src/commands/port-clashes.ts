import type { ClusterName, PortClash, Provider } from '../providers/provider.ts'

/** The ports that others have and a cluster needs, in words; none where machines have networks of their own. */
export async function portClashes(provider: Provider, name: ClusterName): Promise<readonly string[]> {
  return ((await provider.clashes?.(name)) ?? []).map(clashText)
}

export function clashText({ port, distribution }: PortClash): string {
  const owner = distribution === undefined ? 'another distribution' : `the distribution ${distribution}`
  return `port ${port} is taken by ${owner}`
}
