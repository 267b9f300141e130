/**
 * What iptables-save has printed without the rules and chains of the cluster: those of kube-proxy and the kubelet,
 * of CNI plugins and flannel. A rule goes when it is in such a chain or leads to one; one that only speaks of
 * it in a comment stays.
 */
export function withoutClusterRules(save: string): string {
  return save
    .split('\n')
    .filter((line) => !isOfCluster(line))
    .join('\n')
}

const clusterChain = /^(KUBE-|CNI-|FLANNEL)/

function isOfCluster(line: string): boolean {
  if (line.startsWith(':')) return clusterChain.test(line.slice(1))
  if (!/^(\[\d+:\d+\] )?-[AI] /.test(line)) return false
  // What is quoted is a comment; its words are none of the rule's.
  const words = line.replace(/"(?:[^"\\]|\\.)*"/g, '""').split(/\s+/)
  return words.some((word, index) => chainOptions.has(words[index - 1] ?? '') && clusterChain.test(word))
}

const chainOptions: ReadonlySet<string> = new Set(['-A', '-I', '-j', '-g', '--jump', '--goto'])
