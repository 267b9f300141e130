import { displayPath } from '../tree/path.ts'
import type { Refuse } from './refusal.ts'

/**
 * Parses the records of a PAX extended header, `<length> <key>=<value>\n` (POSIX pax, "Extended Header"), into
 * byte strings by key.
 * @throws PipelineError `ARCHIVE_INVALID` for a malformed record or a key given twice.
 */
export function parsePaxRecords(bytes: Uint8Array, refuse: Refuse): Map<string, string> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const records = new Map<string, string>()
  for (let at = 0; at < text.length; ) {
    const length = /^[1-9][0-9]{0,6} /.exec(text.slice(at, at + 8))?.[0]
    const end = at + Number(length ?? Number.NaN)
    const equals = text.indexOf('=', at)
    // `!(… <= …)` so that NaN is refused too.
    if (
      length === undefined ||
      !(end <= text.length) ||
      text[end - 1] !== '\n' ||
      equals === -1 ||
      equals >= end
    ) {
      throw refuse('its PAX records are malformed')
    }
    const key = text.slice(at + length.length, equals)
    if (key === '' || key.includes('\0')) throw refuse('its PAX records are malformed')
    // Parsers disagree on which of two wins.
    if (records.has(key)) throw refuse(`it has two PAX records "${displayPath(key)}"`)
    records.set(key, text.slice(equals + 1, end - 1))
    at = end
  }
  return records
}

/** Encodes PAX records, in the order given. Keys and values are byte strings. */
export function encodePaxRecords(records: Iterable<readonly [string, string]>): Buffer {
  let text = ''
  for (const [key, value] of records) text += encodeRecord(` ${key}=${value}\n`)
  return Buffer.from(text, 'latin1')
}

/** The length counts its own digits. */
function encodeRecord(body: string): string {
  let length = body.length
  while (String(length).length + body.length !== length) length = String(length).length + body.length
  return `${length}${body}`
}
