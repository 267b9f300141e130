import type { Host } from '../host/host.ts'
import { type CgroupState, type HostState, type SysctlPath, sysctls } from '../plan/snapshot.ts'
import { type Mount, parseMounts } from './mounts.ts'

const cgroupRoot = '/sys/fs/cgroup'

export async function observeHost(host: Host): Promise<HostState> {
  const { files } = host
  const [hostname, machineId, hosts, mountinfo, release, values] = await Promise.all([
    files.read('/proc/sys/kernel/hostname'),
    files.read('/etc/machine-id'),
    files.read('/etc/hosts'),
    files.read('/proc/self/mountinfo'),
    files.read('/proc/sys/kernel/osrelease'),
    Promise.all(
      Object.keys(sysctls).map(async (path) => [path, await files.read(`/proc/sys/${path}`)] as const),
    ),
  ])
  const mounts = parseMounts(mountinfo ?? '')
  const [cgroups, modules] = await Promise.all([
    observeCgroups(host, mounts),
    files.stat(`/lib/modules/${(release ?? '').trim()}`),
  ])
  return {
    hostname: (hostname ?? '').trim(),
    machineId: parseMachineId(machineId ?? ''),
    hosts: linesOf(hosts ?? ''),
    sysctls: Object.fromEntries(values.map(([path, value]) => [path, value?.trim()])) as Record<
      SysctlPath,
      string | undefined
    >,
    cgroups,
    // Of mounts on top of each other the last is the one that counts.
    rootIsShared:
      mounts
        .findLast(({ point }) => point === '/')
        ?.propagation.some((field) => field.startsWith('shared:')) ?? false,
    hasModules: modules !== undefined,
  }
}

async function observeCgroups({ files }: Host, mounts: readonly Mount[]): Promise<CgroupState> {
  if (mounts.findLast(({ point }) => point === cgroupRoot)?.type === 'cgroup2') {
    const [controllers, delegated, processes, type] = await Promise.all([
      files.read(`${cgroupRoot}/cgroup.controllers`),
      files.read(`${cgroupRoot}/cgroup.subtree_control`),
      files.read(`${cgroupRoot}/cgroup.procs`),
      files.stat(`${cgroupRoot}/cgroup.type`),
    ])
    // The machine's true root has no type, and may have processes and delegate.
    const isOccupied = type !== undefined && (processes ?? '').trim() !== ''
    return { version: 2, controllers: wordsOf(controllers), delegated: wordsOf(delegated), isOccupied }
  }
  const hierarchies = mounts.filter(
    ({ type, point }) => type === 'cgroup' && point.startsWith(`${cgroupRoot}/`),
  )
  if (hierarchies.length === 0) return { version: 'none' }
  const controllers = hierarchies.flatMap(({ superOptions }) => superOptions.filter(isController))
  return { version: 1, controllers: [...new Set(controllers)].sort() }
}

/** The other options of a version 1 hierarchy; see cgroups(7). */
function isController(option: string): boolean {
  return !/^(rw|ro|none|xattr|noprefix|clone_children|name=.*|release_agent=.*|cpuset_v2_mode|favordynmods)$/.test(
    option,
  )
}

/** machine-id(5): 32 digits; the dashes are a habit of those who write a UUID. */
function parseMachineId(text: string): string | undefined {
  const digits = text.trim().toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/.test(digits) || /^0+$/.test(digits)) return undefined
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter(Boolean)
}
