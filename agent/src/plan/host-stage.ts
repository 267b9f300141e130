import type { Action } from './action.ts'
import { type CgroupState, type HostState, type SysctlPath, sysctls } from './snapshot.ts'
import type { Situation, Stage } from './stage.ts'

/** The end of the line in /etc/hosts that is ours. */
export const hostsMark = '# iknite'

/** What services and pods need of kernel, mounts, control groups, names and addresses. */
export const hostStage: Stage = {
  isBarrier: false,
  plan: ({ snapshot, settings, goal }) => [
    ...planKernel(snapshot.host),
    ...planCgroups(snapshot.host.cgroups),
    ...(snapshot.host.rootIsShared ? [] : [{ kind: 'share-mounts' } as const]),
    ...(snapshot.host.machineId === undefined ? [{ kind: 'write-machine-id' } as const] : []),
    ...planNames(snapshot.host, goal.record),
    ...planAddress({ snapshot, settings, goal }),
  ],
}

function planKernel(host: HostState): Action[] {
  const wanted = Object.entries(sysctls) as [SysctlPath, string][]
  const isBridged = host.sysctls['net/bridge/bridge-nf-call-iptables'] !== undefined
  return [
    // On WSL it is built in, and there is no module to load.
    ...(isBridged ? [] : [{ kind: 'load-module', name: 'br_netfilter' } as const]),
    ...wanted
      .filter(([path, value]) => isThere(host, path) && host.sysctls[path] !== value)
      .map(([path, value]) => ({ kind: 'write-sysctl', path, value }) as const),
  ]
}

/** The settings of bridges come with the module; kernels without IPv6 lack some for good. */
function isThere({ sysctls: values }: HostState, path: SysctlPath): boolean {
  return values[path] !== undefined || path === 'net/bridge/bridge-nf-call-iptables'
}

function planCgroups(cgroups: CgroupState): Action[] {
  if (cgroups.version === 'none') return [{ kind: 'mount-cgroups' }]
  if (cgroups.version === 1) return []
  const lacking = cgroups.controllers.filter((name) => !cgroups.delegated.includes(name))
  if (lacking.length === 0) return []
  return [{ kind: 'delegate-cgroups', controllers: lacking, empties: cgroups.isOccupied }]
}

function planNames(host: HostState, { address, node }: { address: string; node: string }): Action[] {
  const isNamed = !['', '(none)', 'localhost'].includes(host.hostname)
  const hostname = isNamed ? host.hostname : node
  const others = host.hosts.filter((line) => !line.endsWith(hostsMark))
  const names = hostname === node || namesOf(others).has(hostname) ? [node] : [node, hostname]
  // The first line that has a name decides.
  const lines = [`${address}\t${names.join(' ')}\t${hostsMark}`, ...others]
  return [
    ...(isNamed ? [] : [{ kind: 'set-hostname', name: node } as const]),
    ...(lines.join('\n') === host.hosts.join('\n') ? [] : [{ kind: 'write-hosts', lines } as const]),
  ]
}

function namesOf(lines: readonly string[]): Set<string> {
  return new Set(lines.flatMap((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1)))
}

function planAddress({ snapshot, settings, goal }: Situation): Action[] {
  const { addresses, outer } = snapshot.network
  const { address } = goal.record
  if (!goal.ownsAddress || addresses.some((known) => known.address === address)) return []
  return [{ kind: 'add-address', address, interface: settings.interface ?? outer?.interface ?? 'lo' }]
}
