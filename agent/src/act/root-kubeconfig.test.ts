import { expect, it } from 'vitest'
import { parseKubeconfig } from '../cluster/kubeconfig.ts'
import { fakeContext } from './act-context.fixture.ts'
import { perform } from './perform.ts'
import { forgetRootKubeconfig } from './root-kubeconfig.ts'

const admin = `apiVersion: v1
kind: Config
clusters: [{name: kubernetes, cluster: {server: "https://a:6443", certificate-authority-data: QQ==}}]
contexts: [{name: c, context: {cluster: kubernetes, user: u}}]
users: [{name: u, user: {client-certificate-data: QQ==, client-key-data: QQ==}}]
current-context: c
`
const action = { kind: 'write-root-kubeconfig', name: 'kwsl', server: 'https://b:6443' } as const
const path = '/root/.kube/config'
const source = { '/etc/kubernetes/admin.conf': admin }

it('root gets a kubeconfig that only root can read, the same twice', async () => {
  const context = fakeContext({ files: source })
  await perform(action, context)
  const first = context.host.entries.get(path)
  expect(first?.mode).toBe(0o600)
  expect(context.host.entries.get('/root/.kube')?.mode).toBe(0o700)
  expect(parseKubeconfig(first?.text ?? '', path)).toMatchObject({ name: 'kwsl', server: 'https://b:6443' })
  await perform(action, context)
  expect(context.host.entries.get(path)?.text).toBe(first?.text)
})

it('one that cannot be understood is set aside, not removed', async () => {
  const context = fakeContext({ files: { ...source, [path]: 'clusters: [' } })
  await perform(action, context)
  expect(context.host.entries.get(`/root/.kube/config.broken-${context.host.now()}`)?.text).toBe(
    'clusters: [',
  )
  expect(context.host.entries.get(path)?.text).toContain('kwsl')
  expect(context.log.join()).toContain('WARN')
})

it('without admin.conf nothing is touched', async () => {
  const context = fakeContext({ files: { [path]: 'x' } })
  await expect(perform(action, context)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  expect(context.host.entries.get(path)?.text).toBe('x')
})

it('a reset takes it away again, and leaves what is of others', async () => {
  const own = fakeContext({ files: source, settings: { name: 'kwsl' } })
  await perform(action, own)
  await forgetRootKubeconfig(own)
  expect(own.host.entries.has(path)).toBe(false)

  const other = 'clusters:\n- name: work\n  cluster:\n    server: https://w\n'
  const shared = fakeContext({ files: { ...source, [path]: other }, settings: { name: 'kwsl' } })
  await perform(action, shared)
  await forgetRootKubeconfig(shared)
  expect(shared.host.entries.get(path)?.text).toContain('https://w')
  expect(shared.host.entries.get(path)?.text).not.toContain('kwsl')
})
