import type { Problem } from './problem.ts'

/** Characters: a lock of 1,000 packages. The worst text of this length is refused in about half a second. */
const longestText = 256 * 1024

/** What keeps `text` from being read as a text file at all, or undefined. */
export function unreadable(
  text: string,
  { carriageReturns }: { carriageReturns: boolean },
): Problem | undefined {
  const at = { line: 1, col: 1 }
  if (text.length > longestText)
    return { at, text: `the file has ${text.length} characters; the limit is ${longestText}` }
  if (text.trim() === '') return { at, text: 'the file is empty' }
  const unwanted = carriageReturns
    ? /[[\p{Cc}--[\t\r]]\u{feff}\u{fffd}]|\r(?!$)/v
    : /[[\p{Cc}--\t]\u{feff}\u{fffd}]/v
  for (const [index, line] of text.split('\n').entries()) {
    const column = line.search(unwanted)
    if (column !== -1)
      return { at: { line: index + 1, col: column + 1 }, text: describe(line.charCodeAt(column)) }
  }
  return undefined
}

function describe(code: number): string {
  if (code === 0x0d) return 'a carriage return; lines must end with a line feed alone'
  if (code === 0xfeff) return 'a byte order mark, which does not belong here'
  // What invalid bytes are decoded to.
  if (code === 0xfffd) return 'not UTF-8 text'
  return `the control character U+${code.toString(16).toUpperCase().padStart(4, '0')}, which is not text`
}
