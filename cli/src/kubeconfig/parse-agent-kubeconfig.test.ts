import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { aCluster } from './cluster.fixture.ts'
import { parseAgentKubeconfig } from './parse-agent-kubeconfig.ts'

const { name, namespace, ...access } = aCluster({ server: 'https://192.168.99.2:6443' })

describe('what iknite prints', () => {
  test.each([
    ['YAML', stringify(admin(), { lineWidth: 0 })],
    ['JSON', JSON.stringify(admin())],
    ['YAML with the line ends of Windows', stringify(admin()).replaceAll('\n', '\r\n')],
  ])('is understood as %s', (_, text) => {
    expect(parseAgentKubeconfig(text)).toEqual(access)
  })

  const { clusters, users, contexts } = admin()
  test.each([
    ['nothing', ''],
    ['an error', 'iknite: not ready\n'],
    ['broken YAML', 'clusters: ['],
    ['a kubeconfig that was cut', stringify(admin()).slice(0, 300)],
    ['a kubeconfig without a current context', JSON.stringify({ ...admin(), 'current-context': '' })],
    ['a kubeconfig with another current context', JSON.stringify({ ...admin(), 'current-context': 'b' })],
    ['a kubeconfig without users', JSON.stringify({ clusters, contexts, 'current-context': 'k' })],
    [
      'a context of a cluster that is not there',
      JSON.stringify({ ...admin(), clusters: clusters.map((each) => ({ ...each, name: 'b' })) }),
    ],
    [
      'paths for certificates',
      JSON.stringify({ ...admin(), users: [{ name: 'u', user: { 'client-key': '/k' } }] }),
    ],
    [
      'certificates that are no PEM',
      JSON.stringify({
        ...admin(),
        users: [{ name: 'u', user: { ...users[0]?.user, 'client-key-data': 'QUJD' } }],
      }),
    ],
    [
      'a server without TLS',
      JSON.stringify({
        ...admin(),
        clusters: [{ ...clusters[0], cluster: { ...clusters[0]?.cluster, server: 'http://x' } }],
      }),
    ],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parseAgentKubeconfig(text)).toThrow(expect.objectContaining({ code: 'AGENT_FAILED' }))
  })
})

function admin() {
  const data = (text: string) => Buffer.from(text).toString('base64')
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'k',
    clusters: [
      {
        name: 'c',
        cluster: { server: access.server, 'certificate-authority-data': data(access.certificateAuthority) },
      },
    ],
    users: [
      {
        name: 'u',
        user: {
          'client-certificate-data': data(access.clientCertificate),
          'client-key-data': data(access.clientKey),
        },
      },
    ],
    contexts: [{ name: 'k', context: { cluster: 'c', user: 'u' } }],
  }
}
