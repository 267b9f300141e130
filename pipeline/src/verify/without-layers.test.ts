import { describe, expect, test } from 'vitest'
import { aRootfs, type Changes, directory, hardLink, text } from '../../test/support/a-tree.ts'
import type { TreePath } from '../tree/entry.ts'
import { verifyTree } from './index.ts'
import { withoutLayers } from './without-layers.ts'

const storage = 'var/lib/containers/storage'
const layer = `${storage}/overlay/${'a'.repeat(64)}/diff`
const folders: Changes = Object.fromEntries(
  [...layer.matchAll(/(?<=\w)(?=\/|$)/g)].map(({ index }) => [layer.slice(0, index), directory]),
)

const brought: [what: string, rule: string, name: string, entry: Changes[string]][] = [
  ['a setuid program', 'setuid', 'su', { ...text(''), mode: 0o4755 }],
  ['a file for all to write', 'world-writable', 'open', { ...text(''), mode: 0o666 }],
  ['a private key', 'private-keys', 'key', text('-----BEGIN RSA PRIVATE KEY-----\n')],
  ['a host key', 'private-keys', 'ssh_host_rsa_key', text('')],
  ['a backup', 'leftovers', 'passwd~', text('')],
  ['a path of the build', 'build-paths', 'note', text('/run/kaweezle')],
  ['a label', 'attributes', 'x', { ...text(''), xattrs: new Map([['security.selinux', Buffer.from('x')]]) }],
]

describe('what container images bring in their layers', () => {
  test.each(brought)('may be %s', async (_, __, name, entry) => {
    expect(await verifyTree(aRootfs({ ...folders, [`${layer}/${name}`]: entry }))).toEqual([])
  })

  test.each(brought)('is no excuse for %s beside a layer', async (_, rule, name, entry) => {
    for (const place of [storage, `${storage}/overlay`, layer.replace('/diff', '/differs'), 'etc']) {
      const changes = { ...folders, [place]: directory, [`${place}/${name}`]: entry }
      const found = await verifyTree(aRootfs(changes))
      expect(found, place).toEqual([{ rule, message: expect.stringContaining(`/${place}/${name}`) }])
    }
  })

  test.each<[what: string, rule: string, changes: Changes]>([
    ['a time after the source date', 'times', { [`${layer}/x`]: { ...text(''), mtime: 2 ** 32 } }],
    ['a missing folder', 'folders', { [`${layer}/x/y`]: text('') }],
    ['a hard link to nothing', 'hard-links', { [`${layer}/x`]: hardLink(`${layer}/a`) }],
  ])('keeps to the rules of archives: %s is found', async (_, rule, changes) => {
    const found = await verifyTree(aRootfs({ ...folders, ...changes }))
    expect(found).toEqual([{ rule, message: expect.stringContaining(`/${layer}/x`) }])
  })

  test('is of the rootfs where it has another name outside', async () => {
    const changes = {
      ...folders,
      [`${layer}/su`]: { ...text(''), mode: 0o4755 },
      'var/su': { ...hardLink(`${layer}/su`), mode: 0o4755 },
    }
    const found = await verifyTree(aRootfs(changes, { setuid: new Set(['/bin/absent']) }))
    expect(found.map(({ message }) => message)).toContain('/var/su has mode 4755 and is not in policy.setuid')
  })
})

test('a tree without layers stays the same one', () => {
  const { tree } = aRootfs({ 'etc/diff': directory })
  expect(withoutLayers(tree)).toBe(tree)
})

test('the folder of a layer goes with what it holds, and nothing else does', () => {
  const { tree } = aRootfs({ ...folders, [`${layer}/x`]: text('') })
  const left = withoutLayers(tree)
  expect([...tree.keys()].filter((path) => !left.has(path))).toEqual([layer, `${layer}/x`] as TreePath[])
})
