import { createHash } from 'node:crypto'
import { PipelineError } from '../errors.ts'
import { preloadedAt } from '../preload/preload-tree.ts'
import { paddingOf } from '../tar/format.ts'
import type { MemberHeader, TarMember } from '../tar/member.ts'
import { readTar } from '../tar/read-tar.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import { displayPath, treePath } from '../tree/path.ts'
import { followLinks } from '../tree/resolve.ts'

/** What is kept of a root filesystem that went by: names and digests, no content but apk's database. */
export interface Scan {
  readonly members: ReadonlyMap<TreePath, MemberHeader>
  /** Of every file: the SHA-256 of its content, as a byte string, which takes a third of the memory of hex. */
  readonly sha256: ReadonlyMap<TreePath, string>
  /** Of every file outside the images: the SHA-1 in hex, by which apk knows it. */
  readonly sha1: ReadonlyMap<TreePath, string>
  /** Where each member ends in the tar, in order, padding included; it begins where the one before ends. */
  readonly ends: readonly number[]
  /** apk's database; undefined where there is none. */
  readonly database: Uint8Array | undefined
}

export interface ScanOptions {
  /** What people call the archive. */
  readonly label: string
  readonly largestSize: number
  /** Called with each place at which a member ends, in order, once the stream has passed it. */
  readonly onEnd?: (place: number) => void
}

const database = /^(?:usr\/)?lib\/apk\/db\/installed$/
const largestDatabase = 2 ** 27

/**
 * Reads a tar once, from its first byte to its last.
 * @throws PipelineError `ARCHIVE_INVALID` for what the reader refuses.
 */
export async function scanTar(chunks: AsyncIterable<Uint8Array>, options: ScanOptions): Promise<Scan> {
  const { label, largestSize, onEnd } = options
  const members = new Map<TreePath, MemberHeader>()
  const ends: number[] = []
  const sha256 = new Map<TreePath, string>()
  const sha1 = new Map<TreePath, string>()
  const databases = new Map<TreePath, Uint8Array>()
  for await (const member of readTar(chunks, { label, largestSize })) {
    if (ends.length > 0) onEnd?.(ends.at(-1) as number)
    const { offset, content, ...header } = member
    const { path } = header
    members.set(path, header)
    ends.push(header.type === 'file' ? offset + header.size + paddingOf(header.size) : offset)
    if (header.type !== 'file') continue
    if (database.test(path)) databases.set(path, await readWhole(content, header, label))
    const digests = await digest(
      databases.has(path) ? [databases.get(path) as Uint8Array] : content,
      isOfImages(path),
    )
    sha256.set(path, digests.sha256)
    if (digests.sha1 !== undefined) sha1.set(path, digests.sha1)
  }
  if (ends.length > 0) onEnd?.(ends.at(-1) as number)
  const place = followLinks(asTree(members), treePath('lib/apk/db/installed'))
  return { members, sha256, sha1, ends, database: place === undefined ? undefined : databases.get(place) }
}

/** For what follows links, which looks at types and targets and at no content. */
export function asTree(members: ReadonlyMap<TreePath, MemberHeader>): Tree {
  return members as unknown as Tree
}

/** Whether a path lies where images are kept. */
export function isOfImages(path: TreePath): boolean {
  return Object.values(preloadedAt).some((place) => path === place || path.startsWith(`${place}/`))
}

async function digest(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  isImage: boolean,
): Promise<{ sha256: string; sha1: string | undefined }> {
  const sha256 = createHash('sha256')
  const sha1 = isImage ? undefined : createHash('sha1')
  for await (const part of content) {
    sha256.update(part)
    sha1?.update(part)
  }
  return { sha256: sha256.digest().toString('latin1'), sha1: sha1?.digest('hex') }
}

async function readWhole(
  content: TarMember['content'],
  header: MemberHeader & { readonly type: 'file' },
  label: string,
): Promise<Uint8Array> {
  if (header.size > largestDatabase)
    throw new PipelineError(
      'ARCHIVE_INVALID',
      `${label}: ${displayPath(header.path)} has ${header.size} bytes, more than the ${largestDatabase} it may have`,
      { hint: 'Get the archive again; if it stays like this, do not use it.' },
    )
  const parts: Buffer[] = []
  for await (const part of content) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}
