/** What no reader of Markdown takes for markup inside a code span; a backslash, a bar or a backtick may be. */
const harmless = /^(?! *$)[\w./:+@~,=%#()^ -]+$/

/**
 * A name from outside as code in Markdown, also in a cell of a table: it makes no markup, no link, no mention and no
 * further cell, whatever it is. Control characters must be escaped already.
 */
export function markdownCode(name: string): string {
  if (harmless.test(name)) return `\`${name}\``
  // In HTML, where an entity stands for no markup (CommonMark 0.31, section 2.5).
  return `<code>${name.replace(/[^\p{L}\p{N} /,=+]/gu, entity)}</code>`
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`
}
