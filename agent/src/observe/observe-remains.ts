import { basename, dirname } from 'node:path'
import { isAgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { runtimeSocket } from '../kubeadm/paths.ts'
import type { Remains } from '../plan/remains.ts'
import type { ServiceName } from '../plan/snapshot.ts'
import type { Settings } from '../settings/settings.ts'
import { observeChains } from './chains.ts'
import { clusterProcesses } from './cluster-processes.ts'
import { observeLinks } from './links.ts'
import { parseMounts } from './mounts.ts'
import { parseDefaultRoute } from './network.ts'
import { findProcess, listProcesses, type RunningProcess } from './processes.ts'
import { runtimeEnvironment, runtimeTimeLimit } from './runtime.ts'
import { observeNote } from './services.ts'

/**
 * What a cluster left on the node.
 * @throws AgentError `FILE_FAILED`, `INTERRUPTED`
 */
export async function observeRemains(host: Host, settings: Settings): Promise<Remains> {
  const { files } = host
  const [processes, routes, mountinfo] = await Promise.all([
    listProcesses(host),
    files.read('/proc/net/route'),
    files.read('/proc/self/mountinfo'),
  ])
  const [crio, kubelet, own, links, iptables, ip6tables, addresses, left] = await Promise.all([
    observeService(host, 'crio', processes),
    observeService(host, 'kubelet', processes),
    clusterProcesses(host, processes),
    observeLinks(host, parseDefaultRoute(routes ?? '')),
    observeChains(host, 'iptables'),
    observeChains(host, 'ip6tables'),
    host.interfaces(),
    observeLeftFiles(host),
  ])
  const pods = crio.isRunning ? await listPods(host) : undefined
  return {
    now: host.now(),
    services: { crio, kubelet },
    runtimeAnswers: pods !== undefined,
    pods: pods ?? [],
    processes: own,
    mounts: clusterMounts(mountinfo ?? ''),
    links,
    chains: { iptables, ip6tables },
    address: addresses.find(({ address }) => address === settings.address),
    files: left,
  }
}

async function observeService(host: Host, name: ServiceName, processes: readonly RunningProcess[]) {
  const [note, process] = await Promise.all([
    observeNote(host, name, processes),
    findProcess(host, processes, name),
  ])
  return { isRunning: process !== undefined, isNoted: note !== 'stopped' }
}

/** The ids of all pods; undefined where the runtime does not answer. */
async function listPods(host: Host): Promise<readonly string[] | undefined> {
  if ((await host.files.stat(runtimeSocket)) === undefined) return undefined
  try {
    const { status, stdout } = await host.run(['crictl', 'pods', '-q'], {
      timeLimit: runtimeTimeLimit,
      environment: runtimeEnvironment,
    })
    return status === 0 ? stdout.split('\n').filter((line) => /^[0-9a-f]+$/.test(line)) : undefined
  } catch (error) {
    if (isAgentError(error, 'COMMAND_FAILED')) return undefined
    throw error
  }
}

/** CRI-O names the namespaces of a pod by a UUID, other tools of CNI `cni-…`; those of `ip netns` are not ours. */
const namespaceName = /^(cni-[\w-]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
const namespaceFolders = ['/run/netns', '/run/ipcns', '/run/utsns', '/run/userns']

const mountPatterns: readonly RegExp[] = [
  /^\/var\/lib\/kubelet(\/|$)/,
  /^\/run\/containers\//,
  /^\/var\/lib\/containers\/storage\/overlay(-containers)?(\/|$)/,
]

/** Mount points of pods and containers, deepest first; one that is mounted over is there as often. */
function clusterMounts(text: string): readonly string[] {
  const points = parseMounts(text).map(({ point }) => point)
  const own = points.filter(
    (point) => isNamespace(point) || mountPatterns.some((pattern) => pattern.test(point)),
  )
  return own.reverse().sort((one, other) => other.split('/').length - one.split('/').length)
}

function isNamespace(point: string): boolean {
  return namespaceFolders.includes(dirname(point)) && namespaceName.test(basename(point))
}

/** What namespaces and the runtime leave on a /run that no boot empties. */
async function observeLeftFiles({ files }: Host): Promise<readonly string[]> {
  const folders = [...namespaceFolders, '/run/flannel', '/run/crio']
  const lists = await Promise.all(
    folders.map(async (folder) => (await files.list(folder)).map((name) => `${folder}/${name}`)),
  )
  return lists.flat().filter((path) => isNamespace(path) || !namespaceFolders.includes(dirname(path)))
}
