import { chunkSource } from '../tar/chunk-source.ts'
import type { TarMember } from '../tar/member.ts'
import { readTarFrom } from '../tar/read-tar.ts'
import type { TarSource } from '../tar/source.ts'
import { Crc64 } from './crc64.ts'
import type { LayerTree } from './layer-tree.ts'
import { recordingSource } from './recording-source.ts'
import { encodeTarSplitEntry, type TarSplitEntry } from './tar-split.ts'

export interface SplitOptions {
  /** What people know the layer as. */
  readonly label: string
  /** Told of every member. */
  readonly tree: LayerTree
}

/**
 * Reads the uncompressed tar of a layer once: fills `tree`, and returns the lines of its tar-split, from which,
 * with the contents, the tar can be put together again byte for byte.
 * @throws PipelineError `ARCHIVE_INVALID`, while iterating.
 */
export async function* splitLayer(
  tar: AsyncIterable<Uint8Array>,
  { label, tree }: SplitOptions,
): AsyncGenerator<Buffer, void, undefined> {
  let position = 0
  const encode = (entry: TarSplitEntry): Buffer => encodeTarSplitEntry(entry, position++)
  const source = recordingSource(chunkSource(tar))
  for await (const member of layerMembers(source, label)) {
    tree.add(member)
    yield encode({ type: 'segment', bytes: source.takeRecord() })
    const { path } = member
    const size = member.type === 'file' ? member.size : 0
    source.isRecording = false
    const crc64 = size > 0 ? await checksum(member) : undefined
    source.isRecording = true
    yield encode({ type: 'content', path, size, ...(crc64 && { crc64 }) })
  }
  const end = source.takeRecord()
  if (end.length > 0) yield encode({ type: 'segment', bytes: end })
}

/**
 * The members of a layer's tar. What a layer may do that a rootfs may not: name paths from the root (ko, kaniko),
 * end without blocks of zeros (Go's reader takes it), and link to what is no file.
 * @throws PipelineError `ARCHIVE_INVALID`, while iterating.
 */
export function layerMembers(source: TarSource, label: string): AsyncIterable<TarMember> {
  return readTarFrom(source, { label, members: 'any', names: 'rooted', end: 'optional' })
}

async function checksum({ content }: TarMember): Promise<Buffer> {
  const crc64 = new Crc64()
  for await (const part of content) crc64.update(part)
  return crc64.digest()
}
