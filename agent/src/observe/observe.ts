import { observeApi } from '../cluster/observe-api.ts'
import type { Host } from '../host/host.ts'
import { type Component, components } from '../kubeadm/components.ts'
import type { ProcessState, Snapshot } from '../plan/snapshot.ts'
import type { Settings } from '../settings/settings.ts'
import { digestBase } from './base-digest.ts'
import { observeData } from './data.ts'
import { observeHost } from './host-state.ts'
import { observeImages } from './images.ts'
import { observeKubeconfigs, observeRootKubeconfig } from './kubeconfigs.ts'
import { observeKubelet } from './kubelet.ts'
import { observeManifests } from './manifests.ts'
import { observeNetwork } from './network.ts'
import { observePackages } from './packages.ts'
import { observePki } from './pki.ts'
import { findProcess, listProcesses, type RunningProcess } from './processes.ts'
import { observeRuntime } from './runtime.ts'
import { observeOpenrc, observeService } from './services.ts'

/**
 * Looks at the node and, where it answers, at the cluster. Changes nothing; what is missing or damaged is a state.
 * @throws AgentError `FILE_FAILED` where the disk fails, `INTERRUPTED`
 */
export async function observe(host: Host, settings: Settings): Promise<Snapshot> {
  const [programs, files, rest] = await Promise.all([
    observePrograms(host),
    observeFiles(host),
    observeRest(host, settings),
  ])
  return { now: host.now(), ...programs, ...files, ...rest }
}

/** What runs, and what it answers. */
async function observePrograms(host: Host) {
  const [processes, data] = await Promise.all([listProcesses(host), observeData(host)])
  const [crio, kubelet, running] = await Promise.all([
    observeService(host, 'crio', processes),
    observeService(host, 'kubelet', processes),
    findComponents(host, processes),
  ])
  const node = typeof data.record === 'object' ? data.record.node : undefined
  const [runtime, api] = await Promise.all([
    observeRuntime(host, crio.process),
    observeApi(host, { isRunning: running['kube-apiserver'] !== undefined, node }),
  ])
  return { data, services: { crio, kubelet }, components: running, runtime, api }
}

async function findComponents(
  host: Host,
  processes: readonly RunningProcess[],
): Promise<Snapshot['components']> {
  const found = components.map(async (name) => [name, await findProcess(host, processes, name)] as const)
  return Object.fromEntries(await Promise.all(found)) as Record<Component, ProcessState | undefined>
}

/** What the cluster has below /etc and /var/lib. */
async function observeFiles(host: Host) {
  const [{ authorityCertificates, ...pki }, manifests, kubelet, rootKubeconfig] = await Promise.all([
    observePki(host),
    observeManifests(host),
    observeKubelet(host),
    observeRootKubeconfig(host),
  ])
  const kubeconfigs = await observeKubeconfigs(host, authorityCertificates.ca)
  return { ...pki, kubeconfigs, manifests, kubelet, rootKubeconfig }
}

/** The machine, and what is installed on it. */
async function observeRest(host: Host, settings: Settings) {
  const [state, network, openrc, packages, images, baseDigest] = await Promise.all([
    observeHost(host),
    observeNetwork(host, settings.address),
    observeOpenrc(host),
    observePackages(host),
    observeImages(host),
    digestBase(host, settings.kustomization),
  ])
  return { host: state, network, openrc, packages, images, baseDigest }
}
