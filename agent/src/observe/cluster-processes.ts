import type { Files, Host } from '../host/host.ts'
import { components } from '../kubeadm/components.ts'
import type { Remains } from '../plan/remains.ts'
import { parseStat, type RunningProcess } from './processes.ts'

const clusterPrograms: ReadonlySet<string> = new Set(['kubelet', 'crio', ...components])

/** The kubelet's control groups, of both cgroup drivers. */
const podGroup = /\/kubepods[./\n]/

/**
 * The cluster's programs, conmon with what runs below it, and what is in the control group of a pod when its conmon
 * was killed. Children come before their parents.
 */
export async function clusterProcesses(
  { files }: Host,
  processes: readonly RunningProcess[],
): Promise<Remains['processes']> {
  const [parents, podProcesses] = await Promise.all([
    parentsOf(files, processes),
    inPodGroups(files, processes),
  ])
  const monitors = new Set(processes.filter(isMonitor).map(({ pid }) => pid))
  return processes
    .filter(({ pid }) => parents.has(pid))
    .map(({ pid, program }) => ({ pid, program, depth: depthBelow(pid, monitors, parents) }))
    .filter(({ pid, program, depth }) => depth >= 0 || podProcesses.has(pid) || clusterPrograms.has(program))
    .sort((one, other) => other.depth - one.depth)
    .map(({ pid, program }) => ({ pid, program }))
}

/** By process; those that have ended are not in it. */
async function parentsOf(files: Files, processes: readonly RunningProcess[]): Promise<Map<number, number>> {
  const stats = await Promise.all(
    processes.map(
      async ({ pid }) => [pid, parseStat((await files.read(`/proc/${pid}/stat`)) ?? '')] as const,
    ),
  )
  return new Map(
    stats.flatMap(([pid, stat]) => (stat === undefined || stat.isZombie ? [] : [[pid, stat.parent]])),
  )
}

async function inPodGroups(files: Files, processes: readonly RunningProcess[]): Promise<Set<number>> {
  // Inside a pod of another cluster everything is in the group of a pod.
  if (podGroup.test((await files.read('/proc/self/cgroup')) ?? '')) return new Set()
  const pids = await Promise.all(
    processes.map(async ({ pid }) =>
      podGroup.test((await files.read(`/proc/${pid}/cgroup`)) ?? '') ? [pid] : [],
    ),
  )
  return new Set(pids.flat())
}

/** CRI-O's conmon; Podman's has a command for the end of its container. */
function isMonitor({ program, arguments: words }: RunningProcess): boolean {
  return program === 'conmon' && !words.includes('--exit-command')
}

/** How far a process is below a monitor: 0 for the monitor itself, -1 for what is below none. */
function depthBelow(
  pid: number,
  monitors: ReadonlySet<number>,
  parents: ReadonlyMap<number, number>,
): number {
  const seen = new Set<number>()
  for (let at: number | undefined = pid; at !== undefined && !seen.has(at); at = parents.get(at)) {
    if (monitors.has(at)) return seen.size
    seen.add(at)
  }
  return -1
}
