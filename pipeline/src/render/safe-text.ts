/**
 * Text from outside (file names, server answers, program output) made safe for a terminal or a log: control,
 * formatting (bidirectional: CVE-2021-42574) and line-separating characters become visible escapes. Line feeds
 * and tabs stay.
 */
export function safeText(text: string): string {
  return text.replace(/[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\n\t]]/gv, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}
