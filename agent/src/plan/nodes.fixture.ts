import fc from 'fast-check'
import { certificateNames, kubeconfigNames } from '../kubeadm/certificates.ts'
import { components } from '../kubeadm/components.ts'
import { kubernetesFolder } from '../kubeadm/paths.ts'
import { defaultSettings, type Settings } from '../settings/settings.ts'
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
} from './snapshot.fixture.ts'
import type { Snapshot } from './snapshot.ts'

function choices<Name extends string, Value>(
  names: readonly Name[],
  value: fc.Arbitrary<Value>,
): fc.Arbitrary<Record<Name, Value>> {
  const pairs = names.map((name) => [name, value] as const)
  return fc.record(Object.fromEntries(pairs)) as fc.Arbitrary<Record<Name, Value>>
}

const often = <Value>(value: Value, ...others: fc.Arbitrary<Value>[]): fc.Arbitrary<Value> =>
  fc.oneof({ arbitrary: fc.constant(value), weight: 4 }, ...others)

const time = fc.integer({ min: now - 400 * day, max: now + 400 * day })
const written = fc.integer({ min: now - 4 * 3600_000, max: now })
const gone = fc.constantFrom({ state: 'missing' } as const, { state: 'unreadable' } as const)
const process = fc.option(fc.record({ pid: fc.constant(9), startedAt: written }), { nil: undefined })
const service = fc.record({
  noted: fc.constantFrom<Snapshot['services']['crio']['noted'][]>('started', 'stopped', 'failed', 'changing'),
  isInstalled: fc.constant(true),
  process,
})

/** Nodes in every disorder that the agent may put right. */
export const nodes = fc
  .record({
    base: fc.constantFrom(converged, rebooted(converged), fresh),
    sysctls: choices(
      ['net/ipv4/ip_forward', 'net/bridge/bridge-nf-call-iptables', 'net/ipv4/conf/default/rp_filter'],
      fc.constantFrom('0', '1', '2'),
    ),
    rootIsShared: fc.boolean(),
    hosts: fc.subarray(['127.0.0.1\tlocalhost', '10.0.0.1\tkwsl', '::1\tlocalhost']),
    hostname: fc.constantFrom('kwsl', 'LAPTOP', '(none)', ''),
    network: fc.constantFrom(converged.network, fresh.network, { addresses: [], outer: undefined }),
    openrc: fc.record({ isBooted: fc.boolean(), enabled: fc.subarray(['crio', 'kubelet', 'sshd']) }),
    services: fc.record({ crio: service, kubelet: service }),
    link: fc.constantFrom('right', 'missing', 'folder', 'other'),
    journal: often<Snapshot['data']['journal']>(
      undefined,
      fc.constantFrom(
        'unreadable' as const,
        { version: 1, keepsData: true } as const,
        { version: 1, keepsData: false } as const,
      ),
    ),
    hasRecord: fc.boolean(),
    certificates: choices(
      certificateNames,
      often<Snapshot['certificates']['apiserver']>(
        certificate,
        gone,
        fc.record({
          state: fc.constant('present'),
          isSound: fc.boolean(),
          notAfter: time,
          subjects: fc.subarray(['localhost', 'kwsl', '192.168.99.2']),
          modifiedAt: written,
        }),
      ),
    ),
    kubeconfigs: choices(
      kubeconfigNames,
      often<Snapshot['kubeconfigs']['admin']>(
        kubeconfig,
        gone,
        fc.record({
          state: fc.constant('present'),
          server: fc.constantFrom('https://10.0.0.1:6443', 'https://192.168.99.2:6443'),
          isSound: fc.boolean(),
          notAfter: time,
          modifiedAt: written,
        }),
      ),
    ),
    lost: fc.subarray([...components]),
    kubelet: fc.record({
      configuration: fc.constantFrom('present', 'missing', 'unreadable'),
      hasFlags: fc.boolean(),
      nodeAddress: fc.constantFrom('10.0.0.1', '192.168.99.2', undefined),
      modifiedAt: written,
    }),
    components: choices(components, process),
    runtime: fc.constantFrom<Snapshot['runtime']>(
      { state: 'down' },
      { state: 'starting', reason: '' },
      { state: 'ready' },
    ),
    api: fc.constantFrom<Snapshot['api']>({ state: 'down', reason: '' }, readyApi, {
      ...readyApi,
      appliedBase: undefined,
      node: undefined,
      proxyServer: 'https://10.0.0.1:6443',
    }),
    images: fc.constantFrom(
      converged.images,
      [],
      [...converged.images, 'registry.k8s.io/kube-apiserver:v1.36.8'],
    ),
    minor: fc.constantFrom('1.36.1', '1.37.0'),
    baseDigest: fc.constantFrom(undefined, 'b'.repeat(64)),
  })
  .map(
    ({
      base,
      sysctls,
      rootIsShared,
      hosts,
      hostname,
      link,
      journal,
      hasRecord,
      lost,
      minor,
      ...rest
    }): Snapshot => ({
      ...base,
      ...rest,
      host: { ...base.host, sysctls: { ...base.host.sysctls, ...sysctls }, rootIsShared, hosts, hostname },
      data: {
        ...base.data,
        hasEtcd: hasRecord,
        links: { [kubernetesFolder]: link },
        journal,
        record: hasRecord ? record : undefined,
      },
      authorities: converged.authorities,
      manifests: {
        ...converged.manifests,
        ...Object.fromEntries(lost.map((name) => [name, { state: 'missing' as const }])),
      },
      packages: { ...base.packages, kubeadm: minor, kubelet: minor },
    }),
  )

/** What may be asked for. */
export const wishes: fc.Arbitrary<Settings> = fc
  .record({
    name: fc.constantFrom(undefined, 'kwsl', 'dev'),
    advertiseAddress: fc.constantFrom(undefined, undefined, 'outer'),
  })
  .map((changes) => ({ ...defaultSettings, ...changes }))
