import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { printPage } from './print-page.ts'
import { aReport } from './report.fixture.ts'

const parts = { script: 'draw()', style: 'body{margin:0}' }
const hostile = '</script><script>alert(1)</script><!--\u202e\u0007"\'&'

function aPageWith(name: string): string {
  const report = aReport({ packages: 1, images: 0 })
  return printPage({ ...report, rootfs: { ...report.rootfs, name } }, parts)
}

function dataIn(page: string) {
  return JSON.parse(
    /<script type="application\/json" id="report">(.*)<\/script>\n<script>/s.exec(page)?.[1] ?? '',
  )
}

test('no text from outside ends an element or begins one, and none is lost', () => {
  const page = aPageWith(hostile)
  expect(page.match(/<\/?script/g)).toHaveLength(4)
  expect(page).not.toContain('<!--')
  expect(dataIn(page).rootfs.name).toBe('</script><script>alert(1)</script><!--\\u{202e}\\x07"\'&')
})

test('what reorders a line or moves a cursor is written out', () => {
  expect(aPageWith(hostile)).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u)
})

test('nothing runs and nothing counts but the program and the style that are in the page', () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(aPageWith('small'))?.[1]?.split('; ')
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  expect(policy).toEqual([
    "default-src 'none'",
    `script-src ${hash(parts.script)}`,
    `style-src ${hash(parts.style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ])
})

test('a program that would end its own element is refused', () => {
  const script = 'const text = "</script>"'
  expect(() => printPage(aReport({ packages: 0, images: 0 }), { ...parts, script })).toThrow(
    /its own element/,
  )
})
