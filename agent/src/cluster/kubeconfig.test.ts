import { expect, test } from 'vitest'
import { admin, authority, kubeconfigText, kubeletKubeconfigText } from './kubeconfig.fixture.ts'
import { parseKubeconfig } from './kubeconfig.ts'

test('a kubeconfig of kubeadm gives its server and materials', () => {
  expect(parseKubeconfig(kubeconfigText(), '/a')).toEqual({
    name: 'kubernetes-admin@kubernetes',
    server: 'https://192.168.99.2:6443',
    authority: { kind: 'embedded', pem: authority.certificate },
    certificate: { kind: 'embedded', pem: admin.certificate },
    key: { kind: 'embedded', pem: admin.key },
  })
})

test('the kubelet has its materials in files', () => {
  const path = '/var/lib/kubelet/pki/kubelet-client-current.pem'
  expect(parseKubeconfig(kubeletKubeconfigText(), '/a')).toMatchObject({
    certificate: { kind: 'file', path },
    key: { kind: 'file', path },
  })
})

test('the current context is the one that counts', () => {
  const text = JSON.stringify({
    'current-context': 'two',
    contexts: ['one', 'two'].map((name) => ({ name, context: { cluster: name, user: name } })),
    clusters: ['one', 'two'].map((name) => ({ name, cluster: { server: `https://${name}.example` } })),
    users: ['one', 'two'].map((name) => ({ name, user: {} })),
  })
  expect(parseKubeconfig(text, '/a')).toMatchObject({
    name: 'two',
    server: 'https://two.example',
    key: { kind: 'none' },
  })
})

test.each([
  ['an empty file', ''],
  ['a truncated file', kubeconfigText().slice(0, 600)],
  ['binary garbage', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff, 0xfe]).toString('latin1')],
  ['a list', '- a\n- b\n'],
  ['JSON that is cut', '{"current-context": "a", '],
  ['a context that is not in it', kubeconfigText().replace(/current-context: .*/, 'current-context: other')],
  ['no current context', kubeconfigText().replace(/current-context: .*/, 'current-context: ""')],
  ['a user that is not in it', kubeconfigText().replace('- name: kubernetes-admin', '- name: other')],
  ['a server that is no address', kubeconfigText({ server: 'localhost' })],
  ['a server that is a file', kubeconfigText({ server: 'file:///etc/shadow' })],
  ['data that are no base64', kubeconfigText().replace(/client-key-data: .*/, 'client-key-data: "!!"')],
  ['a number for data', kubeconfigText().replace(/client-key-data: .*/, 'client-key-data: 12')],
  ['aliases that grow without end', bomb()],
  ['a huge file', `${kubeconfigText()}#${'x'.repeat(2 * 1024 * 1024)}`],
])('%s is refused, with the path', (_title, text) => {
  expect(() => parseKubeconfig(text, '/etc/kubernetes/admin.conf')).toThrow(
    expect.objectContaining({
      code: 'FILE_FAILED',
      message: expect.stringContaining('/etc/kubernetes/admin.conf'),
    }),
  )
})

function bomb(): string {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]`,
  )
  return `a0: &a0 [x]\n${levels.join('\n')}\ncontexts: *a12\n`
}
