import { describe, expect, test } from 'vitest'
import { aTree, text } from '../../test/support/a-tree.ts'
import { byteString } from '../tree/path.ts'
import { compareRootfs } from './compare.ts'
import { markdownCode } from './markdown-code.ts'
import { renderJson } from './render-json.ts'
import { renderMarkdown } from './render-markdown.ts'
import { renderText } from './render-text.ts'
import { differenceSchema } from './schema.ts'
import { aManifest, anImage, aPackage, aSide } from './side.fixture.ts'

const plain = { verbose: false, colours: false }
const hostile =
  'a|b`c</code></details>*_[x](http://e.example)@team #1 \\| www.e.example \u202e\u001b[31m\nnext'

const old = await aSide(aTree(), {
  packages: [aPackage('base', '1.0-r0'), aPackage('gone', '1-r0')],
  images: [anImage('r.example/a:1', ['x'])],
})
const next = await aSide(aTree({ 'bin/su': text('su', { mode: 0o4755 }), 'etc/new': text('n') }), {
  version: '1.1.0',
  packages: [aPackage('base', '1.1-r0')],
  images: [anImage('r.example/a:1', ['y'])],
})
const difference = compareRootfs(old, next)

describe('as text', () => {
  test('there is a short list of each, privileges first', () => {
    expect(renderText(difference, plain)).toMatchInlineSnapshot(`
      "small 1.0.0 -> small 1.1.0

      privileges: 1 gained
        gained  setuid root  /bin/su  overlay

      about
        version  1.0.0 -> 1.1.0

      packages: 1 up, 1 gone
        up    base  1.0-r0 -> 1.1-r0  0 B
        gone  gone  1-r0              -20 B

      images: 1 moved; 1 new layer (1000 B); 1 gone layer (1000 B)
        moved  r.example/a  1  2d711642b726 -> a1fce4363854  1000 B

      files: 2 added
        overlay  +2  +3 B  /bin/su 2 B, /etc/new 1 B

      size
        packages  512 B     0 B       1.0 KiB   0 B
        rest      10.3 KiB  +1.0 KiB  20.5 KiB  +2.0 KiB
        total     10.8 KiB  +1.0 KiB  21.5 KiB  +2.0 KiB
      "
    `)
  })

  test('with --verbose each file is listed', () => {
    expect(renderText(difference, { ...plain, verbose: true })).toMatch(/added +\/etc\/new +overlay +\+1 B/)
  })

  test('nothing is said to have changed only where nothing has', async () => {
    expect(renderText(compareRootfs(old, old), plain)).toBe('small 1.0.0 -> small 1.0.0\n\nnothing changed\n')
    const repacked = structuredClone(old.manifest)
    Object.assign(repacked.files.rootfs, { sha256: '0'.repeat(64) })
    const packed = compareRootfs(old, { ...old, manifest: repacked })
    expect(renderText(packed, plain)).toContain('nothing changed: the same tar, compressed to other bytes\n')
    Object.assign(repacked.files.rootfs, { unpackedSha256: '0'.repeat(64) })
    const bare = { manifest: repacked, contents: undefined }
    expect(renderText(compareRootfs(old, bare), plain)).toMatch(
      /not the same bytes\nnot compared: .* \(NEW is a man/,
    )
  })

  test('colours are there when asked for, and never without', () => {
    expect(renderText(difference, { ...plain, colours: true })).toContain('\u001b[33mgained')
    expect(renderText(difference, plain)).not.toContain('\u001b')
  })
})

describe('hostile names', () => {
  const nasty = aSide(aTree({ [byteString(`etc/${hostile.replaceAll('/', '∕')}`)]: text('x') }), {
    version: hostile,
    packages: [aPackage(hostile, hostile)],
    images: [anImage(`r/${hostile}:${hostile}`, ['x'])],
  })

  test('neither move the cursor nor reorder a line, in any format', async () => {
    const both = compareRootfs(old, await nasty)
    for (const output of [
      renderText(both, { ...plain, verbose: true }),
      renderMarkdown(both, { verbose: true }),
      renderJson(both),
    ])
      expect(output).not.toMatch(/[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--\n]/v)
  })

  test('make no markup, mention, link or further cell in Markdown', async () => {
    const output = renderMarkdown(compareRootfs(old, await nasty), { verbose: true })
    const spans = output.replace(/`[^`\n]*`/g, 'CODE').replace(/<code>[^<\n]*<\/code>/g, 'CODE')
    expect(output.split('\n').every((line) => !line.startsWith('next'))).toBe(true)
    expect(spans).not.toMatch(/[`*@[\]\\]|www|<\/?code|http/)
    const tables = spans.split('\n').filter((line) => line.startsWith('|'))
    const cells = Map.groupBy(tables, (line) => line.split('|').length)
    expect([...cells.keys()].every((count) => count >= 4 && count <= 7)).toBe(true)
    expect(spans.match(/<details>/g)?.length ?? 0).toBe(spans.match(/<\/details>/g)?.length ?? 0)
  })

  test.each([
    ['usr/bin/doas', '`usr/bin/doas`'],
    ['a`b', '<code>a&#96;b</code>'],
    ['a|b', '<code>a&#124;b</code>'],
    ['a\\|b', '<code>a&#92;&#124;b</code>'],
    ['<img src=x>', '<code>&#60;img src=x&#62;</code>'],
    ['&lt;', '<code>&#38;lt&#59;</code>'],
    ['é', '<code>é</code>'],
    [' ', '<code> </code>'],
    ['', '<code></code>'],
    ['😀|', '<code>&#128512;&#124;</code>'],
  ])('%j is written as %s', (name, markdown) => {
    expect(markdownCode(name)).toBe(markdown)
  })
})

describe('as Markdown', () => {
  test('there are short tables', () => {
    expect(renderMarkdown(difference, { verbose: false })).toMatchInlineSnapshot(`
      "## \`small 1.0.0\` → \`small 1.1.0\`

      ### Privileges

      1 gained.

      |  | privilege | file | of |
      | --- | --- | --- | --- |
      | gained | setuid root | \`/bin/su\` | \`overlay\` |

      ### About

      |  |  |
      | --- | --- |
      | version | \`1.0.0\` → \`1.1.0\` |

      ### Packages

      1 up, 1 gone.

      |  | package | version | installed |
      | --- | --- | --- | --- |
      | up | \`base\` | \`1.0-r0\` → \`1.1-r0\` | 0 B |
      | gone | \`gone\` | \`1-r0\` | -20 B |

      ### Images

      1 moved; 1 new layer (1000 B); 1 gone layer (1000 B).

      |  | image | tag | digest | layers of its own |
      | --- | --- | --- | --- | --- |
      | moved | \`r.example/a\` | \`1\` | \`2d711642b726\` → \`a1fce4363854\` | 1000 B |

      ### Files

      2 added.

      | of | files | bytes | largest |
      | --- | --- | --- | --- |
      | overlay | +2 | +3 B | \`/bin/su\` 2 B, \`/etc/new\` 1 B |

      ### Size

      |  | packed |  | unpacked |  |
      | --- | --- | --- | --- | --- |
      | packages | 512 B | 0 B | 1.0 KiB | 0 B |
      | rest | 10.3 KiB | +1.0 KiB | 20.5 KiB | +2.0 KiB |
      | total | 10.8 KiB | +1.0 KiB | 21.5 KiB | +2.0 KiB |
      "
    `)
  })

  test('long lists are folded, but never the privileges', () => {
    const many = Array.from({ length: 20 }, (_, index) => aPackage(`p${index}`, '1'))
    const both = compareRootfs(
      { manifest: aManifest(), contents: undefined },
      { manifest: aManifest({ packages: many }), contents: undefined },
    )
    const privileges = {
      gained: many.map(({ name }) => ({ path: name, owner: 'overlay', kind: 'setuid' as const, value: '0' })),
      lost: [],
    }
    const output = renderMarkdown({ ...both, privileges }, { verbose: false })
    expect(output).toContain('<details><summary>20 new</summary>\n\n|')
    expect(output.split('### Packages')[0]).not.toContain('<details>')
  })
})

describe('as JSON', () => {
  test('it is what its schema says, and nothing is lost', () => {
    expect(differenceSchema.parse(JSON.parse(renderJson(difference)))).toEqual(difference)
  })

  test('what breaks the schema is not written', () => {
    expect(() => renderJson({ ...difference, schema: 2 as 1 })).toThrow()
  })
})
