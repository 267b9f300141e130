import type { Entry, FileEntry } from '../tree/entry.ts'

/** What a tar says of an entry apart from its content. */
export type MemberHeader = Exclude<Entry, FileEntry> | Omit<FileEntry, 'content'>

export type TarMember = MemberHeader & {
  /** Where the content starts in the uncompressed stream, in bytes. */
  readonly offset: number
  /** The content, once, and only until the next member is asked for; what is not read by then is skipped. */
  readonly content: AsyncIterable<Uint8Array>
}
