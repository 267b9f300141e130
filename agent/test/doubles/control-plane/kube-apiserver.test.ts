import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuthority, issue } from '../x509.ts'
import { connect } from './client.ts'
import { createCluster, type TestCluster } from './cluster.fixture.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await createCluster()
})

afterAll(() => cluster.remove())

describe('an API server that is not let start', () => {
  test('gives up when etcd is not there', async () => {
    const { status, stderr } = await cluster.failing('kube-apiserver')
    expect(status).toBe(1)
    expect(stderr).toContain('context deadline exceeded')
  })

  test('refuses a certificate that is out of date, and one that cannot be read', async () => {
    const dates = { notBefore: new Date('2024-01-01'), notAfter: new Date('2025-01-01') }
    const old = issue(cluster.authority, { commonName: 'kube-apiserver', usages: ['server'], ...dates })
    await writeFile(join(cluster.folder, 'old.crt'), old.certificate)
    const argv = (path: string) => [...cluster.flags('kube-apiserver'), `--tls-cert-file=${path}`]
    const expired = await cluster.failing('kube-apiserver', argv(join(cluster.folder, 'old.crt')))
    expect(expired.status).toBe(1)
    expect(expired.stderr).toContain('certificate has expired')
    const unread = await cluster.failing('kube-apiserver', argv('/nowhere/apiserver.crt'))
    expect(unread.status).toBe(1)
    expect(unread.stderr).toContain('/nowhere/apiserver.crt')
  })
})

describe('an API server', () => {
  beforeAll(() => cluster.start(['etcd', 'kube-apiserver']))

  test('tells strangers its health and nothing else', async () => {
    const { certificate } = cluster.authority
    const stranger = connect({ server: cluster.server, ca: certificate })
    expect(await stranger.send('GET', '/livez')).toBe('ok')
    expect(await stranger.send('GET', '/version')).toMatchObject({ gitVersion: 'v1.35.0' })
    await expect(stranger.list('/api/v1/pods')).rejects.toMatchObject({ status: 401, reason: 'Unauthorized' })
    const other = createAuthority({ commonName: 'kubernetes' })
    const forged = issue(other, {
      commonName: 'kubernetes-admin',
      organizations: ['system:masters'],
      usages: ['client'],
    })
    const liar = connect({
      server: cluster.server,
      ca: certificate,
      certificate: forged.certificate,
      key: forged.key,
    })
    await expect(liar.list('/api/v1/pods')).rejects.toMatchObject({ status: 401 })
    for (const client of [stranger, liar]) client.close()
  })

  test('refuses a write that is based on an old version', async () => {
    const client = connect(adminOf(cluster))
    const path = '/api/v1/namespaces/default/configmaps'
    const first = await client.create(path, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one' },
    })
    await client.replace(`${path}/one`, { ...first, data: { a: '1' } })
    await expect(client.replace(`${path}/one`, { ...first, data: { a: '2' } })).rejects.toMatchObject({
      status: 409,
    })
    client.close()
  })

  test('obeys scripted faults while it runs', async () => {
    const client = connect(adminOf(cluster))
    await cluster.faults({
      'kube-apiserver': { failRequests: { '/apis/apps/v1': 503 }, readyDelay: 600_000 },
    })
    await expect(client.list('/apis/apps/v1/deployments')).rejects.toMatchObject({ status: 503 })
    await expect(client.send('GET', '/readyz')).rejects.toMatchObject({ status: 500 })
    await cluster.faults({})
    expect((await client.list('/apis/apps/v1/deployments')).items).toEqual([])
    client.close()
  })

  test('has all it acknowledged after a kill', async () => {
    const client = connect(adminOf(cluster))
    expect(await client.send('GET', '/readyz')).toBe('ok')
    await cluster.kill('SIGKILL')
    await cluster.start(['etcd', 'kube-apiserver'])
    expect(await client.find('/api/v1/namespaces/default/configmaps/one')).toMatchObject({ data: { a: '1' } })
    client.close()
  })
})

function adminOf({ server, authority }: TestCluster) {
  const { certificate, key } = issue(authority, { commonName: 'kubernetes-admin', usages: ['client'] })
  return { server, ca: authority.certificate, certificate, key }
}
