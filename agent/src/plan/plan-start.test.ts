import { describe, expect, test } from 'vitest'
import { renderConfiguration } from '../kubeadm/configuration.ts'
import { kubernetesFolder } from '../kubeadm/paths.ts'
import { defaultSettings, type Settings } from '../settings/settings.ts'
import type { Action } from './action.ts'
import { hostsMark } from './host-stage.ts'
import { planPrepare, planStart } from './plan-start.ts'
import {
  certificate,
  converged,
  day,
  fresh,
  kubeconfig,
  now,
  readyApi,
  rebooted,
  record,
  subjects,
} from './snapshot.fixture.ts'
import type { ProcessState, Snapshot } from './snapshot.ts'

interface Situation {
  readonly title: string
  readonly seen: Snapshot
  readonly settings?: Partial<Settings>
  /** The actions, in short. */
  readonly plan: readonly string[]
}

const young: ProcessState = { pid: 300, startedAt: now }

function host(changes: Partial<Snapshot['host']>): Snapshot {
  return { ...converged, host: { ...converged.host, ...changes } }
}

function data(changes: Partial<Snapshot['data']>, seen = converged): Snapshot {
  return { ...seen, data: { ...seen.data, ...changes } }
}

function services(changes: Partial<Snapshot['services']>, seen = converged): Snapshot {
  return { ...seen, services: { ...seen.services, ...changes } }
}

function certificates(changes: Partial<Snapshot['certificates']>, seen = converged): Snapshot {
  return { ...seen, certificates: { ...seen.certificates, ...changes } }
}

function kubeconfigs(changes: Partial<Snapshot['kubeconfigs']>): Snapshot {
  return { ...converged, kubeconfigs: { ...converged.kubeconfigs, ...changes } }
}

function manifests(changes: Partial<Snapshot['manifests']>): Snapshot {
  return { ...converged, manifests: { ...converged.manifests, ...changes } }
}

function api(changes: Partial<typeof readyApi>): Snapshot {
  return { ...converged, api: { ...readyApi, ...changes } }
}

function sysctl(path: keyof Snapshot['host']['sysctls'], value: string | undefined): Snapshot {
  return host({ sysctls: { ...converged.host.sysctls, [path]: value } })
}

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

const init = ['write-configuration', 'init']

const situations: readonly Situation[] = [
  { title: 'a ready cluster', seen: converged, plan: [] },
  {
    title: 'a root filesystem as it was built',
    seen: fresh,
    settings: { name: 'kwsl' },
    plan: [
      'write-sysctl net/ipv4/ip_forward',
      'write-sysctl net/ipv4/conf/default/rp_filter',
      'delegate-cgroups cpu,memory,pids',
      'share-mounts',
      'write-machine-id',
      'write-hosts',
      'add-address 192.168.99.2',
      `link-data ${kubernetesFolder}`,
    ],
  },
  {
    title: 'a reboot, with OpenRC to be booted again',
    seen: rebooted(converged),
    plan: [
      'write-sysctl net/ipv4/ip_forward',
      'write-sysctl net/ipv4/conf/default/rp_filter',
      'share-mounts',
      'add-address 192.168.99.2',
      'boot-openrc',
    ],
  },

  // The host.
  {
    title: 'forwarding switched off',
    seen: sysctl('net/ipv4/ip_forward', '0'),
    plan: ['write-sysctl net/ipv4/ip_forward'],
  },
  {
    title: 'a kernel without IPv6',
    seen: sysctl('net/bridge/bridge-nf-call-ip6tables', undefined),
    plan: [],
  },
  {
    title: 'bridges that are a module',
    seen: sysctl('net/bridge/bridge-nf-call-iptables', undefined),
    plan: ['load-module br_netfilter', 'write-sysctl net/bridge/bridge-nf-call-iptables'],
  },
  {
    title: 'strict reverse paths',
    seen: sysctl('net/ipv4/conf/default/rp_filter', '1'),
    plan: ['write-sysctl net/ipv4/conf/default/rp_filter'],
  },
  { title: 'no control groups', seen: host({ cgroups: { version: 'none' } }), plan: ['mount-cgroups'] },
  {
    title: 'control groups that are delegated in part',
    seen: host({
      cgroups: { version: 2, controllers: ['cpu', 'memory', 'pids'], delegated: ['cpu'], isOccupied: false },
    }),
    plan: ['delegate-cgroups memory,pids'],
  },
  { title: 'private mounts', seen: host({ rootIsShared: false }), plan: ['share-mounts'] },
  { title: 'no machine id', seen: host({ machineId: undefined }), plan: ['write-machine-id'] },
  {
    title: 'hosts that WSL wrote anew',
    seen: host({ hosts: ['127.0.0.1\tlocalhost'] }),
    plan: ['write-hosts'],
  },
  {
    title: "another line that has the node's name first",
    seen: host({ hosts: ['127.0.1.1\tkwsl', `192.168.99.2\tkwsl\t${hostsMark}`] }),
    plan: ['write-hosts'],
  },
  {
    title: 'no host name',
    seen: host({ hostname: '(none)' }),
    plan: ['set-hostname kwsl'],
  },
  {
    title: 'a fixed address that is gone',
    seen: { ...converged, network: fresh.network },
    plan: ['add-address 192.168.99.2'],
  },
  {
    title: 'no network at all',
    seen: {
      ...converged,
      network: { addresses: [{ interface: 'lo', address: '127.0.0.1' }], outer: undefined },
    },
    plan: ['add-address 192.168.99.2 lo', 'write-configuration'],
  },

  // The data.
  {
    title: 'an exchanged root filesystem, with the data of the former one',
    seen: {
      ...converged,
      data: { ...converged.data, links: fresh.data.links },
      authorities: fresh.authorities,
      certificates: fresh.certificates,
    },
    plan: [`link-data ${kubernetesFolder}`],
  },
  {
    title: 'data that are not in their place',
    seen: data({ links: { [kubernetesFolder]: 'folder' } }),
    plan: [`link-data ${kubernetesFolder}`],
  },
  {
    title: 'a link that leads elsewhere',
    seen: data({ links: { [kubernetesFolder]: 'other' } }),
    plan: [`link-data ${kubernetesFolder}`],
  },
  {
    title: 'an init that was killed',
    settings: { name: 'kwsl' },
    seen: data({ record: undefined, journal: { version: 1, keepsData: false } }),
    plan: ['clean-cluster'],
  },
  {
    title: 'an init that was killed after its record was written',
    seen: data({ journal: { version: 1, keepsData: false } }),
    plan: ['write-record'],
  },
  {
    title: 'an init on old data that was killed',
    settings: { name: 'kwsl' },
    seen: data({ record: undefined, journal: { version: 1, keepsData: true } }),
    plan: ['clean-cluster keeping data'],
  },
  {
    title: 'a damaged journal',
    settings: { name: 'kwsl' },
    seen: data({ record: undefined, journal: 'unreadable' }),
    plan: ['clean-cluster keeping data'],
  },
  {
    title: 'a cluster that somebody else began',
    settings: { name: 'kwsl' },
    seen: data({ record: undefined }),
    plan: ['clean-cluster keeping data'],
  },
  {
    title: 'a lost configuration file',
    seen: data({ configuration: undefined }),
    plan: ['write-configuration'],
  },
  {
    title: 'another name',
    seen: converged,
    settings: { name: 'dev' },
    plan: ['write-record', 'write-root-kubeconfig dev'],
  },
  {
    title: 'authorities that somebody laid ready',
    seen: {
      ...fresh,
      host: converged.host,
      network: converged.network,
      authorities: converged.authorities,
      openrc: converged.openrc,
      services: services({ kubelet: fresh.services.kubelet }).services,
      runtime: { state: 'ready' },
      data: { ...fresh.data, links: converged.data.links },
    },
    settings: { name: 'kwsl' },
    plan: ['write-configuration', 'init keeping data'],
  },

  // Services.
  {
    title: 'services in no runlevel',
    seen: { ...converged, openrc: { isBooted: true, enabled: [] } },
    plan: ['enable-service crio', 'enable-service kubelet'],
  },
  {
    title: 'OpenRC not booted',
    seen: { ...converged, openrc: { isBooted: false, enabled: ['crio', 'kubelet'] } },
    plan: ['boot-openrc'],
  },
  {
    title: 'a runtime that is stopped',
    seen: services({ crio: fresh.services.crio }, { ...converged, runtime: { state: 'down' } }),
    plan: ['start-service crio', 'await-runtime'],
  },
  {
    title: 'a runtime that was killed',
    seen: services(
      { crio: { noted: 'started', isInstalled: true, process: undefined } },
      { ...converged, runtime: { state: 'down' } },
    ),
    plan: ['zap-service crio', 'start-service crio', 'await-runtime'],
  },
  {
    title: 'a runtime that another run is starting',
    seen: services(
      { crio: { noted: 'changing', isInstalled: true, process: undefined } },
      { ...converged, runtime: { state: 'down' } },
    ),
    plan: ['await-runtime'],
  },
  {
    title: 'a runtime without a network yet',
    seen: { ...converged, runtime: { state: 'starting', reason: 'no CNI configuration' } },
    plan: ['await-runtime'],
  },
  {
    title: 'a kubelet that is stopped',
    seen: services({ kubelet: fresh.services.kubelet }),
    plan: ['start-service kubelet', 'await-api'],
  },
  {
    title: 'a kubelet that was killed, with its pid file left',
    seen: services({ kubelet: { noted: 'started', isInstalled: true, process: undefined } }),
    plan: ['zap-service kubelet', 'start-service kubelet', 'await-api'],
  },
  {
    title: 'a kubelet that failed',
    seen: services({ kubelet: { noted: 'failed', isInstalled: true, process: undefined } }),
    plan: ['zap-service kubelet', 'start-service kubelet', 'await-api'],
  },
  {
    title: 'a kubelet of a root filesystem that was exchanged',
    seen: { ...services({ kubelet: fresh.services.kubelet }), kubelet: fresh.kubelet },
    plan: ['configure-kubelet', 'await-api'],
  },
  {
    title: 'a damaged configuration of the kubelet',
    seen: { ...converged, kubelet: { ...converged.kubelet, configuration: 'unreadable' } },
    plan: ['configure-kubelet', 'await-api'],
  },
  {
    title: 'a kubelet that is older than its configuration',
    seen: { ...converged, kubelet: { ...converged.kubelet, modifiedAt: now - 60_000 } },
    plan: ['restart-service kubelet', 'await-api'],
  },
  {
    title: 'a configuration from the future',
    seen: { ...converged, kubelet: { ...converged.kubelet, modifiedAt: now + day } },
    plan: [],
  },

  // No cluster yet.
  {
    title: 'a prepared host',
    seen: {
      ...fresh,
      host: converged.host,
      network: converged.network,
      openrc: converged.openrc,
      services: { ...converged.services, kubelet: fresh.services.kubelet },
      runtime: { state: 'ready' },
      data: { ...fresh.data, links: converged.data.links },
    },
    settings: { name: 'kwsl' },
    plan: init,
  },
  {
    title: 'a prepared host whose kubelet runs for nothing',
    seen: {
      ...fresh,
      host: converged.host,
      network: converged.network,
      openrc: converged.openrc,
      services: converged.services,
      runtime: { state: 'ready' },
      data: { ...fresh.data, links: converged.data.links },
    },
    settings: { name: 'kwsl' },
    plan: ['write-configuration', 'stop-service kubelet', 'init'],
  },

  // Certificates.
  {
    title: 'a lost certificate',
    seen: certificates({ 'front-proxy-client': { state: 'missing' } }),
    plan: ['create-certificate front-proxy-client'],
  },
  {
    title: 'a damaged certificate',
    seen: certificates({ 'etcd/peer': { state: 'unreadable' } }),
    plan: ['create-certificate etcd/peer'],
  },
  {
    title: "a certificate that another authority signed, or whose key is another's",
    seen: certificates({ apiserver: { ...certificate, isSound: false } }),
    plan: ['create-certificate apiserver'],
  },
  {
    title: 'a certificate near its end',
    seen: certificates({ 'apiserver-kubelet-client': { ...certificate, notAfter: now + 10 * day } }),
    plan: ['renew-certificate apiserver-kubelet-client'],
  },
  {
    title: 'a certificate past its end',
    seen: certificates({ 'etcd/server': { ...certificate, notAfter: now - day } }),
    plan: ['renew-certificate etcd/server'],
  },
  {
    title: 'a certificate that lacks a name and is near its end',
    seen: certificates({ apiserver: { ...certificate, notAfter: now + day, subjects: ['localhost'] } }),
    plan: ['create-certificate apiserver'],
  },
  {
    title: 'an API server that runs with an older certificate',
    seen: certificates({ apiserver: { ...certificate, modifiedAt: now - 1000 } }),
    plan: ['restart-component kube-apiserver', 'await-api'],
  },
  {
    title: 'an etcd that runs with an older certificate',
    seen: certificates({ 'etcd/server': { ...certificate, modifiedAt: now - 1000 } }),
    plan: ['restart-component etcd', 'await-api'],
  },
  {
    title: 'a scheduler that runs with an older kubeconfig',
    seen: kubeconfigs({ scheduler: { ...kubeconfig, modifiedAt: now - 1000 } }),
    plan: ['restart-component kube-scheduler', 'await-api'],
  },
  {
    title: 'an API server that was started after its certificate was written',
    seen: {
      ...certificates({ apiserver: { ...certificate, modifiedAt: now - 1000 } }),
      components: { ...converged.components, 'kube-apiserver': young },
    },
    plan: [],
  },
  {
    title: 'lost keys of service accounts',
    seen: { ...converged, serviceAccountKeys: 'missing' },
    plan: ['create-token-keys'],
  },

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

  // Kubeconfigs and manifests.
  {
    title: 'a lost admin.conf',
    seen: kubeconfigs({ admin: { state: 'missing' } }),
    plan: ['create-kubeconfig admin'],
  },
  { title: 'a lost super-admin.conf', seen: kubeconfigs({ 'super-admin': { state: 'missing' } }), plan: [] },
  {
    title: 'a damaged scheduler.conf',
    seen: kubeconfigs({ scheduler: { state: 'unreadable' } }),
    plan: ['create-kubeconfig scheduler'],
  },
  {
    title: 'an admin.conf near its end',
    seen: kubeconfigs({ admin: { ...kubeconfig, notAfter: now + day } }),
    plan: ['renew-kubeconfig admin'],
  },
  {
    title: 'a kubelet.conf near its end',
    seen: kubeconfigs({ kubelet: { ...kubeconfig, notAfter: now + day } }),
    plan: [],
  },
  {
    title: 'a kubelet.conf past its end',
    seen: kubeconfigs({ kubelet: { ...kubeconfig, notAfter: now - day } }),
    plan: ['create-kubeconfig kubelet'],
  },
  {
    title: 'a kubelet.conf whose certificate went with the root filesystem',
    seen: kubeconfigs({ kubelet: { ...kubeconfig, isSound: false } }),
    plan: ['create-kubeconfig kubelet'],
  },
  {
    title: 'a kubeconfig that leads elsewhere',
    seen: kubeconfigs({ admin: { ...kubeconfig, server: 'https://10.0.0.1:6443' } }),
    plan: ['point-kubeconfig admin'],
  },
  {
    title: 'a deleted manifest',
    seen: manifests({ 'kube-scheduler': { state: 'missing' } }),
    plan: ['write-manifest kube-scheduler'],
  },
  {
    title: 'a damaged manifest',
    seen: manifests({ etcd: { state: 'unreadable' } }),
    plan: ['write-manifest etcd'],
  },

  // The cluster.
  {
    title: 'an API server that does not answer',
    seen: { ...converged, api: { state: 'down', reason: 'refused' } },
    plan: ['await-api'],
  },
  {
    title: 'an API server that is not ready',
    seen: { ...converged, api: { state: 'starting', reason: 'etcd' } },
    plan: ['await-api'],
  },
  {
    title: 'a node that is not ready',
    seen: api({ node: { isReady: false, reason: 'no network', addresses: ['192.168.99.2'] } }),
    plan: ['await-node kwsl'],
  },
  { title: 'a node that is not there', seen: api({ node: undefined }), plan: ['await-node kwsl'] },
  { title: 'a base that was never applied', seen: api({ appliedBase: undefined }), plan: ['apply-base'] },
  { title: 'another base', seen: { ...converged, baseDigest: 'b'.repeat(64) }, plan: ['apply-base'] },
  { title: 'no base', seen: { ...converged, baseDigest: undefined }, plan: [] },
  {
    title: 'a workload that is not ready',
    seen: api({ workloads: [{ name: 'x', isReady: false, reason: '' }] }),
    plan: ['await-workloads'],
  },
  { title: 'a removed kube-proxy', seen: api({ proxyServer: undefined }), plan: [] },
  {
    title: 'a lost configuration in the cluster',
    seen: api({ configuredVersion: undefined }),
    plan: ['upload-configuration'],
  },
  {
    title: 'a lost kubeconfig of root',
    seen: { ...converged, rootKubeconfig: { state: 'missing' } },
    plan: ['write-root-kubeconfig kwsl'],
  },
  {
    title: 'a kubeconfig of root that others can read',
    seen: {
      ...converged,
      rootKubeconfig: {
        state: 'present',
        name: 'kwsl',
        server: kubeconfig.server,
        isCurrent: true,
        mode: 0o644,
      },
    },
    plan: ['write-root-kubeconfig kwsl'],
  },
  {
    title: 'a kubeconfig of root with credentials of before',
    seen: {
      ...converged,
      rootKubeconfig: {
        state: 'present',
        name: 'kwsl',
        server: kubeconfig.server,
        isCurrent: false,
        mode: 0o600,
      },
    },
    plan: ['write-root-kubeconfig kwsl'],
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
]

test.each(situations)('$title', ({ seen, settings, plan }) => {
  const planned = planStart(seen, { ...defaultSettings, ...settings })
  expect(planned.kind === 'actions' ? planned.actions.map(inShort) : planned).toEqual(plan)
})

test('there are at least sixty situations, each told apart by its title', () => {
  expect(new Set(situations.map(({ title }) => title)).size).toBe(situations.length)
  expect(situations.length).toBeGreaterThanOrEqual(60)
})

test('to prepare is to do only what the host needs', () => {
  const { kind, ...rest } = planPrepare(rebooted(converged), defaultSettings)
  expect(kind).toBe('actions')
  expect(rest).toMatchObject({ actions: expect.not.arrayContaining([{ kind: 'boot-openrc' }]) })
  expect(planPrepare(converged, defaultSettings)).toEqual({ kind: 'actions', actions: [] })
})

function present(changes: object): Snapshot['authorities'] {
  const authority = { ...converged.authorities.ca, ...changes } as Snapshot['authorities']['ca']
  return { ...converged.authorities, ca: authority }
}

describe('what is refused', () => {
  const refusals: readonly {
    title: string
    seen: Snapshot
    settings?: Partial<Settings>
    code: string
    message: RegExp
  }[] = [
    {
      title: 'a missing package',
      seen: { ...converged, packages: { ...converged.packages, kubeadm: undefined } },
      code: 'HOST_UNFIT',
      message: /kubeadm is not installed/,
    },
    {
      title: 'a missing service',
      seen: services({ crio: { ...converged.services.crio, isInstalled: false } }),
      code: 'HOST_UNFIT',
      message: /no service crio/,
    },
    {
      title: 'no memory controller',
      seen: host({ cgroups: { version: 1, controllers: ['cpu', 'pids'] } }),
      code: 'HOST_UNFIT',
      message: /memory/,
    },
    { title: 'a full disk', seen: data({ freeBytes: 5_000_000 }), code: 'DISK_FULL', message: /4 MiB/ },
    { title: 'a damaged record', seen: data({ record: 'unreadable' }), code: 'REFUSED', message: /damaged/ },
    {
      title: 'a lost authority',
      seen: { ...converged, authorities: { ...converged.authorities, 'etcd/ca': { state: 'missing' } } },
      code: 'REFUSED',
      message: /etcd\/ca\.crt .* missing/,
    },
    {
      title: 'data of etcd without an authority',
      seen: data({ hasEtcd: true, links: converged.data.links }, fresh),
      code: 'REFUSED',
      message: /missing/,
    },
    {
      title: 'a clock before the cluster was made',
      seen: { ...converged, authorities: present({ notBefore: now + day }) },
      code: 'HOST_UNFIT',
      message: /clock/,
    },
    {
      title: 'an authority past its end',
      seen: { ...converged, authorities: present({ notAfter: now - day }) },
      code: 'REFUSED',
      message: /ended/,
    },
    {
      title: 'a certificate to renew without the key of its authority',
      seen: { ...certificates({ apiserver: { state: 'missing' } }), authorities: present({ hasKey: false }) },
      code: 'REFUSED',
      message: /key of its authority ca/,
    },
    {
      title: 'an address that no interface has',
      seen: converged,
      settings: { advertiseAddress: '10.9.9.9' },
      code: 'REFUSED',
      message: /no interface has the address 10\.9\.9\.9/,
    },
    {
      title: 'a jump of two minor versions',
      seen: { ...converged, packages: { ...converged.packages, kubeadm: '1.38.0', kubelet: '1.38.0' } },
      code: 'REFUSED',
      message: /2 minor versions newer/,
    },
    {
      title: 'older packages',
      seen: { ...converged, packages: { ...converged.packages, kubeadm: '1.35.3', kubelet: '1.35.3' } },
      code: 'REFUSED',
      message: /newer than 1\.35\.3/,
    },
    {
      title: 'an older version that is asked for',
      seen: converged,
      settings: { kubernetesVersion: '1.36.1' },
      code: 'REFUSED',
      message: /newer than 1\.36\.1/,
    },
    {
      title: 'a version that kubeadm cannot install',
      seen: converged,
      settings: { kubernetesVersion: '1.37.0' },
      code: 'REFUSED',
      message: /kubeadm 1\.36\.1 cannot/,
    },
    {
      title: 'a kubelet newer than the cluster',
      seen: { ...converged, packages: { ...converged.packages, kubelet: '1.37.0' } },
      code: 'HOST_UNFIT',
      message: /kubelet 1\.37\.0 is newer/,
    },
  ]
  test.each(refusals)('$title', ({ seen, settings, code, message }) => {
    expect(planStart(seen, { ...defaultSettings, ...settings })).toEqual({
      kind: 'refusal',
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\.$/),
    })
  })
})

test('the certificate of another outer address is good for the old fixed ones too', () => {
  const planned = planStart(moved(converged), defaultSettings)
  expect(JSON.stringify(planned)).toContain('10.1.2.3')
  for (const subject of subjects.filter((each) => each !== '172.20.0.2'))
    expect(JSON.stringify(planned)).toContain(subject)
})

function inShort(action: Action): string {
  const words = Object.entries(action).flatMap(([key, value]) => wordsOf(action, key, value))
  return words.join(' ')
}

/** What tells an action apart from others of its kind. */
function wordsOf(action: Action, key: string, value: unknown): string[] {
  if (key === 'keepsData') return value === true ? ['keeping data'] : []
  if (action.kind === 'upgrade' && key === 'record') return [action.record.kubernetesVersion]
  if (action.kind === 'point-kubeconfig' && key === 'server') return []
  if (action.kind === 'write-root-kubeconfig' && key === 'server') return []
  if (action.kind === 'await-node' && key === 'address') return []
  if (action.kind === 'add-address' && key === 'interface') return value === 'eth0' ? [] : [String(value)]
  if (['record', 'text', 'lines', 'digest', 'value', 'empties'].includes(key)) return []
  return [String(value)]
}
