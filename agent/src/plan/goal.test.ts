import { expect, test } from 'vitest'
import { renderConfiguration } from '../kubeadm/configuration.ts'
import { defaultSettings } from '../settings/settings.ts'
import { hostsMark } from './host-stage.ts'
import { planStart } from './plan-start.ts'
import { data, testSituations } from './situation.fixture.ts'
import { converged, kubeconfig, readyApi, record, subjects } from './snapshot.fixture.ts'
import type { Snapshot } from './snapshot.ts'

/** The outer interface got another address. */
function moved(seen: Snapshot, address = '10.1.2.3'): Snapshot {
  const others = seen.network.addresses.filter((known) => known.address !== seen.network.outer?.address)
  return {
    ...seen,
    network: {
      addresses: [...others, { interface: 'eth0', address }],
      outer: { interface: 'eth0', address },
    },
  }
}

/** A ready cluster that advertises another address than the fixed one. */
function advertising(advertise: 'outer' | 'given', address = '172.20.0.2'): Snapshot {
  const server = `https://${address}:6443`
  const seen: Snapshot = {
    ...converged,
    host: { ...converged.host, hosts: [`${address}\tkwsl\t${hostsMark}`, '127.0.0.1\tlocalhost'] },
    kubelet: { ...converged.kubelet, nodeAddress: address },
    kubeconfigs: Object.fromEntries(
      Object.keys(converged.kubeconfigs).map((name) => [name, { ...kubeconfig, server }]),
    ) as Snapshot['kubeconfigs'],
    manifests: {
      ...converged.manifests,
      etcd: { state: 'present', image: 'registry.k8s.io/etcd:3.6.8-0', address },
      'kube-apiserver': { state: 'present', image: 'registry.k8s.io/kube-apiserver:v1.36.5', address },
    },
    api: {
      ...readyApi,
      node: { isReady: true, reason: '', addresses: [address] },
      proxyServer: server,
      publishedServer: server,
    },
    rootKubeconfig: { state: 'present', name: 'kwsl', server, isCurrent: true, mode: 0o600 },
  }
  const configuration = renderConfiguration({
    kubernetesVersion: '1.36.5',
    node: 'kwsl',
    address,
    podNetwork: '10.244.0.0/16',
    subjects: [
      'localhost',
      '127.0.0.1',
      'kwsl',
      address,
      ...(address === '172.20.0.2' ? [] : ['172.20.0.2']),
    ],
    cgroupVersion: 2,
  })
  return data({ record: { ...record, advertise, address }, configuration }, seen)
}

testSituations([
  // The address.
  {
    title: 'another outer address',
    seen: moved(converged),
    plan: ['write-configuration', 'create-certificate apiserver'],
  },
  {
    title: 'an outer address that is back, and that the certificate has',
    seen: moved(converged, '172.20.0.2'),
    plan: [],
  },
  {
    title: 'an advertised outer address',
    seen: advertising('outer'),
    plan: [],
  },
  {
    title: 'an advertised outer address that has changed',
    seen: moved(advertising('outer')),
    plan: [
      'write-hosts',
      'write-configuration',
      'write-record',
      'create-certificate apiserver',
      'create-certificate etcd/server',
      'create-certificate etcd/peer',
      ...['admin', 'super-admin', 'controller-manager', 'scheduler', 'kubelet'].map(
        (name) => `point-kubeconfig ${name}`,
      ),
      'write-manifest etcd',
      'write-manifest kube-apiserver',
      'write-node-address 10.1.2.3',
    ],
  },
  {
    title: 'a given address that an interface still has',
    seen: advertising('given'),
    plan: [],
  },
  {
    title: 'a fixed cluster that is to advertise its outer address',
    seen: converged,
    settings: { advertiseAddress: 'outer' },
    plan: expect.arrayContaining(['write-record', 'write-manifest kube-apiserver']) as never,
  },
  {
    title: 'a given address that has gone with its network',
    seen: moved(advertising('given')),
    plan: expect.arrayContaining(['write-record', 'point-kubeconfig admin', 'write-manifest etcd']) as never,
  },

  // Versions.
  {
    title: 'a newer patch release',
    seen: { ...converged, images: [...converged.images, 'registry.k8s.io/kube-apiserver:v1.36.7'] },
    plan: ['write-configuration', 'upgrade 1.36.7'],
  },
  {
    title: 'packages of the next minor version, and the images of both',
    seen: { ...converged, packages: { ...converged.packages, kubeadm: '1.37.0', kubelet: '1.37.0' } },
    plan: ['write-configuration', 'upgrade 1.37.0'],
  },
  {
    title: 'a root filesystem that was exchanged for a newer one',
    seen: {
      ...converged,
      packages: { ...converged.packages, kubeadm: '1.37.0', kubelet: '1.37.0' },
      images: ['registry.k8s.io/etcd:3.7.0-0', 'registry.k8s.io/kube-apiserver:v1.37.1'],
    },
    plan: [
      'write-configuration',
      'write-manifest etcd',
      'write-manifest kube-apiserver',
      'write-manifest kube-controller-manager',
      'write-manifest kube-scheduler',
    ],
  },
  {
    title: 'packages whose images are of an older patch release',
    seen: {
      ...converged,
      images: [
        'registry.k8s.io/kube-apiserver:v1.36.2',
        ...converged.images.filter((name) => !name.includes('apiserver')),
      ],
    },
    plan: [],
  },
  {
    title: 'a version that is asked for',
    seen: converged,
    settings: { kubernetesVersion: '1.36.9' },
    plan: ['write-configuration', 'upgrade 1.36.9'],
  },
])

test('the certificate of another outer address is good for the old fixed ones too', () => {
  const planned = planStart(moved(converged), defaultSettings)
  expect(JSON.stringify(planned)).toContain('10.1.2.3')
  for (const subject of subjects.filter((each) => each !== '172.20.0.2'))
    expect(JSON.stringify(planned)).toContain(subject)
})
