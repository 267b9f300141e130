/** `text` without anything that a terminal obeys, or that moves what is read elsewhere on the line. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}')
}
