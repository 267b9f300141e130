import * as z from 'zod'
import { type Finding, finding } from '../../finding.ts'
import { bytesText } from '../../output/units.ts'
import type { ClusterName } from '../provider.ts'
import type { Daemon } from './docker-connection.ts'
import { listImages } from './docker-images.ts'
import { type Leftover, leftoversOf } from './docker-leftovers.ts'
import { listContainers } from './docker-machine.ts'
import { labelOf } from './docker-names.ts'
import { askDocker } from './docker-request.ts'
import { hasVolume, listVolumes } from './docker-volumes.ts'

/**
 * The reply of `GET /info`, as far as it is used. Podman leaves some of it out: what is not told is taken to be well.
 * @see https://docs.docker.com/reference/api/engine/ (SystemInfo)
 */
const infoSchema = z.looseObject({
  CgroupDriver: z.string().optional(),
  CgroupVersion: z.string().optional(),
  MemoryLimit: z.boolean().optional(),
  CPUShares: z.boolean().optional(),
  PidsLimit: z.boolean().optional(),
  MemTotal: z.number().optional(),
  NCPU: z.number().optional(),
  Driver: z.string().optional(),
  DriverStatus: z.array(z.array(z.string())).nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
})

export type DockerInfo = z.infer<typeof infoSchema>

/** What kubeadm wants of a control plane (its `ControlPlaneMem` and `ControlPlaneNumCPU`), and what it recommends. */
const leastMemory = 1700 * 1024 * 1024
const comfortableMemory = 2e9
const leastProcessors = 2

/**
 * Looks at the daemon, and for what killed runs left with it.
 * @throws KaweezleError as {@link askDocker}
 */
export async function examineDocker(daemon: Daemon, cluster: ClusterName): Promise<readonly Finding[]> {
  const info = infoSchema.parse(
    await askDocker('describe itself', { signal: daemon.signal }, () => daemon.docker.info()),
  )
  const [containers, volumes, images] = await Promise.all([
    listContainers(daemon),
    listVolumes(daemon),
    listImages(daemon),
  ])
  return [
    cgroupsOf(info),
    ...resourcesOf(info),
    storageOf(info),
    ...dataOf(
      cluster,
      volumes.filter(({ Labels }) => Labels?.[labelOf.cluster] === cluster),
    ),
    leftoversFinding(leftoversOf({ containers, volumes, images })),
  ]
}

/** Whether pods can be limited; iknite starts no cluster where cpu, memory or pids are missing. */
export function cgroupsOf(info: DockerInfo): Finding {
  const name = 'Docker cgroups'
  const isRootless = info.SecurityOptions?.some((option) => option.startsWith('name=rootless')) ?? false
  const limits = { cpu: info.CPUShares, memory: info.MemoryLimit, pids: info.PidsLimit }
  const missing = Object.entries(limits).flatMap(([controller, has]) => (has === false ? [controller] : []))
  const message =
    info.CgroupDriver === 'none'
      ? 'containers have no control groups'
      : `containers have no control groups for ${missing.join(', ')}`
  if (info.CgroupDriver === 'none' || missing.length > 0) {
    const hint = isRootless
      ? 'Delegate cpu, cpuset, io, memory and pids to this user: https://rootlesscontaine.rs/getting-started/common/cgroup2/.'
      : 'Start the kernel of the daemon with them, e.g. with `cgroup_enable=memory`.'
    return { name, verdict: 'fail', message, hint }
  }
  if (info.CgroupVersion === '1') {
    const hint = 'Use a host with version 2: Kubernetes is about to drop version 1.'
    return { name, verdict: 'warn', message: 'the daemon has control groups of version 1', hint }
  }
  return { name, verdict: 'pass', message: `version ${info.CgroupVersion ?? 'unknown'}` }
}

/** Whether kubeadm finds enough memory and processors: in a virtual machine they are those given to it. */
export function resourcesOf({ MemTotal, NCPU }: DockerInfo): readonly Finding[] {
  const hint =
    'Give more to the virtual machine of Docker (Docker Desktop: Settings, Resources), or to this machine.'
  const memory = (bytes: number) =>
    bytes < leastMemory ? 'fail' : bytes < comfortableMemory ? 'warn' : ('pass' as const)
  return [
    ...(MemTotal === undefined
      ? []
      : [finding('Docker memory', { verdict: memory(MemTotal), message: bytesText(MemTotal), hint })]),
    ...(NCPU === undefined
      ? []
      : [
          finding('Docker processors', {
            verdict: NCPU < leastProcessors ? 'fail' : 'pass',
            message: `${NCPU}`,
            hint,
          }),
        ]),
  ]
}

/** Volumes, where the images of a cluster are, are on the file system that the driver stands on. */
export function storageOf({ Driver = 'unknown', DriverStatus }: DockerInfo): Finding {
  const name = 'Docker storage'
  const status = new Map((DriverStatus ?? []).map(([key = '', value = '']) => [key, value]))
  if (status.get('Supports d_type') === 'false') {
    const hint = 'Move the data of Docker to ext4, or to XFS made with `ftype=1`.'
    return { name, verdict: 'fail', message: 'its file system knows no types in folders (d_type)', hint }
  }
  if (Driver === 'zfs' || status.get('Backing Filesystem') === 'zfs') {
    const hint = 'Move the data of Docker to ext4 or XFS, or see that ZFS is 2.2 or newer.'
    return { name, verdict: 'warn', message: 'images of the cluster would be on ZFS', hint }
  }
  if (Driver === 'vfs') {
    const hint = 'Let Docker use overlay2, or see that its disk has room for many copies.'
    return { name, verdict: 'warn', message: 'vfs copies a whole image for each container', hint }
  }
  return { name, verdict: 'pass', message: Driver }
}

/** A machine is not started on data that are half the ones and half the others. */
function dataOf(cluster: ClusterName, volumes: Parameters<typeof hasVolume>[0]): readonly Finding[] {
  if (!hasVolume(volumes, 'restoring')) return []
  const hint = `If no other kaweezle runs, \`kaweezle start --name ${cluster}\` ends what was begun.`
  return [{ name: 'Docker data', verdict: 'fail', message: 'a copy of the data is half restored', hint }]
}

function leftoversFinding(leftovers: readonly Leftover[]): Finding {
  const name = 'Docker leftovers'
  if (leftovers.length === 0) return { name, verdict: 'pass', message: 'there are none' }
  const message = `a run that goes on or was killed has left ${leftovers.map(({ what }) => what).join(', ')}`
  const removals = leftovers.map(({ removal }) => `\`${removal}\``).join(', ')
  return { name, verdict: 'warn', message, hint: `If no other kaweezle runs: ${removals}.` }
}
