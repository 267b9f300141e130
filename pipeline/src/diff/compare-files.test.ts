import { describe, expect, test } from 'vitest'
import { aTree, type Changes, directory, hardLink, link, text } from '../../test/support/a-tree.ts'
import { compareRootfs } from './compare.ts'
import type { Difference } from './schema.ts'
import { aDatabase, aSide } from './side.fixture.ts'

async function compareTrees(old: Changes, next: Changes): Promise<Difference> {
  return compareRootfs(await aSide(aTree(old)), await aSide(aTree(next)))
}

const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex')

describe('files', () => {
  test('are added, removed and changed in content, mode, owner, target, type, links and attributes', async () => {
    const { files } = await compareTrees(
      {
        'etc/a': text('a'),
        'etc/gone': text('gone'),
        'etc/l': link('a'),
        'etc/m': text('m'),
        'etc/n': text('n'),
        'etc/o': text('o'),
        'etc/t': text('t'),
      },
      {
        'etc/a': text('b'),
        'etc/l': link('b'),
        'etc/m': text('m', { mode: 0o600 }),
        'etc/n': hardLink('etc/m'),
        'etc/new': text('new'),
        'etc/o': { ...text('o', { uid: 7 }), xattrs: new Map([['user.a', Buffer.from('x')]]) },
        'etc/t': directory,
      },
    )
    expect(files?.list.map(({ path, change, what }) => `${path} ${change} ${what.join()}`)).toEqual([
      '/etc/a changed content',
      '/etc/gone removed ',
      '/etc/l changed target',
      '/etc/m changed mode,links',
      '/etc/n changed content,mode,links',
      '/etc/new added ',
      '/etc/o changed owner,attributes',
      '/etc/t changed type,mode',
    ])
  })

  test('belong to the package that brought them as they are, and else to who is known by the place', async () => {
    const database = aDatabase({
      tool: { 'etc/tool.conf': 'as packaged', 'etc/tool.d': 'gone', 'etc/other': 'as packaged' },
    })
    const apk = { 'lib/apk': directory, 'lib/apk/db': directory }
    const { files } = await compareTrees(
      {},
      {
        ...apk,
        'lib/apk/db/installed': text(database),
        'etc/tool.conf': text('as packaged'),
        'etc/other': text('laid over'),
        'bin/vi': link('/bin/busybox'),
        'etc/runlevels/default/tool': link('/etc/init.d/tool'),
        'usr/share': directory,
        usr: directory,
        'usr/share/kaweezle': directory,
        'usr/share/kaweezle/images': directory,
        'usr/share/kaweezle/images/index.json': text('{}'),
      },
    )
    const owners = new Map(files?.list.map(({ path, owner }) => [path, owner]))
    expect(Object.fromEntries(owners)).toMatchObject({
      '/bin/vi': 'package:busybox',
      '/etc/other': 'overlay',
      '/etc/runlevels/default/tool': 'services',
      '/etc/tool.conf': 'package:tool',
      '/lib/apk/db/installed': 'apk',
      '/usr/share/kaweezle/images/index.json': 'images',
      '/usr/share/kaweezle': 'overlay',
    })
  })

  test('belong to who changed them, whichever of the two is the older', async () => {
    const apk = { 'lib/apk': directory, 'lib/apk/db': directory }
    const path = 'etc/runlevels/default/tool'
    const packaged = {
      ...apk,
      [path]: text('as packaged'),
      'lib/apk/db/installed': text(aDatabase({ tool: { [path]: 'as packaged' } })),
    }
    const changed = { ...packaged, [path]: link('/etc/init.d/tool') }
    for (const { files } of [await compareTrees(packaged, changed), await compareTrees(changed, packaged)])
      expect(files?.list).toMatchObject([{ path: `/${path}`, owner: 'services', change: 'changed' }])
  })

  test('that differ in nothing but their time are counted, and change nothing', async () => {
    const difference = await compareTrees({ 'etc/a': text('a') }, { 'etc/a': { ...text('a'), mtime: 1 } })
    expect(difference).toMatchObject({ equal: true, bytes: 'other', files: { list: [], onlyTimes: 1 } })
  })

  test('of a file with several names are counted once', async () => {
    const { files } = await compareTrees({}, { 'etc/a': text('12345'), 'etc/b': hardLink('etc/a') })
    expect(files?.owners).toMatchObject([
      { owner: 'overlay', added: 2, bytes: 5, largest: [{ path: '/etc/a' }] },
    ])
  })
})

describe('privileges', () => {
  test('are told by file: setuid, setgid and capabilities, gained and lost', async () => {
    const { privileges } = await compareTrees(
      { 'bin/ping': { ...text('p'), xattrs: new Map([['security.capability', capability]]) } },
      { 'bin/ping': text('p', { mode: 0o4755 }), 'bin/wall': { ...text('w', { mode: 0o2755 }), gid: 5 } },
    )
    expect(privileges).toEqual({
      gained: [
        { path: '/bin/ping', owner: 'overlay', kind: 'setuid', value: '0' },
        { path: '/bin/wall', owner: 'overlay', kind: 'setgid', value: '5' },
      ],
      lost: [{ path: '/bin/ping', owner: 'overlay', kind: 'capabilities', value: 'cap_net_raw=ep' }],
    })
  })

  test('of every name of a file are told, and a setuid file that changes hands is a new one', async () => {
    const { privileges } = await compareTrees(
      { 'bin/a': text('a', { mode: 0o4755, uid: 1 }) },
      { 'bin/a': text('a', { mode: 0o4755 }), 'bin/b': { ...hardLink('bin/a'), mode: 0o4755 } },
    )
    expect(privileges?.gained.map(({ path, value }) => `${path} ${value}`)).toEqual(['/bin/a 0', '/bin/b 0'])
    expect(privileges?.lost.map(({ path, value }) => `${path} ${value}`)).toEqual(['/bin/a 1'])
  })

  test('are not taken for some where the bits give none: of folders, and setgid without the right to run', async () => {
    const { privileges } = await compareTrees(
      {},
      { 'etc/d': { ...directory, mode: 0o6755 }, 'etc/f': text('f', { mode: 0o2644 }) },
    )
    expect(privileges).toEqual({ gained: [], lost: [] })
  })
})

test('services are compared by runlevel', async () => {
  const { services } = await compareTrees(
    {},
    {
      'etc/runlevels/default/sshd': undefined,
      'etc/runlevels/boot': directory,
      'etc/runlevels/boot/sshd': link('/etc/init.d/sshd'),
    },
  )
  expect(services).toEqual({
    enabled: [{ runlevel: 'boot', service: 'sshd' }],
    disabled: [{ runlevel: 'default', service: 'sshd' }],
  })
})
