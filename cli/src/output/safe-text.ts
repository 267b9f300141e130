/**
 * Text from outside (program output, answers, values) made safe for one line of a terminal or a log: control,
 * formatting (bidirectional: CVE-2021-42574) and line-separating characters become visible escapes. Tabs stay.
 */
export function safeText(text: string): string {
  return text.replace(/[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--\t]/gv, (character) => {
    if (character === '\n') return '\\n'
    const code = character.codePointAt(0) ?? 0
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}
