import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { longestNotes } from '../state.ts'
import { fitNotes } from './fit-notes.ts'

const changes = (text: string, architecture = 'x86_64') => ({ architecture, text })
const sections = (...sizes: number[]) =>
  ['## a → b\n', ...sizes.map((size, index) => `### Part ${index}\n\n${'x'.repeat(size)}\n`)].join('\n')

describe('notes', () => {
  test('have the changes behind the introduction, those of a second architecture folded', () => {
    const notes = fitNotes('Version 2.', [changes('## a → b\n'), changes('## c → d\n', 'aarch64')])
    expect(notes).toBe(
      'Version 2.\n\n## a → b\n\n<details><summary>aarch64</summary>\n\n## c → d\n\n</details>',
    )
  })

  test('without changes are the introduction', () => {
    expect(fitNotes('Version 2.', [])).toBe('Version 2.')
  })

  test('leave out the sections that GitHub has no room for, and name them', () => {
    const notes = fitNotes('Version 2.', [changes(sections(10, 5000, 20))], 1000)
    expect(notes).toContain('### Part 0')
    expect(notes).toContain('### Part 2')
    expect(notes).not.toContain('### Part 1')
    expect(notes).toMatch(/this is left out: Part 1\. `npm run diff` tells all of it\.$/)
  })

  test('name an architecture that has no room at all', () => {
    const notes = fitNotes('Version 2.', [changes(sections(500)), changes('## c → d\n', 'aarch64')], 950)
    expect(notes).toMatch(/left out: aarch64\. `npm run diff`/)
    expect(notes).not.toContain('<details>')
  })

  test('are never longer than GitHub takes, and every fold that they open they close', () => {
    const size = fc.integer({ min: 0, max: 90_000 })
    fc.assert(
      fc.property(fc.array(size, { maxLength: 8 }), fc.array(size, { maxLength: 8 }), (first, second) => {
        const notes = fitNotes('Version 2.', [
          changes(sections(...first)),
          changes(sections(...second), 'aarch64'),
        ])
        expect(notes.length).toBeLessThanOrEqual(longestNotes)
        expect(notes.split('<details>')).toHaveLength(notes.split('</details>').length)
      }),
    )
    expect(longestNotes).toBeGreaterThan(124_000)
  })
})
