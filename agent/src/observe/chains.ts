import { isAgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'

/** Milliseconds; the tables' lock may be held by another for some seconds. */
const timeLimit = 20_000

/** The chains of kube-proxy and kubelet, of the CNI plugins, and of flannel. */
const ownName = /^(KUBE-|CNI-|FLANNEL)/

/** The names of the cluster's chains in all tables; none where the program is not installed or cannot list. */
export async function observeChains(
  host: Host,
  program: 'iptables' | 'ip6tables',
): Promise<readonly string[]> {
  try {
    const { status, stdout } = await host.run([`${program}-save`], { timeLimit })
    return status === 0 ? parseChains(stdout) : []
  } catch (error) {
    if (isAgentError(error, 'COMMAND_FAILED')) return []
    throw error
  }
}

/** Of iptables-save(8): tables begin with `*nat`, chains are lines as `:KUBE-SERVICES - [0:0]`. */
export function parseChains(text: string): readonly string[] {
  const names = [...text.matchAll(/^:(\S+) /gm)].flatMap(([, name]) =>
    name && ownName.test(name) ? [name] : [],
  )
  return [...new Set(names)]
}
