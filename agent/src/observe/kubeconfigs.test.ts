import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { issue } from '../../test/doubles/x509.ts'
import {
  admin,
  authority,
  kubeconfigText,
  kubeletKubeconfigText,
  stranger,
} from '../cluster/kubeconfig.fixture.ts'
import { fakeHost } from '../host/fake-host.fixture.ts'
import { observeKubeconfigs, observeRootKubeconfig } from './kubeconfigs.ts'

const own = new X509Certificate(authority.certificate)
const notAfter = Date.parse(new X509Certificate(admin.certificate).validTo)
const folder = '/etc/kubernetes'
const bundle = '/var/lib/kubelet/pki/kubelet-client-current.pem'

test('a kubeconfig of kubeadm is sound', async () => {
  const files = { [`${folder}/admin.conf`]: { text: kubeconfigText(), modifiedAt: 5 } }
  const states = await observeKubeconfigs(fakeHost({ files }), own)
  expect(states.admin).toEqual({
    state: 'present',
    server: 'https://192.168.99.2:6443',
    isSound: true,
    notAfter,
    modifiedAt: 5,
  })
  expect(states.scheduler).toEqual({ state: 'missing' })
})

test('the kubelet’s certificate and key are found in one file, in either order, behind a link', async () => {
  for (const text of [admin.certificate + admin.key, admin.key + admin.certificate]) {
    const files = {
      [`${folder}/kubelet.conf`]: kubeletKubeconfigText(),
      '/var/lib/kubelet/pki/kubelet-client-2026.pem': text,
      [bundle]: { target: 'kubelet-client-2026.pem' },
    }
    expect((await observeKubeconfigs(fakeHost({ files }), own)).kubelet).toMatchObject({
      isSound: true,
      notAfter,
    })
  }
})

const foreign = issue(stranger, { commonName: 'kubernetes-admin', usages: ['client'] })
test.each<[string, string, boolean]>([
  ['trusts another authority', kubeconfigText({ authority: stranger }), true],
  ['has a certificate of another authority', kubeconfigText({ client: foreign }), true],
  ['has the key of another', kubeconfigText({ client: { ...admin, key: foreign.key } }), true],
  ['has a damaged certificate', kubeconfigText({ client: { ...admin, certificate: 'x' } }), true],
  ['names a file that is not there', kubeletKubeconfigText(), true],
  ['has no authority to be compared with', kubeconfigText(), false],
])('a kubeconfig that %s is not sound', async (_title, text, hasAuthority) => {
  const states = await observeKubeconfigs(
    fakeHost({ files: { [`${folder}/kubelet.conf`]: text } }),
    hasAuthority ? own : undefined,
  )
  expect(states.kubelet).toMatchObject({ state: 'present', isSound: false })
})

test.each([
  ['', 'empty'],
  [kubeconfigText().slice(0, 500), 'truncated'],
  ['\u0000\ufffd', 'binary'],
])('a kubeconfig %#, %2$s, is unreadable', async (text) => {
  const files = { [`${folder}/admin.conf`]: text, '/root/.kube/config': text }
  expect((await observeKubeconfigs(fakeHost({ files }), own)).admin).toEqual({ state: 'unreadable' })
  expect(await observeRootKubeconfig(fakeHost({ files }))).toEqual({ state: 'unreadable' })
})

test('root’s kubeconfig is current with the credentials of admin.conf, whatever its names', async () => {
  const files = {
    [`${folder}/admin.conf`]: kubeconfigText(),
    '/root/.kube/config': {
      text: kubeconfigText({ name: 'kwsl', server: 'https://1.2.3.4:6443' }),
      mode: 0o600,
    },
  }
  expect(await observeRootKubeconfig(fakeHost({ files }))).toEqual({
    state: 'present',
    name: 'kwsl',
    server: 'https://1.2.3.4:6443',
    isCurrent: true,
    mode: 0o600,
  })
})

test.each<[string, string | undefined]>([
  ['other credentials', kubeconfigText({ client: foreign })],
  ['another authority', kubeconfigText({ authority: stranger })],
  ['a damaged admin.conf', '{'],
  ['no admin.conf', undefined],
])('root’s kubeconfig is not current next to %s', async (_title, text) => {
  const files = {
    '/root/.kube/config': kubeconfigText(),
    ...(text !== undefined && { [`${folder}/admin.conf`]: text }),
  }
  expect(await observeRootKubeconfig(fakeHost({ files }))).toMatchObject({
    state: 'present',
    isCurrent: false,
  })
})

test('without a file root has no kubeconfig', async () => {
  expect(await observeRootKubeconfig(fakeHost())).toEqual({ state: 'missing' })
})
