import { certificateNames, kubeconfigNames } from '../kubeadm/certificates.ts'
import { components } from '../kubeadm/components.ts'
import type { Action } from './action.ts'
import { converged } from './snapshot.fixture.ts'
import type { Snapshot } from './snapshot.ts'

/** What a node would look like after an action that works. Each action takes a second. */
export function after(action: Action, before: Snapshot): Snapshot {
  const next = { ...before, now: before.now + 1000 }
  return { ...next, ...change(action, next) }
}

const year = 365 * 24 * 3600_000

function change(action: Action, s: Snapshot): Partial<Snapshot> {
  const { host, data, api, services, network } = s
  const process = { pid: 7, startedAt: s.now }
  switch (action.kind) {
    case 'load-module':
      return { host: { ...host, sysctls: { ...host.sysctls, ...bridged } } }
    case 'write-sysctl':
      return { host: { ...host, sysctls: { ...host.sysctls, [action.path]: action.value } } }
    case 'share-mounts':
      return { host: { ...host, rootIsShared: true } }
    case 'mount-cgroups':
      return {
        host: {
          ...host,
          cgroups: { version: 2, controllers: ['cpu', 'memory', 'pids'], delegated: [], isOccupied: false },
        },
      }
    case 'delegate-cgroups':
      return {
        host: {
          ...host,
          cgroups: {
            version: 2,
            controllers: ['cpu', 'memory', 'pids'],
            delegated: ['cpu', 'memory', 'pids'],
            isOccupied: false,
          },
        },
      }
    case 'write-machine-id':
      return { host: { ...host, machineId: 'f'.repeat(32) } }
    case 'set-hostname':
      return { host: { ...host, hostname: action.name } }
    case 'write-hosts':
      return { host: { ...host, hosts: action.lines } }
    case 'add-address':
      return { network: { ...network, addresses: [...network.addresses, action] } }
    case 'link-data':
      return { data: { ...data, links: { ...data.links, [action.path]: 'right' } } }
    case 'boot-openrc':
      return { openrc: { ...s.openrc, isBooted: true } }
    case 'enable-service':
      return { openrc: { ...s.openrc, enabled: [...s.openrc.enabled, action.service] } }
    case 'zap-service':
    case 'stop-service':
      return {
        services: {
          ...services,
          [action.service]: { noted: 'stopped', isInstalled: true, process: undefined },
        },
      }
    case 'start-service':
    case 'restart-service':
      return { services: { ...services, [action.service]: { noted: 'started', isInstalled: true, process } } }
    case 'await-runtime':
      return {
        runtime: { state: 'ready' },
        services: { ...services, crio: { noted: 'started', isInstalled: true, process } },
      }
    case 'write-configuration':
      return { data: { ...data, configuration: action.text } }
    case 'clean-cluster':
      return {
        certificates: all(certificateNames, { state: 'missing' }),
        kubeconfigs: all(kubeconfigNames, { state: 'missing' }),
        manifests: all(components, { state: 'missing' }),
        kubelet: { configuration: 'missing', hasFlags: false, nodeAddress: undefined, modifiedAt: 0 },
        components: all(components, undefined),
        services: { ...services, kubelet: { noted: 'stopped', isInstalled: true, process: undefined } },
        data: { ...data, record: undefined, journal: undefined, hasEtcd: data.hasEtcd && action.keepsData },
        ...(action.keepsData
          ? {}
          : { authorities: all(['ca', 'front-proxy-ca', 'etcd/ca'], { state: 'missing' }) }),
      }
    case 'init':
      return {
        ...started(s, action.record.address, action.record.kubernetesVersion),
        data: { ...data, record: action.record, hasEtcd: true },
      }
    case 'write-record':
      return { data: { ...data, record: action.record, journal: undefined } }
    case 'create-certificate':
      return {
        certificates: {
          ...s.certificates,
          [action.certificate]: { ...sound(s), subjects: subjectsOf(data.configuration) },
        },
      }
    case 'renew-certificate': {
      const old = s.certificates[action.certificate]
      return { certificates: { ...s.certificates, [action.certificate]: { ...old, ...sound(s) } } }
    }
    case 'create-token-keys':
      return { serviceAccountKeys: 'present' }
    case 'create-kubeconfig':
      return {
        kubeconfigs: {
          ...s.kubeconfigs,
          [action.kubeconfig]: { ...sound(s), server: serverOf(data.configuration) },
        },
      }
    case 'renew-kubeconfig': {
      const old = s.kubeconfigs[action.kubeconfig]
      return { kubeconfigs: { ...s.kubeconfigs, [action.kubeconfig]: { ...old, ...sound(s) } } }
    }
    case 'point-kubeconfig': {
      const old = s.kubeconfigs[action.kubeconfig]
      return {
        kubeconfigs: {
          ...s.kubeconfigs,
          [action.kubeconfig]: { ...old, server: action.server, modifiedAt: s.now },
        },
      }
    }
    case 'write-manifest': {
      const image = imageOf(action.component, versionOf(data.configuration))
      const address = advertisers.has(action.component) ? addressOf(data.configuration) : undefined
      return { manifests: { ...s.manifests, [action.component]: { state: 'present', image, address } } }
    }
    case 'write-node-address':
      return { kubelet: { ...s.kubelet, nodeAddress: action.address, modifiedAt: s.now } }
    case 'configure-kubelet':
      return {
        kubelet: {
          configuration: 'present',
          hasFlags: true,
          nodeAddress: addressOf(data.configuration),
          modifiedAt: s.now - 10,
        },
        services: { ...services, kubelet: { noted: 'started', isInstalled: true, process } },
      }
    case 'restart-component':
      return { components: { ...s.components, [action.component]: process } }
    case 'await-api':
      return { api: api.state === 'ready' ? api : { ...readyLater(s) }, components: all(components, process) }
    case 'upgrade':
      return {
        ...started(s, action.record.address, action.record.kubernetesVersion),
        data: { ...data, record: action.record },
      }
    case 'upload-configuration':
      return api.state === 'ready'
        ? { api: { ...api, configuredVersion: versionOf(data.configuration) } }
        : {}
    case 'publish-server':
      return api.state === 'ready' ? { api: { ...api, publishedServer: action.server } } : {}
    case 'update-proxy':
      return api.state === 'ready' ? { api: { ...api, proxyServer: serverOf(data.configuration) } } : {}
    case 'await-node':
      return api.state === 'ready'
        ? { api: { ...api, node: { isReady: true, reason: '', addresses: [action.address] } } }
        : {}
    case 'apply-base':
      return api.state === 'ready' ? { api: { ...api, appliedBase: action.digest } } : {}
    case 'await-workloads':
      return api.state === 'ready' ? { api: { ...api, workloads: [] } } : {}
    case 'write-root-kubeconfig':
      return {
        rootKubeconfig: {
          state: 'present',
          name: action.name,
          server: action.server,
          isCurrent: true,
          mode: 0o600,
        },
      }
  }
}

const bridged = { 'net/bridge/bridge-nf-call-iptables': '0', 'net/bridge/bridge-nf-call-ip6tables': '0' }
const advertisers = new Set<string>(['etcd', 'kube-apiserver'])

function sound(s: Snapshot) {
  return { state: 'present', isSound: true, notAfter: s.now + year, modifiedAt: s.now } as const
}

/** What `kubeadm init` and `upgrade apply` leave. */
function started(s: Snapshot, address: string, version: string): Partial<Snapshot> {
  const configuration = s.data.configuration
  const process = { pid: 8, startedAt: s.now }
  return {
    authorities: converged.authorities,
    serviceAccountKeys: 'present',
    certificates: all(certificateNames, {
      ...sound(s),
      modifiedAt: s.now - 500,
      subjects: subjectsOf(configuration),
    }),
    kubeconfigs: all(kubeconfigNames, {
      ...sound(s),
      modifiedAt: s.now - 500,
      server: `https://${address}:6443`,
    }),
    manifests: Object.fromEntries(
      components.map((name) => [
        name,
        {
          state: 'present',
          image: imageOf(name, version),
          address: advertisers.has(name) ? address : undefined,
        },
      ]),
    ) as Snapshot['manifests'],
    kubelet: { configuration: 'present', hasFlags: true, nodeAddress: address, modifiedAt: s.now - 500 },
    services: { ...s.services, kubelet: { noted: 'started', isInstalled: true, process } },
    components: all(components, process),
    api: { state: 'starting', reason: 'etcd failed' },
  }
}

function readyLater(s: Snapshot): Snapshot['api'] {
  const server = serverOf(s.data.configuration)
  return {
    state: 'ready',
    version: versionOf(s.data.configuration),
    node: { isReady: false, reason: 'network plugin not ready', addresses: [] },
    appliedBase: undefined,
    configuredVersion: versionOf(s.data.configuration),
    proxyServer: server,
    publishedServer: server,
    workloads: [{ name: 'kube-system/deployment/coredns', isReady: false, reason: '0 of 1 available' }],
  }
}

function all<Name extends string, Value>(names: readonly Name[], value: Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, value])) as Record<Name, Value>
}

function imageOf(component: string, version: string): string {
  return component === 'etcd' ? 'registry.k8s.io/etcd:3.6.8-0' : `registry.k8s.io/${component}:v${version}`
}

function versionOf(configuration: string | undefined): string {
  return /kubernetesVersion: v(\S+)/.exec(configuration ?? '')?.[1] ?? 'none'
}

function addressOf(configuration: string | undefined): string {
  return /advertiseAddress: (\S+)/.exec(configuration ?? '')?.[1] ?? 'none'
}

function serverOf(configuration: string | undefined): string {
  return `https://${addressOf(configuration)}:6443`
}

function subjectsOf(configuration: string | undefined): string[] {
  const [, list = ''] = /certSANs:\n((?:\s+- .*\n)+)/.exec(configuration ?? '') ?? []
  return [...list.matchAll(/- (.*)/g)].map(([, subject = '']) => subject)
}
