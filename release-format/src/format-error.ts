export type FormatCode = 'CHECKSUMS_INVALID' | 'KEY_INVALID' | 'MANIFEST_INVALID' | 'SIGNATURE_INVALID'

/** A file of a release is not what its format says, or its signature does not hold. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly code: FormatCode

  constructor(code: FormatCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
