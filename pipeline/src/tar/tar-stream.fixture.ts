import { extract } from 'tar-stream'
import type { Tree } from '../tree/entry.ts'

/** What two parsers must agree on, member by member: path, type, size, link target, owner and time. */
export type Row = readonly (string | number)[]

const types: Readonly<Record<string, string>> = {
  link: 'hardlink',
  'character-device': 'character',
  'block-device': 'block',
}

/** What tar-stream understands of a tar. It decodes names as UTF-8 and leaves PAX's owners and times to the caller. */
export async function tarStreamRows(tar: Uint8Array): Promise<Row[]> {
  const rows: Row[] = []
  const parser = extract()
  parser.end(tar)
  for await (const entry of parser) {
    const { header } = entry
    const pax = new Map(Object.entries(header.pax ?? {}))
    const type = types[header.type ?? ''] ?? header.type ?? ''
    rows.push([
      header.name.replace(/^\.\//, '').replace(/\/$/, ''),
      type,
      (header.mode ?? 0) & 0o7777,
      Number(pax.get('uid') ?? header.uid),
      Number(pax.get('gid') ?? header.gid),
      header.size ?? 0,
      Math.floor(Number(pax.get('mtime') ?? (header.mtime?.getTime() ?? 0) / 1000)),
      type.endsWith('link') ? (header.linkname ?? '') : '',
    ])
    entry.resume()
  }
  return rows
}

/** The same of a tree. */
export function treeRows(tree: Tree): Row[] {
  return [...tree.values()].map((entry) => [
    text(entry.path),
    entry.type,
    entry.mode,
    entry.uid,
    entry.gid,
    entry.type === 'file' ? entry.size : 0,
    entry.mtime,
    'target' in entry ? text(entry.target) : '',
  ])
}

function text(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}
