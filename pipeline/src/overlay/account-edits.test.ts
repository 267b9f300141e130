import { expect, test } from 'vitest'
import { aTree, directory, link, text } from '../../test/support/a-tree.ts'
import { recipeSchema } from '../recipe/schema.ts'
import { applyEdits } from '../tree/apply-edits.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import { accountEdits } from './account-edits.ts'

const day = 20_000
const epoch = day * 86_400 + 86_399
const found = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\n',
  group: 'root:x:0:root\nwheel:x:10:root\n',
  shadow: 'root:*::0:::::\nsshd:!:20779:0:99999:7:::\n',
}
const tree = aTree({
  'etc/passwd': { ...text(found.passwd), mtime: 5 },
  var: directory,
  'var/empty': { ...directory, mode: 0o555 },
  home: directory,
  'home/link': link('/var/empty'),
})

const at = (after: Tree, path: string) => after.get(path as TreePath)

function edit({ users = [], root = {} }: { users?: object[]; root?: object } = {}) {
  const recipe = { users: recipeSchema.shape.users.parse(users), root: recipeSchema.shape.root.parse(root) }
  const { accounts, edits } = accountEdits(found, recipe, { tree, epoch })
  return { accounts, edits, after: applyEdits(tree, edits) }
}

test('without users only the days in shadow change, to the day of the source date', () => {
  const { edits, accounts } = edit()
  expect(edits).toMatchObject([{ type: 'content', path: 'etc/shadow' }])
  expect(accounts).toEqual({ ...found, shadow: found.shadow.replace('20779', String(day)) })
})

test('users and shells come into the files, which keep mode and owner', () => {
  const { accounts, after } = edit({
    users: [
      { name: 'dev', uid: 1000, groups: ['wheel'] },
      { name: 'ops', uid: 1001, gid: 1000 },
    ],
    root: { shell: '/bin/zsh' },
  })
  expect(accounts).toEqual({
    passwd:
      'root:x:0:0:root:/root:/bin/zsh\ndev:x:1000:1000::/home/dev:/bin/sh\nops:x:1001:1000::/home/ops:/bin/sh\n',
    group: 'root:x:0:root\nwheel:x:10:root,dev\ndev:x:1000:\n',
    shadow: `root:*::0:::::\nsshd:!:${day}:0:99999:7:::\ndev:!:${day}:0:99999:7:::\nops:!:${day}:0:99999:7:::\n`,
  })
  expect(at(after, 'etc/passwd')).toMatchObject(text(accounts.passwd))
  expect(at(after, 'etc/shadow')).toMatchObject(text(accounts.shadow, { mode: 0o640, gid: 42 }))
})

test('a home is made, 0755 of its user’s, with the source date', () => {
  expect(at(edit({ users: [{ name: 'dev', uid: 1000, gid: 10 }] }).after, 'home/dev')).toEqual({
    ...{ type: 'directory', path: 'home/dev', mode: 0o755, uid: 1000, gid: 10, mtime: epoch },
  })
})

test.each(['/var/empty', '/home/link', '/etc/init.d/sshd'])(
  'what is at the home %s is left as it is',
  (home) => {
    const { after } = edit({ users: [{ name: 'dev', uid: 1000, home }] })
    expect(at(after, home.slice(1))).toEqual(at(tree, home.slice(1)))
    expect(at(after, 'var/empty')).toEqual(at(tree, 'var/empty'))
  },
)

test.each(['/dev/null', '/run/dev', '/tmp/x'])('no home is made at %s, which is mounted over', (home) => {
  expect(at(edit({ users: [{ name: 'dev', uid: 1000, home }] }).after, home.slice(1))).toBeUndefined()
})

test.each([
  ['a user who is there', { users: [{ name: 'root', uid: 1000 }] }],
  ['a group that is not there', { users: [{ name: 'dev', uid: 1000, groups: ['docker'] }] }],
])('%s is refused', (_, recipe) => {
  expect(() => edit(recipe)).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }))
})
