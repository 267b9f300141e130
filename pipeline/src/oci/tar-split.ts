import { z } from 'zod'
import { PipelineError } from '../errors.ts'
import { jsonOrUndefined } from '../json.ts'
import type { TreePath } from '../tree/entry.ts'

/**
 * What a tar consists of besides its contents, in order (vbatts/tar-split, `tar/storage/entry.go`): raw bytes of
 * headers and padding, and after each header which content follows. A member without a content has one of size 0.
 */
export type TarSplitEntry =
  | { readonly type: 'segment'; readonly bytes: Uint8Array }
  | { readonly type: 'content'; readonly path: TreePath; readonly size: number; readonly crc64?: Uint8Array }

/** An entry at its position, counted from 0, as the line of JSON that Go's encoder writes for it. */
export function encodeTarSplitEntry(entry: TarSplitEntry, position: number): Buffer {
  const place = position === 0 ? {} : { position }
  const value =
    entry.type === 'segment'
      ? { type: 2, payload: base64(entry.bytes), ...place }
      : {
          type: 1,
          ...encodeName(entry.path),
          ...(entry.size > 0 && { size: entry.size }),
          payload: entry.crc64 === undefined ? null : base64(entry.crc64),
          ...place,
        }
  return Buffer.from(`${JSON.stringify(value)}\n`)
}

const lineSchema = z.union([
  z.object({ type: z.literal(2), payload: z.base64().nullable() }),
  z.object({
    type: z.literal(1),
    name: z.string().default(''),
    name_raw: z.base64().optional(),
    size: z.int().min(0).default(0),
  }),
])

/** Above the padding that `readTar` takes at an end, and its PAX headers, in base 64. */
const longestLine = 8 * 2 ** 20

/**
 * Parses the uncompressed text of a tar-split file. Its checksums are passed over.
 * @throws PipelineError `ARCHIVE_INVALID` for a line that is none of its entries. `label` names the file.
 */
export async function* parseTarSplit(
  chunks: AsyncIterable<Uint8Array>,
  label: string,
): AsyncGenerator<TarSplitEntry> {
  for await (const line of linesOf(chunks, label)) {
    const result = lineSchema.safeParse(jsonOrUndefined(line))
    if (!result.success) throw invalid(label, 'has a line that is none of its entries')
    const entry = result.data
    if (entry.type === 2) yield { type: 'segment', bytes: Buffer.from(entry.payload ?? '', 'base64') }
    else
      yield {
        type: 'content',
        path: Buffer.from(entry.name_raw ?? entry.name, entry.name_raw ? 'base64' : 'utf8').toString(
          'latin1',
        ) as TreePath,
        size: entry.size,
      }
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>, label: string): AsyncGenerator<string> {
  let pending: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...pending, chunk.subarray(start, end)]).toString()
      pending = []
      length = 0
      start = end + 1
    }
    pending.push(Buffer.from(chunk.subarray(start)))
    length += chunk.length - start
    if (length > longestLine) throw invalid(label, `has a line longer than ${longestLine} bytes`)
  }
  if (length > 0) throw invalid(label, 'is cut off')
}

/** JSON holds names that are UTF-8; others have a field of their own. */
function encodeName(path: TreePath): { name?: string; name_raw?: string } {
  const bytes = Buffer.from(path, 'latin1')
  const name = bytes.toString()
  if (name === '') return {}
  return Buffer.from(name).equals(bytes) ? { name } : { name_raw: base64(bytes) }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

function invalid(label: string, reason: string): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${label} is damaged: it ${reason}`, {
    hint: 'Remove it and make it again.',
  })
}
