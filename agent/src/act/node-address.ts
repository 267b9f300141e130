/**
 * The text of kubeadm-flags.env with the node's address in it. Its one line is
 * `KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=… --node-ip=…"`; what else is there stays.
 */
export function withNodeAddress(text: string, address: string): string {
  const flag = `--node-ip=${address}`
  const line = /^(\s*(?:export\s+)?KUBELET_KUBEADM_ARGS=)(["']?)(.*?)\2[ \t]*$/m
  const found = line.exec(text)
  if (found === null) {
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`
    return `${before}KUBELET_KUBEADM_ARGS="${flag}"\n`
  }
  const [, start = '', , flags = ''] = found
  const others = flags.replace(/(^|\s)--node-ip(?:=|\s+)\S*/g, '').trim()
  const quoted = `${start}"${others === '' ? flag : `${others} ${flag}`}"`
  return text.slice(0, found.index) + quoted + text.slice(found.index + found[0].length)
}
