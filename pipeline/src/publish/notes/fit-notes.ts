import { longestNotes } from '../state.ts'

/** What changed for one architecture, in Markdown, divided by headings of the third level. */
export interface Changes {
  readonly architecture: string
  readonly text: string
}

/** Space for {@link leftOut}, with all headings that there are. */
const reserve = 400

/**
 * Notes of an introduction and what changed: the first architecture open, the others folded. What GitHub has no room
 * for is left out by whole sections, and named.
 */
export function fitNotes(introduction: string, changes: readonly Changes[], most = longestNotes): string {
  let notes = introduction
  for (const [index, { architecture, text }] of changes.entries()) {
    const [before, after] =
      index === 0 ? ['', ''] : [`<details><summary>${architecture}</summary>\n\n`, '\n\n</details>']
    const room = most - reserve - notes.length - before.length - after.length
    const part = cut(text.trim(), room)
    notes += part === '' ? `\n\n${leftOut([architecture])}` : `\n\n${before}${part}${after}`
  }
  return notes
}

/** As many sections as there is room for, and what the others are; empty when there is no room for the first. */
function cut(text: string, room: number): string {
  const kept: string[] = []
  const missing: string[] = []
  let left = room
  for (const section of text.split(/\n+(?=### )/)) {
    left -= section.length + 2
    if (left >= 0) kept.push(section)
    else {
      left += section.length + 2
      missing.push(/^### (.*)/.exec(section)?.[1] ?? '')
    }
  }
  if (missing.includes('')) return ''
  return [...kept, ...(missing.length === 0 ? [] : [leftOut(missing)])].join('\n\n')
}

function leftOut(what: readonly string[]): string {
  return `GitHub takes no longer notes, so this is left out: ${what.join(', ')}. \`npm run diff\` tells all of it.`
}
