import type { Host } from '../host/host.ts'
import type { Snapshot } from '../plan/snapshot.ts'

const names = ['kubeadm', 'kubelet', 'cri-o'] as const

/** Where apk 2 and apk 3 keep what is installed. */
const databases = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed']

export async function observePackages({ files }: Host): Promise<Snapshot['packages']> {
  const texts = await Promise.all(databases.map((path) => files.read(path)))
  const text = texts.find((candidate) => candidate !== undefined) ?? ''
  return Object.fromEntries(names.map((name) => [name, installedVersion(text, name)])) as Snapshot['packages']
}

/**
 * The version of an installed package, without its `-r…`; undefined where it is not installed. A package is a block
 * of lines `P:name`, `V:version` and more, ended by an empty line; https://wiki.alpinelinux.org/wiki/Apk_spec
 */
export function installedVersion(text: string, name: string): string | undefined {
  const start = text.startsWith(`P:${name}\n`) ? 0 : text.indexOf(`\nP:${name}\n`)
  if (start === -1) return undefined
  const before = text.lastIndexOf('\n\n', start)
  const end = text.indexOf('\n\n', start + 1)
  const block = text.slice(before === -1 ? 0 : before, end === -1 ? undefined : end)
  return /^V:(\S+?)(?:-r\d+)?$/m.exec(block)?.[1]
}
