import { describe, expect, it } from 'vitest'
import { file, treeOf } from '../tar/alpine-like-tree.fixture.ts'
import type { TreePath } from './entry.ts'
import { resolveParent, resolvePath } from './resolve.ts'

const directory = { type: 'directory' } as const
const link = (target: string) => ({ type: 'symlink', target }) as const

const chain = Object.fromEntries(
  Array.from({ length: 42 }, (_, i) => [`chain${i}`, link(i === 0 ? 'usr/lib/x' : `chain${i - 1}`)]),
)

const tree = treeOf({
  bin: link('usr/bin'),
  lib: link('/usr/lib'),
  usr: directory,
  'usr/bin': directory,
  'usr/bin/busybox': file('elf'),
  'usr/bin/other': { type: 'hardlink', target: 'usr/bin/busybox' as TreePath },
  'usr/bin/sh': link('/bin/busybox'),
  'usr/lib': directory,
  'usr/lib/x': file('x'),
  'usr/lib/up': link('../../../../lib//./x'),
  'usr/lib/slash': link('x/'),
  'usr/lib/directory': link('../bin/'),
  loop: link('loop'),
  loopA: link('loopB/x'),
  loopB: link('loopA'),
  dangling: link('run/lock'),
  wrong: link('missing/../usr'),
  ...chain,
})

describe('opening a path', () => {
  it.each([
    ['usr/lib/x', 'usr/lib/x'],
    ['lib/x', 'usr/lib/x'],
    ['bin/sh', 'usr/bin/busybox'],
    ['bin/other', 'usr/bin/busybox'],
    ['lib', 'usr/lib'],
    ['lib/up', 'usr/lib/x'],
    ['lib/directory/sh', 'usr/bin/busybox'],
    ['chain39', 'usr/lib/x'],
  ])('of %s reaches %s', (path, end) => {
    expect(resolvePath(tree, path as TreePath)?.path).toBe(end)
  })

  it.each([
    'missing',
    'lib/missing',
    'dangling',
    'loop',
    'loopA',
    'chain40',
    'usr/lib/x/y',
    'lib/slash',
    'wrong',
    'usr/lib/x/..',
  ])('of %s reaches nothing', (path) => {
    expect(resolvePath(tree, path as TreePath)).toBeUndefined()
  })
})

describe('placing an entry', () => {
  it.each([
    ['lib/rc/x', 'usr/lib/rc/x'],
    ['lib', 'lib'],
    ['bin/sh', 'usr/bin/sh'],
    ['loop', 'loop'],
    ['dangling/x', 'run/lock/x'],
    ['new/deep/x', 'new/deep/x'],
    ['', ''],
  ])('as %s puts it at %j', (path, place) => {
    expect(resolveParent(tree, path as TreePath)).toBe(place)
  })

  it.each(['loop/x', 'usr/lib/x/y', 'usr/lib/x/y/z', 'lib/slash/y', 'chain40/y'])(
    'as %s is refused',
    (path) => {
      expect(() => resolveParent(tree, path as TreePath)).toThrow(
        expect.objectContaining({ code: 'RECIPE_INVALID' }),
      )
    },
  )
})
