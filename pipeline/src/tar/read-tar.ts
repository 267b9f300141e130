import { chunkSource } from './chunk-source.ts'
import { blockSize, paddingOf } from './format.ts'
import { type Header, parseHeader } from './header.ts'
import type { TarMember } from './member.ts'
import { MemberContent } from './member-content.ts'
import { type Names, parseMember } from './member-header.ts'
import { checkGlobalRecords, type Overrides } from './overrides.ts'
import { parsePaxRecords } from './pax-records.ts'
import { type Refuse, refusal } from './refusal.ts'
import { type TarSource, take } from './source.ts'
import { TreeRules } from './tree-rules.ts'

export interface ReadTarOptions {
  /** What people call the archive; every message starts with it. */
  readonly label: string
  /** Whether the two blocks of zeros at the end may be absent, as in the first members of an apk. */
  readonly end?: 'required' | 'optional'
  /**
   * With 'tree' (the default) the members must make one tree, whatever extracts them: no path twice, nothing
   * below what is no directory, every hard link after its file. With 'any' this is left to the caller.
   */
  readonly members?: 'tree' | 'any'
  /**
   * With 'plain' (the default) a name is a path below the root in its one spelling, but for `./` in front. With
   * 'rooted' it is read as in a root of its own, as container engines do: `/a`, `a//b` and `a/./b` are taken,
   * `..` is not.
   */
  readonly names?: Names
  /** The most bytes of the uncompressed stream, headers included. */
  readonly largestSize?: number
  readonly mostMembers?: number
}

/** Far above any rootfs with its container images, and below what fills a disk. */
const defaultLargestSize = 2 ** 36
const defaultMostMembers = 2_000_000
/** Writers pad an archive to records of 10,240 bytes, or to a few hundred of their blocks when told so. */
const largestPadding = 2 ** 20
/** For PAX records and long names; 200 MiB of them cost one reader 613 MB of memory. */
const largestMeta = 2 ** 20

/**
 * Reads an uncompressed tar, strictly: what is damaged, and what two of the common parsers understand
 * differently, is refused. Understands POSIX ustar and pax, GNU long names and base-256 numbers.
 * @throws PipelineError `ARCHIVE_INVALID`, while iterating.
 */
export function readTar(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadTarOptions,
): AsyncGenerator<TarMember, void, undefined> {
  return readTarFrom(chunkSource(chunks), options)
}

/** As {@link readTar}, from a source that may be able to pass over contents without reading them. */
export async function* readTarFrom(
  source: TarSource,
  options: ReadTarOptions,
): AsyncGenerator<TarMember, void, undefined> {
  const {
    label,
    members = 'tree',
    names = 'plain',
    largestSize = defaultLargestSize,
    mostMembers = defaultMostMembers,
  } = options
  const rules = members === 'tree' ? new TreeRules() : undefined
  try {
    for (let count = 1; ; count++) {
      const start = source.position
      const found = await readHeader(source, options)
      if (found === undefined) return
      const refuseUnnamed = refusal(label, found.header.name || start)
      const header = parseMember(found.header, found.overrides, { names, refuse: refuseUnnamed })
      const refuse = refusal(label, header.path)
      const size = header.type === 'file' ? header.size : 0
      if (source.position + size > largestSize)
        throw refuse(`the archive is larger than ${largestSize} bytes`)
      if (count > mostMembers) throw refuse(`the archive has more than ${mostMembers} members`)
      const content = new MemberContent(source, size, refuse)
      yield { ...(rules?.admit(header, refuse) ?? header), offset: source.position, content }
      await content.finish()
    }
  } finally {
    await source.close()
  }
}

/** The next header that is a member's own, with what stood in front of it. Undefined at the end of the archive. */
async function readHeader(
  source: TarSource,
  { label, end, largestSize = defaultLargestSize }: ReadTarOptions,
): Promise<{ header: Header; overrides: Overrides } | undefined> {
  let overrides: Overrides = {}
  for (;;) {
    const refuse = refusal(label, source.position)
    const block = await take(source, blockSize)
    const isPending = Object.keys(overrides).length > 0
    if (block.length === 0 && end === 'optional' && !isPending) return undefined
    if (block.length < blockSize) throw refuse('the archive is cut off')
    if (block.every((byte) => byte === 0)) {
      if (isPending) throw refuse('a PAX header or long name belongs to no member')
      await readEnd(source, refuse, end)
      return undefined
    }
    const header = parseHeader(block, refuse)
    if (!'xgLK'.includes(header.type)) return { header, overrides }
    if (source.position > largestSize) throw refuse(`the archive is larger than ${largestSize} bytes`)
    const meta = await readMeta(source, header, refuse)
    overrides = addOverride(overrides, header.type, { meta, refuse })
  }
}

async function readMeta(source: TarSource, { size }: Header, refuse: Refuse): Promise<Uint8Array> {
  if (size < 0 || size > largestMeta)
    throw refuse(`a header of ${size} bytes is not between 0 and ${largestMeta}`)
  const meta = Buffer.from(await take(source, size))
  const padding = await source.skip(paddingOf(size))
  if (meta.length < size || padding < paddingOf(size)) throw refuse('the archive is cut off')
  return meta
}

/**
 * A member has one PAX header or GNU's long names, never both: parsers differ in what a PAX `size` or `path`
 * in front of a long name belongs to (CVE-2026-53655).
 */
function addOverride(
  overrides: Overrides,
  type: string,
  { meta, refuse }: { meta: Uint8Array; refuse: Refuse },
): Overrides {
  const { pax, longName, longLinkName } = overrides
  const isFirst = pax === undefined && longName === undefined && longLinkName === undefined
  if (type === 'g' && isFirst) {
    checkGlobalRecords(parsePaxRecords(meta, refuse), refuse)
    return overrides
  }
  if (type === 'x' && isFirst) return { pax: parsePaxRecords(meta, refuse) }
  if (type === 'L' && pax === undefined && longName === undefined)
    return { ...overrides, longName: longText(meta) }
  if (type === 'K' && pax === undefined && longLinkName === undefined)
    return { ...overrides, longLinkName: longText(meta) }
  throw refuse(`the header of type "${type}" follows another one for the same member`)
}

/** GNU counts the NUL that ends a long name; one within is refused later, as in any name. */
function longText(meta: Uint8Array): string {
  return Buffer.from(meta).toString('latin1').replace(/\0$/, '')
}

/** Zeros, at least one more block of them, and nothing else. */
async function readEnd(source: TarSource, refuse: Refuse, end: ReadTarOptions['end']): Promise<void> {
  let length = blockSize
  for (let part = await source.some(blockSize); part.length > 0; part = await source.some(blockSize)) {
    if (part.some((byte) => byte !== 0)) throw refuse('something follows the end of the archive')
    length += part.length
    if (length > largestPadding) throw refuse(`more than ${largestPadding} bytes of zeros end the archive`)
  }
  if (length % blockSize !== 0 || (end !== 'optional' && length < 2 * blockSize))
    throw refuse('the archive is cut off')
}
