import { describe, expect, it } from 'vitest'
import { file, treeOf } from '../tar/alpine-like-tree.fixture.ts'
import { applyEdits, type Edit } from './apply-edits.ts'
import { canonicalTree } from './canonical-tree.ts'
import type { Entry, HardlinkEntry, Tree, TreePath } from './entry.ts'
import { resolvePath } from './resolve.ts'

const directory = { type: 'directory' } as const
const link = (target: string) => ({ type: 'symlink', target }) as const
const hardlink = (target: string) => ({ type: 'hardlink', target: target as TreePath }) as const
const path = (text: string): TreePath => text as TreePath

const tree = treeOf({
  etc: directory,
  'etc/conf': { ...file('old'), mode: 0o600, uid: 3 },
  'etc/link': link('conf'),
  lib: link('usr/lib'),
  a: { ...file('shared'), mode: 0o755 },
  b: hardlink('a'),
  c: hardlink('a'),
  usr: directory,
  'usr/lib': { ...directory, mode: 0o700 },
  'usr/lib/x': hardlink('a'),
})

describe('putting an entry', () => {
  it('lands behind a link to a directory, and makes missing directories on the way', () => {
    const after = edit(put('lib/rc/sh/x', file('new')))
    expect(after.get(path('usr/lib/rc/sh'))).toMatchObject({
      ...directory,
      mode: 0o755,
      uid: 0,
      gid: 0,
      mtime: 9,
    })
    expect(show(after, 'usr/lib/rc/sh/x')).toBe('file new')
    expect(after.get(path('lib'))).toMatchObject(link('usr/lib'))
  })

  it('replaces a link instead of following it', () => {
    const after = edit(put('etc/link', file('new')))
    expect([show(after, 'etc/link'), show(after, 'etc/conf')]).toEqual(['file new', 'file old'])
  })

  it.each(['usr/lib', 'lib'])(
    'changes a directory that is there, here as %s, and keeps what it holds',
    (name) => {
      const after = edit(put(name, { ...directory, mode: 0o711 }))
      expect(after.get(path('usr/lib'))).toMatchObject({ ...directory, mode: 0o711 })
      expect(show(after, 'usr/lib/x')).toBe('hardlink a')
      expect(after.get(path('lib'))).toMatchObject(link('usr/lib'))
    },
  )

  it('puts a directory where a file was', () => {
    expect(edit(put('etc/conf', directory)).get(path('etc/conf'))?.type).toBe('directory')
  })

  it.each<[string, Edit]>([
    ['a file over a directory', put('etc', file('new'))],
    ['a link over a directory', put('etc', link('usr'))],
    ['a file over the root', put('', file('new'))],
    ['a file below a file', put('etc/conf/x', file('new'))],
    ['a file below a link to a file', put('etc/link/x', file('new'))],
  ])('refuses %s', (_, change) => {
    expect(() => edit(change)).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }))
  })
})

describe('names of one file', () => {
  it('keep the file when the name that holds it is replaced', () => {
    const after = edit(put('a', file('new')))
    expect(names(after)).toEqual(['file new', 'file shared', 'hardlink b', 'hardlink b'])
  })

  it('keep the file when the name that holds it is removed', () => {
    expect(names(edit({ type: 'remove', path: path('a') }))).toEqual([
      '',
      'file shared',
      'hardlink b',
      'hardlink b',
    ])
  })

  it('keep the file when another name is replaced or removed', () => {
    expect(names(edit(put('b', file('new'))))).toEqual([
      'file shared',
      'file new',
      'hardlink a',
      'hardlink a',
    ])
    expect(names(edit({ type: 'remove', path: path('usr') }))).toEqual([
      'file shared',
      'hardlink a',
      'hardlink a',
      '',
    ])
  })

  it('go one after the other, down to none', () => {
    const remove = (name: string): Edit => ({ type: 'remove', path: path(name) })
    expect(names(edit(remove('a'), remove('b')))).toEqual(['', '', 'file shared', 'hardlink c'])
    expect(names(edit(remove('a'), remove('c'), remove('b')))).toEqual(['', '', '', 'file shared'])
    expect(names(edit(remove('c'), remove('a'), remove('usr'), remove('b')))).toEqual(['', '', '', ''])
    expect(names(edit(remove('a'), put('a', file('new')), remove('b')))).toEqual([
      'file new',
      '',
      'file shared',
      'hardlink c',
    ])
  })

  it.each([
    ['a', ['file new', 'file shared', 'hardlink b', 'hardlink b']],
    ['b', ['file shared', 'file new', 'hardlink a', 'hardlink a']],
    ['lib/x', ['file shared', 'hardlink a', 'hardlink a', 'file new']],
  ])('part when the content of %s is replaced', (name, expected) => {
    const after = edit(content(name, 'new'))
    expect(names(after)).toEqual(expected)
    expect(resolvePath(after, path(name))).toMatchObject({ type: 'file', size: 3, mode: 0o755 })
  })

  it.each(['a', 'b', 'lib/x'])('change mode and owner together, here by %s', (name) => {
    const after = edit({ type: 'attributes', path: path(name), mode: 0o4755, uid: 5 })
    for (const each of ['a', 'b', 'c', 'usr/lib/x'])
      expect(after.get(path(each))).toMatchObject({ mode: 0o4755, uid: 5, gid: 0 })
    expect(names(after)).toEqual(['file shared', 'hardlink a', 'hardlink a', 'hardlink a'])
  })
})

describe('other edits', () => {
  it('replace a content behind links, and keep its attributes', () => {
    const after = edit(content('etc/link', 'new'))
    expect(after.get(path('etc/conf'))).toMatchObject({ type: 'file', size: 3, mode: 0o600, uid: 3 })
    expect([show(after, 'etc/conf'), show(after, 'etc/link')]).toEqual(['file new', 'symlink conf'])
  })

  it('remove a directory with all below it, and nothing that is only named alike', () => {
    const after = edit(put('etc-2', file('')), put('etc/d/e', file('')), {
      type: 'remove',
      path: path('etc'),
    })
    expect([...after.keys()].filter((name) => name.startsWith('etc'))).toEqual(['etc-2'])
  })

  it('remove a link and not what it leads to, and what is missing without complaint', () => {
    const after = edit({ type: 'remove', path: path('lib') }, { type: 'remove', path: path('no/such') })
    expect([after.has(path('lib')), after.has(path('usr/lib/x')), after.size]).toEqual([
      false,
      true,
      tree.size - 1,
    ])
  })

  it('see what earlier ones did, and leave the tree they were given', () => {
    const before = JSON.stringify([...tree])
    const after = edit(
      { type: 'remove', path: path('etc') },
      put('etc', link('lib')),
      put('etc/n/y', file('new')),
      content('lib/n/y', 'newer'),
    )
    expect(show(after, 'usr/lib/n/y')).toBe('file newer')
    expect(JSON.stringify([...tree])).toBe(before)
  })

  it.each<[string, Edit]>([
    ['a content where there is no file', content('etc/missing', 'new')],
    ['a content of a directory', content('etc', 'new')],
    ['attributes of what is missing', { type: 'attributes', path: path('etc/missing'), mode: 0 }],
  ])('refuse %s', (_, change) => {
    expect(() => edit(change)).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }))
  })
})

function edit(...edits: Edit[]): Tree {
  const after = applyEdits(tree, edits)
  canonicalTree(after)
  return after
}

function put(name: string, entry: object): Edit {
  const defaults = { path: path(name), mode: 0o644, uid: 0, gid: 0, mtime: 9 }
  return { type: 'put', entry: { ...defaults, ...entry } as Exclude<Entry, HardlinkEntry> }
}

function content(name: string, text: string): Edit {
  return {
    type: 'content',
    path: path(name),
    ...{ size: text.length, content: { bytes: Buffer.from(text) } },
  }
}

function show(after: Tree, name: string): string {
  const entry = after.get(path(name))
  if (entry === undefined) return ''
  if (entry.type === 'file') return `file ${'bytes' in entry.content ? Buffer.from(entry.content.bytes) : ''}`
  return 'target' in entry ? `${entry.type} ${entry.target}` : entry.type
}

/** The four names that start as one file. */
function names(after: Tree): string[] {
  return ['a', 'b', 'c', 'usr/lib/x'].map((name) => show(after, name))
}
