import { createHash } from 'node:crypto'
import { shown } from '../diff/shown.ts'
import type { Report } from './report.ts'

/** The program and the style of the page, as they are to be in it. */
export interface PageParts {
  readonly script: string
  readonly style: string
}

/**
 * The page about a build: one file that asks for nothing. Whatever names it has from outside are data that never
 * becomes markup, and no script but its own can run.
 */
export function printPage(report: Report, { script, style }: PageParts): string {
  const { name, version } = report.rootfs
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(shown(`${name} ${version}`))}: what was built</title>
<style>${style}</style>
</head>
<body>
<noscript>This page draws itself with JavaScript. The same facts are in the manifest and the bills of materials beside it.</noscript>
<script type="application/json" id="report">${printJson(report)}</script>
<script>${script}</script>
</body>
</html>
`
}

/** https://www.w3.org/TR/CSP3/#grammardef-hash-source */
function hashOf(text: string): string {
  if (/<\/(?:script|style)/i.test(text)) throw new Error('a part of the page ends its own element')
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/**
 * JSON that ends no element, which only `<` can begin to do (https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements).
 * Texts from outside are made safe to look at, too: nothing in them reorders a line.
 */
function printJson(report: Report): string {
  const json = JSON.stringify(report, (_, value) => (typeof value === 'string' ? shown(value) : value))
  return json.replaceAll('<', '\\u003c')
}

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}
