import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Extract, extract } from 'tar-stream'
import { z } from 'zod'

const paxSchema = z.record(z.string(), z.string()).nullish()

/** What is promised of an entry: all but the order of entries and which name of a hard-linked file comes first. */
export interface ListedEntry {
  readonly type: string
  readonly mode: number
  readonly owner: string
  readonly mtime: number | undefined
  readonly target: string | null | undefined
  readonly sha256: string
  readonly capability: string | undefined
  /** All names of a file with several, sorted. */
  readonly names: string[]
}

/** Reads a tar stream into a listing by path, without a leading `./` and sorted. */
export async function listTar(stream: Readable): Promise<Record<string, ListedEntry>> {
  const reader = extract()
  const [entries] = await Promise.all([collect(reader), pipeline(stream, reader)])
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function collect(reader: Extract): Promise<Map<string, ListedEntry>> {
  const entries = new Map<string, ListedEntry>()
  for await (const entry of reader) {
    const { header } = entry
    const hash = createHash('sha256')
    for await (const chunk of entry as AsyncIterable<Uint8Array>) hash.update(chunk)
    const path = pathOf(header.name)
    const first = header.type === 'link' ? entries.get(pathOf(header.linkname ?? '')) : undefined
    if (header.type === 'link' && !first) throw new Error(`${path}: a hard link before its target`)
    if (first) {
      first.names.push(path)
      first.names.sort()
    }
    entries.set(
      path,
      first ?? {
        type: header.type ?? 'file',
        // Docker adds the bits of the file's type, which the type of the entry already tells.
        mode: header.mode & 0o7777,
        owner: `${header.uid}:${header.gid}`,
        mtime: header.mtime && Math.floor(header.mtime.getTime() / 1000),
        target: header.linkname,
        sha256: hash.digest('hex'),
        capability: paxSchema.parse(header.pax)?.['SCHILY.xattr.security.capability'],
        names: [path],
      },
    )
  }
  return entries
}

function pathOf(name: string): string {
  return name.replace(/^\.\//, '').replace(/\/$/, '')
}
