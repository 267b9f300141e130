/** Where the files of one release are. */
export interface Source {
  /** For people: without credentials. */
  readonly origin: string
  /** The tag of the release, where it has one. */
  readonly tag: string | undefined
  /** Whether it is on this machine by the user's own doing. */
  readonly isLocal: boolean
  /**
   * A file that fits into memory; undefined where the release has none of that name.
   * @throws KaweezleError `SOURCE_UNREACHABLE`, `RATE_LIMITED`, `FILE_FAILED`, `INTERRUPTED`
   */
  read(name: string, most: number): Promise<Buffer | undefined>
  /** Where a larger file is; undefined where the release is known to have none of that name. */
  locate(name: string): Location | undefined
}

/** Where a large file is. */
export type Location =
  /** `isApi`: of GitHub's API, which wants to know that the file is meant, and takes the token. */
  | { readonly kind: 'remote'; readonly url: string; readonly isApi: boolean }
  | { readonly kind: 'local'; readonly path: string }
  /** In the cache, if it is still there. */
  | { readonly kind: 'cached' }
