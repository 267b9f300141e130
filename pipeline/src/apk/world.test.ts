import { expect, test } from 'vitest'
import { type Atom, parseAtom } from './atom.ts'
import { mergeWorld } from './world.ts'

test.each<[string, string, string[], string]>([
  ['atoms are added in order', 'busybox\n', ['apk-tools', 'zsh'], 'apk-tools\nbusybox\nzsh\n'],
  ['case decides last', '', ['b', 'B', 'a', 'C', '_', 'Z', 'aa'], '_\na\naa\nB\nb\nC\nZ\n'],
  ['an atom takes the place of its name', 'a>1 b@edge\n', ['a=2', 'b'], 'a=2\nb\n'],
  ['a conflict takes the place of its name', 'a\n', ['!a'], '!a\n'],
  ['a later atom wins over an earlier one', '', ['a~1', 'a@edge~2'], 'a@edge~2\n'],
  ['nothing stays nothing', '', [], ''],
  ['spaces and empty lines mean nothing', '  b \n\n a\n', [], 'a\nb\n'],
])('%s', (_, existing, atoms, expected) => {
  expect(mergeWorld(existing, atoms.map(parsed))).toBe(expected)
})

test.each(['a b=', 'a\tb', 'a\r\n', '@edge'])('a world of %j is refused', (text) => {
  expect(() => mergeWorld(text, [])).toThrow(expect.objectContaining({ code: 'ARCHIVE_INVALID' }))
})

function parsed(text: string): Atom {
  const atom = parseAtom(text, { tags: true })
  if ('error' in atom) throw new Error(atom.error)
  return atom
}
