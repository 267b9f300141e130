/** Whether `error` says that data cannot be decompressed, with gzip or zstd. */
export function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(?:Z_|ZSTD_)/.test(String(error.code))
}
