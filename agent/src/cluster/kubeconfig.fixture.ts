import { createAuthority, type Identity, issue } from '../../test/doubles/x509.ts'

export const authority = createAuthority({ commonName: 'kubernetes' })
export const stranger = createAuthority({ commonName: 'kubernetes' })
export const admin = issue(authority, {
  commonName: 'kubernetes-admin',
  organizations: ['kubeadm:cluster-admins'],
  usages: ['client'],
})
export const apiserver = issue(authority, {
  commonName: 'kube-apiserver',
  dnsNames: ['localhost', 'kwsl'],
  addresses: ['127.0.0.1', '192.168.99.2', 'fd00::1'],
  usages: ['server'],
})

export interface KubeconfigParts {
  readonly name?: string
  readonly server?: string
  readonly authority?: Identity
  readonly client?: Identity
}

/** A kubeconfig as kubeadm writes it. */
export function kubeconfigText(parts: KubeconfigParts = {}): string {
  const { name = 'kubernetes-admin@kubernetes', server = 'https://192.168.99.2:6443' } = parts
  const { certificate, key } = parts.client ?? admin
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64((parts.authority ?? authority).certificate)}
    server: ${server}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: kubernetes-admin
  name: ${name}
current-context: ${name}
kind: Config
preferences: {}
users:
- name: kubernetes-admin
  user:
    client-certificate-data: ${base64(certificate)}
    client-key-data: ${base64(key)}
`
}

/** The kubelet's, which names a file for both certificate and key. */
export function kubeletKubeconfigText(path = '/var/lib/kubelet/pki/kubelet-client-current.pem'): string {
  return kubeconfigText()
    .replace(/client-certificate-data: .*/, `client-certificate: ${path}`)
    .replace(/client-key-data: .*/, `client-key: ${path}`)
}
