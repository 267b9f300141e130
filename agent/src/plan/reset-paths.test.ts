import { expect, test } from 'vitest'
import { abandonedByReset, isKeptByReset } from './reset-paths.ts'

test.each([
  '/var/lib/kaweezle/etcd',
  '/var/lib/kaweezle/local-path',
  '/var/lib/kaweezle/iknite/cluster.json',
])('%s goes with a reset, and stays with one that keeps data', (path) => {
  expect(abandonedByReset(false)).toContain(path)
  expect(abandonedByReset(true)).not.toContain(path)
})

test('no path that a reset with kept data removes holds one that it keeps', () => {
  const kept = [
    '/var/lib/kaweezle/etcd/member',
    '/var/lib/kaweezle/kubernetes/pki/ca.key',
    '/etc/kubernetes/pki/ca.key',
  ]
  for (const path of abandonedByReset(true)) {
    expect(
      kept.filter((each) => each.startsWith(`${path}/`)),
      path,
    ).toEqual([])
  }
})

test.each(['ca.crt', 'ca.key', 'front-proxy-ca.key', 'etcd', 'etcd/ca.key', 'sa.key', 'sa.pub'])(
  '%s is kept',
  (name) => expect(isKeptByReset(`/etc/kubernetes/pki/${name}`)).toBe(true),
)

test.each(['apiserver.crt', 'apiserver.key', 'etcd/server.crt', 'ca.srl'])('%s is not kept', (name) =>
  expect(isKeptByReset(`/etc/kubernetes/pki/${name}`)).toBe(false),
)
