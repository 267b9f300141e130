import { hostsMark } from './host-stage.ts'
import { host, testSituations } from './situation.fixture.ts'
import { converged, fresh } from './snapshot.fixture.ts'
import type { Snapshot } from './snapshot.ts'

function sysctl(path: keyof Snapshot['host']['sysctls'], value: string | undefined): Snapshot {
  return host({ sysctls: { ...converged.host.sysctls, [path]: value } })
}

testSituations([
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
])
