/** Where files come from: a server, a folder, an archive. It knows nothing of digests, retries or time. */
export interface Source {
  readonly kind: 'server' | 'folder' | 'archive'
  /** For people: without credentials. */
  readonly name: string
  /**
   * Opens the file at `path`, which is relative, with `/` between its parts.
   * @throws PipelineError `SOURCE_MISSING`, `SOURCE_UNREACHABLE` when trying again is of no use;
   *   {@link Transient} otherwise. `body` throws the same.
   */
  open(path: string, options: OpenOptions): Promise<SourceResponse>
}

export interface OpenOptions {
  readonly signal: AbortSignal
  /** The first byte wanted. The answer may begin at 0 all the same. */
  readonly offset?: number
  /** The `validator` of an earlier answer: another version of the file is then sent from its beginning. */
  readonly validator?: string | undefined
}

export interface SourceResponse {
  readonly body: AsyncIterable<Uint8Array>
  /** The position in the file of the first byte of `body`. */
  readonly offset: number
  /** Bytes of the whole file. */
  readonly size?: number | undefined
  /** Whether a body that was cut short ends with an error; if not, only a size or digest can tell. */
  readonly delimited: boolean
  readonly validator?: string | undefined
}

/** The parts of a source path. No path leads out of its source. */
export function pathParts(path: string): readonly string[] {
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part))) {
    throw new Error(`not a path below a source: ${JSON.stringify(path)}`)
  }
  return parts
}
