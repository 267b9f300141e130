import { PipelineError } from '../errors.ts'
import { type Atom, formatAtom, parseAtom } from './atom.ts'

/**
 * Merges atoms into the text of `/etc/apk/world` as `apk add` does: one takes the place of an atom of the same
 * name, whatever its version or tag; sorted by name without regard to case, then by bytes; one a line.
 * @throws PipelineError `ARCHIVE_INVALID` where the text holds something else.
 */
export function mergeWorld(existing: string, atoms: readonly Atom[]): string {
  const byName = new Map<string, Atom>()
  for (const atom of [...parseWorld(existing), ...atoms]) byName.set(atom.name, atom)
  return [...byName.values()]
    .sort((a, b) => compareTexts(a.name.toLowerCase(), b.name.toLowerCase()) || compareTexts(a.name, b.name))
    .map((atom) => `${formatAtom(atom)}\n`)
    .join('')
}

/**
 * Parses `/etc/apk/world`: atoms separated by spaces or line ends.
 * @throws PipelineError `ARCHIVE_INVALID`.
 */
export function parseWorld(text: string): Atom[] {
  return text
    .split(/[ \n]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const atom = parseAtom(word, { tags: true })
      if (!('error' in atom)) return atom
      throw new PipelineError('ARCHIVE_INVALID', `etc/apk/world: ${JSON.stringify(word)}: ${atom.error}`)
    })
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
