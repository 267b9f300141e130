import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type ConfigurationFacts, renderConfiguration } from './configuration.ts'

const facts: ConfigurationFacts = {
  kubernetesVersion: '1.36.5',
  node: 'kwsl',
  address: '192.168.99.2',
  podNetwork: '10.244.0.0/16',
  subjects: ['localhost', 'kwsl'],
  cgroupVersion: 2,
}

function documents(changes: Partial<ConfigurationFacts> = {}): Record<string, Record<string, unknown>> {
  const all = parseAllDocuments(renderConfiguration({ ...facts, ...changes })).map((each) => each.toJS())
  return Object.fromEntries(all.map((each) => [each.kind, each]))
}

test('kubeadm is given four documents of the versions that it reads', () => {
  expect(Object.values(documents()).map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
    'kubeadm.k8s.io/v1beta4 InitConfiguration',
    'kubeadm.k8s.io/v1beta4 ClusterConfiguration',
    'kubelet.config.k8s.io/v1beta1 KubeletConfiguration',
    'kubeproxy.config.k8s.io/v1alpha1 KubeProxyConfiguration',
  ])
})

test('the node is named, addressed and free of taints', () => {
  expect(documents()['InitConfiguration']).toMatchObject({
    localAPIEndpoint: { advertiseAddress: '192.168.99.2', bindPort: 6443 },
    nodeRegistration: {
      name: 'kwsl',
      criSocket: 'unix:///run/crio/crio.sock',
      taints: [],
      kubeletExtraArgs: [{ name: 'node-ip', value: '192.168.99.2' }],
    },
  })
})

test("etcd's data are with all other data", () => {
  expect(documents()['ClusterConfiguration']).toMatchObject({
    kubernetesVersion: 'v1.36.5',
    networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/12' },
    etcd: { local: { dataDir: '/var/lib/kaweezle/etcd' } },
    apiServer: { certSANs: ['localhost', 'kwsl'] },
  })
})

test('version 1 of control groups is allowed only where it is all there is', () => {
  expect(documents()['KubeletConfiguration']).not.toHaveProperty('failCgroupV1')
  expect(documents({ cgroupVersion: 1 })['KubeletConfiguration']).toHaveProperty('failCgroupV1', false)
})

test('the same facts give the same bytes', () => {
  expect(renderConfiguration(facts)).toBe(renderConfiguration({ ...facts }))
})
