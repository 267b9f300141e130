import { expect, test } from 'vitest'
import { type Accounts, addUser, fixPasswordDays, setShell } from './accounts.ts'

const accounts: Accounts = {
  passwd: 'root:x:0:0:root:/root:/bin/ash\nsshd:x:22:22:sshd:/dev/null:/sbin/nologin\n',
  group: 'root:x:0:root\nwheel:x:10:root\naudio:x:18:\n',
  shadow: 'root:*::0:::::\nsshd:!:20779:0:99999:7:::\n',
}

test('a shell is set for the one user that is named', () => {
  expect(setShell(accounts, 'root', '/bin/zsh').passwd).toBe(
    'root:x:0:0:root:/root:/bin/zsh\nsshd:x:22:22:sshd:/dev/null:/sbin/nologin\n',
  )
})

test('a shell for a user that no package makes is refused', () => {
  expect(() => setShell(accounts, 'nobody', '/bin/sh')).toThrow(/no user 'nobody'/)
})

test('a user gets a group, memberships and a locked password', () => {
  const added = addUser(accounts, { name: 'dev', uid: 1000, groups: ['wheel', 'audio'] }, 100)
  expect(added.passwd).toContain('\ndev:x:1000:1000::/home/dev:/bin/sh\n')
  expect(added.group).toBe('root:x:0:root\nwheel:x:10:root,dev\naudio:x:18:dev\ndev:x:1000:\n')
  expect(added.shadow).toContain('\ndev:!:100:0:99999:7:::\n')
})

test('a user may take an existing group as its primary one', () => {
  const added = addUser(accounts, { name: 'dev', uid: 1000, gid: 10 }, 100)
  expect(added.group).toBe(accounts.group)
})

test.each([
  ['a name that is taken', { name: 'sshd', uid: 1000 }, /clashes with 'sshd'/],
  ['a number that is taken', { name: 'dev', uid: 22 }, /clashes with 'sshd'/],
  ['a number that is taken, as root', { name: 'dev', uid: 0 }, /clashes with 'root'/],
  [
    'a name that another group has',
    { name: 'audio', uid: 1000 },
    /needs a group 1000, and 'audio' is another one/,
  ],
  ['a group that does not exist', { name: 'dev', uid: 1000, groups: ['docker'] }, /'docker'/],
])('%s is refused', (_, user, message) => {
  expect(() => addUser(accounts, user, 100)).toThrow(message)
})

test('the days that adduser wrote become the given day, and unset days stay unset', () => {
  expect(fixPasswordDays(accounts.shadow, 7)).toBe('root:*::0:::::\nsshd:!:7:0:99999:7:::\n')
})

test('a user whose group is there is not given a second one', () => {
  const added = addUser(accounts, { name: 'audio', uid: 1000, gid: 18, groups: ['audio'] }, 100)
  expect(added.group).toBe('root:x:0:root\nwheel:x:10:root\naudio:x:18:audio\n')
})

test('a home and a shell are written as they are given', () => {
  const added = addUser(accounts, { name: 'dev', uid: 1000, home: '/srv/dev', shell: '/bin/zsh' }, 100)
  expect(added.passwd).toContain('\ndev:x:1000:1000::/srv/dev:/bin/zsh\n')
})

test('files without a last line feed, and lines without a last field, stay whole', () => {
  const short = { passwd: 'root:x:0:0:::', group: 'root:x:0\nwheel:x:10', shadow: '' }
  expect(addUser(short, { name: 'dev', uid: 1000, groups: ['wheel'] }, 100)).toEqual({
    passwd: 'root:x:0:0:::\ndev:x:1000:1000::/home/dev:/bin/sh\n',
    group: 'root:x:0\nwheel:x:10:dev\ndev:x:1000:\n',
    shadow: 'dev:!:100:0:99999:7:::\n',
  })
})

test('the day on which shadow was written does not show', () => {
  const written = (day: number) => accounts.shadow.replace('20779', String(day))
  expect(fixPasswordDays(written(20_780), 7)).toBe(fixPasswordDays(written(1), 7))
})
