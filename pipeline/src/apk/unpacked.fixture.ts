import { Readable } from 'node:stream'
import { extract, type Header } from 'tar-stream'
import { treeOfTar } from '../tar/in-memory.fixture.ts'
import type { Tree } from '../tree/entry.ts'
import type { PackageDescription } from './description.ts'
import { collectMember, splitMembers } from './members.ts'
import { verifyPackage } from './package.ts'
import { readTar } from './tar.ts'

export interface Unpacked {
  readonly description: PackageDescription
  readonly tree: Tree
  readonly owners: { readonly users: Map<number, string>; readonly groups: Map<number, string> }
  /** What tar-stream, which the writer has nothing of, finds in the data. */
  readonly rows: readonly Partial<Header & { sha1: string | undefined }>[]
}

/** What a package was built from, read from its bytes. */
export async function unpack(bytes: Buffer): Promise<Unpacked> {
  const { info } = await verifyPackage(Readable.from([bytes]), { label: 'unpacked' })
  const { dataHash, installedSize, buildDate = 0, ...described } = info
  const members = []
  for await (const member of splitMembers(Readable.from([bytes]), 'unpacked'))
    members.push((await collectMember(member, 2 ** 30))?.inflated ?? Buffer.alloc(0))
  const [, control = Buffer.alloc(0), data = Buffer.alloc(0)] = members
  const scripts = readTar(control, 'control')
    .slice(1)
    .map(({ name, bytes: text }) => [name, String(text)])
  // apk passes over names that begin with a dot, and so does what is built here.
  const tree = new Map([...(await treeOfTar(data))].filter(([path]) => !path.startsWith('.')))
  const owners = { users: new Map<number, string>(), groups: new Map<number, string>() }
  const rows = []
  const reader = extract()
  reader.end(data)
  for await (const entry of reader) {
    entry.resume()
    const { name, type, mode, uid, gid, uname, gname, size, linkname, mtime, pax } = entry.header
    if (name.startsWith('.')) continue
    owners.users.set(uid ?? 0, uname ?? '')
    owners.groups.set(gid ?? 0, gname ?? '')
    const sha1 = new Map(Object.entries(pax ?? {})).get('APK-TOOLS.checksum.SHA1')
    rows.push({
      name: name.replace(/\/$/, ''),
      type,
      mode,
      uid,
      gid,
      uname,
      gname,
      size,
      linkname,
      mtime,
      sha1,
    })
  }
  rows.sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    description: { ...described, buildDate, scripts: Object.fromEntries(scripts) },
    tree,
    owners,
    rows,
  }
}
