/** What is told of a release to those who install from it. */
export interface Published {
  readonly version: string
  readonly description: string
  /** `OWNER/NAME` on GitHub. */
  readonly repository: string
  readonly tag: string
  /** The archive for Windows. */
  readonly zip: { readonly name: string; readonly sha256: string }
}
