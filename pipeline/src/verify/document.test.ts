import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { rules } from './index.ts'

const document = await readFile(new URL('../../../docs/rules.md', import.meta.url), 'utf8')
const sections = document.split(/^## /m).slice(1)

test.each(rules.map(({ name, promise }) => ({ name, promise })))(
  'docs/rules.md has the rule $name, its promise, why it is there and what to do',
  ({ name, promise }) => {
    const [heading, ...paragraphs] = (sections.find((one) => one.startsWith(`${name}\n`)) ?? '')
      .trim()
      .split('\n\n')
    expect(heading).toBe(name)
    expect(paragraphs[0]).toBe(promise)
    expect(paragraphs[1]).toMatch(/\.$/)
    expect(paragraphs[2]).toMatch(/^When it fails: /)
  },
)

test('docs/rules.md has the rules in their order, and no others', () => {
  expect(sections.map((one) => one.slice(0, one.indexOf('\n')))).toEqual(rules.map(({ name }) => name))
})
