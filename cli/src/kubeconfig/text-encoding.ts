import { invalid } from './parse-kubeconfig.ts'

/** A text, and what makes its bytes again. */
export interface EncodedText {
  readonly text: string
  encode(text: string): Uint8Array
}

const encodings = [
  // PowerShell 5 writes UTF-16LE with `>`, and client-go reads it.
  {
    mark: Buffer.from([0xff, 0xfe]),
    label: 'utf-16le',
    encode: (text: string) => Buffer.from(text, 'utf16le'),
  },
  {
    mark: Buffer.from([0xfe, 0xff]),
    label: 'utf-16be',
    encode: (text: string) => Buffer.from(text, 'utf16le').swap16(),
  },
  { mark: Buffer.from([0xef, 0xbb, 0xbf]), label: 'utf-8', encode: (text: string) => Buffer.from(text) },
  { mark: Buffer.alloc(0), label: 'utf-8', encode: (text: string) => Buffer.from(text) },
] as const

/**
 * The text of a file; its byte order mark is kept apart.
 * @throws KaweezleError `KUBECONFIG_INVALID` when the bytes are no text, and would not survive an edit
 */
export function decodeText(bytes: Uint8Array, path: string): EncodedText {
  const found = encodings.find(({ mark }) => mark.equals(bytes.subarray(0, mark.length)))
  if (found === undefined) throw new Error('the last encoding has no mark, and fits everything')
  const { mark, label, encode } = found
  try {
    const text = new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes.subarray(mark.length))
    return { text, encode: (edited) => Buffer.concat([mark, encode(edited)]) }
  } catch (error) {
    if (error instanceof TypeError) throw invalid(path, `not a text in ${label.toUpperCase()}`)
    throw error
  }
}
