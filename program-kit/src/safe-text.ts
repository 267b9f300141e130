/**
 * Text from outside (program output, answers, values) made safe for one line of a terminal or a log: control,
 * formatting (bidirectional: CVE-2021-42574) and line-separating characters become visible escapes. Tabs stay.
 */
export function safeText(text: string): string {
  return safeLines(text).replaceAll('\n', '\\n')
}

/** The same for a text of several lines: line feeds stay, too. */
export function safeLines(text: string): string {
  return text.replace(/[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\n\t]]/gv, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}
