import { expect, test } from 'vitest'
import { diagnoseNamespaces, type NamespaceFacts } from './diagnose-namespaces.ts'

const refused = {
  problem: 'refused',
  root: false,
  reason: 'unshare: Operation not permitted',
  settings: new Map([
    ['kernel/unprivileged_userns_clone', ''],
    ['kernel/apparmor_restrict_unprivileged_userns', ''],
    ['user/max_user_namespaces', '96365'],
  ]),
  subordinateIds: true,
} as const satisfies NamespaceFacts

const withSetting = (name: string, value: string): NamespaceFacts => ({
  ...refused,
  settings: new Map([...refused.settings, [name, value]]),
})

test.each<[string, NamespaceFacts, RegExp, RegExp]>([
  ['another system', { problem: 'platform' }, /needs Linux/, /--engine docker/],
  [
    'missing programs',
    { problem: 'tools', missing: ['newuidmap', 'tar (GNU)'] },
    /lacks programs: newuidmap, tar \(GNU\)/,
    /apt-get install .*uidmap.*dnf install .*apk add/,
  ],
  [
    'user namespaces that are off',
    withSetting('kernel/unprivileged_userns_clone', '0'),
    /kernel\.unprivileged_userns_clone is 0/,
    /sysctl -w kernel\.unprivileged_userns_clone=1/,
  ],
  [
    'user namespaces of which there may be none',
    withSetting('user/max_user_namespaces', '0'),
    /user\.max_user_namespaces is 0/,
    /sysctl -w user\.max_user_namespaces=/,
  ],
  [
    'user namespaces that AppArmor restricts',
    withSetting('kernel/apparmor_restrict_unprivileged_userns', '1'),
    /apparmor_restrict_unprivileged_userns is 1/,
    /sudo/,
  ],
  [
    'no subordinate ids',
    { ...refused, subordinateIds: false },
    /no subordinate ids/,
    /usermod --add-subuids/,
  ],
  [
    'a refusal to a user of unknown reason',
    refused,
    /unshare: Operation not permitted/,
    /sudo, or use --engine docker/,
  ],
  ['a refusal to root', { ...refused, root: true }, /even to root: unshare: Operation/, /CAP_SYS_ADMIN/],
])('%s is an unavailable engine with what to do', (_title, facts, message, hint) => {
  const error = diagnoseNamespaces(facts)
  expect(error.code).toBe('ENGINE_UNAVAILABLE')
  expect(error.message).toMatch(message)
  expect(error.hint).toMatch(hint)
})
