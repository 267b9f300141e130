import { expect, test } from 'vitest'
import { aTree, directory, hardLink, link, text } from '../../test/support/a-tree.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import type { TreePath } from '../tree/entry.ts'
import { withoutLeftovers } from './without-leftovers.ts'

const paths = (...names: string[]) => names as TreePath[]
const path = (name: string) => name as TreePath

test.each([
  '.dockerenv',
  'dev/console',
  'etc/passwd-',
  'etc/group-',
  'etc/shadow-',
  'etc/gshadow-',
  'etc/subuid-',
  'etc/subgid-',
  'etc/.pwd.lock',
  'lib/apk/exec',
  'usr/lib/apk/exec/busybox.trigger',
  'proc/self',
  'run/kaweezle/keys',
  'sys/x',
  'tmp/x',
  'var/cache/apk/APKINDEX.tar.gz',
  'var/tmp/x',
  'var/log/apk.log',
])('%s is removed', (name) => {
  const tree = aTree({ [name]: text('') })
  expect(withoutLeftovers(tree, [])).toEqual(aTree())
  expect(tree.has(path(name))).toBe(true)
})

test.each([
  'etc/passwd',
  'etc/passwd-x',
  'home/.dockerenv',
  'development/x',
  'lib/apk/executable',
  'lib/apk/db/lock',
  'usr/tmp/x',
  'var/cache/x',
  'var/logs',
])('%s is kept', (name) => {
  const tree = aTree({ [name]: text('') })
  expect(withoutLeftovers(tree, [])).toEqual(tree)
})

test('mount points and folders of logs are kept, and what is in them is not, of whatever type', () => {
  const folders = {
    dev: directory,
    run: directory,
    var: directory,
    'var/log': directory,
    'var/log/x': directory,
  }
  const contents = {
    'dev/fd': link('/proc/self/fd'),
    'dev/null': { type: 'character', major: 1, minor: 3 },
    'run/x': directory,
    'tmp/pipe': { type: 'fifo' },
    'var/log/x/link': link('y'),
    'var/log/x/name': hardLink('bin/busybox'),
  } as const
  expect(withoutLeftovers(aTree({ ...folders, ...contents }), [])).toEqual(aTree(folders))
})

test('what a package owns is kept, with the folders above it', () => {
  const tree = aTree({ run: directory, 'run/a': directory, 'run/a/b': text(''), 'run/a/c': text('') })
  expect(
    [...withoutLeftovers(tree, paths('run/a/b')).keys()].filter((name) => name.startsWith('run')),
  ).toEqual(['run', 'run/a', 'run/a/b'])
})

test('what a package owns is found behind links', () => {
  const tree = aTree({
    var: directory,
    'var/run': link('/run'),
    run: directory,
    'run/a': directory,
    'run/b': directory,
  })
  const cleaned = withoutLeftovers(tree, paths('var/run/a', 'bin/sh/nothing', 'gone/x'))
  expect([cleaned.has(path('run/a')), cleaned.has(path('run/b'))]).toEqual([true, false])
})

test('a file whose first name is a leftover lives on under its other names', () => {
  const tree = aTree({
    'etc/passwd-': text('shared'),
    'tmp/a': hardLink('etc/passwd-'),
    'usr/b': hardLink('etc/passwd-'),
    'usr/c': hardLink('etc/passwd-'),
    usr: directory,
  })
  const cleaned = withoutLeftovers(tree, [])
  expect(cleaned.get(path('usr/b'))).toMatchObject({ ...text('shared'), path: 'usr/b' })
  expect(cleaned.get(path('usr/c'))).toMatchObject(hardLink('usr/b'))
  expect(cleaned.has(path('tmp/a'))).toBe(false)
  expect(canonicalTree(cleaned).size).toBe(cleaned.size)
})
