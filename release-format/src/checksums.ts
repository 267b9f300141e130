import { FormatError } from './format-error.ts'

/** Lower-case hex digests by file name. */
export type Checksums = ReadonlyMap<string, string>

/** Far more than any release has. */
const mostLines = 10_000

/**
 * Parses SHA256SUMS as coreutils' `sha256sum` writes it: digest, a space, a space or `*` for binary, name, line end
 * (https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html). A name is that of a file
 * beside the list; whatever would be another file for another reader is refused.
 * @throws FormatError `CHECKSUMS_INVALID`
 */
export function parseChecksums(text: string): Checksums {
  if (!text.endsWith('\n')) throw invalid('does not end with a line end, so a part may be missing')
  const lines = text.slice(0, -1).split('\n')
  if (lines.length > mostLines) throw invalid(`has more than ${mostLines} lines`)
  const checksums = new Map<string, string>()
  for (const [index, line] of lines.entries()) {
    const [, digest, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? []
    if (digest === undefined || name === undefined || !isPlainName(name)) {
      throw invalid(`line ${index + 1} is not a SHA-256 digest and the name of a file beside it`)
    }
    if (checksums.has(name)) throw invalid(`line ${index + 1} names ${name} again`)
    checksums.set(name, digest)
  }
  return checksums
}

/**
 * Formats SHA256SUMS, by name, for `sha256sum --check`.
 * @throws FormatError `CHECKSUMS_INVALID` where {@link parseChecksums} would refuse the result
 */
export function formatChecksums(checksums: Checksums): string {
  const lines = [...checksums]
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, digest]) => `${digest}  ${name}\n`)
  const text = lines.join('')
  if (parseChecksums(text).size !== checksums.size) throw invalid('would hold a name that is two lines')
  return text
}

/** No folder, no escape, nothing a terminal or Windows takes for something else. */
function isPlainName(name: string): boolean {
  return !/[\\/:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]|^[. ~-]|[. ]$/u.test(name) && name.length <= 255
}

function invalid(what: string): FormatError {
  return new FormatError('CHECKSUMS_INVALID', `SHA256SUMS ${what}`)
}
