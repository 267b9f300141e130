import { join } from 'node:path'
import { resourcePath } from '../../control-plane/client.ts'
import { programVersion, versionParts } from '../version.ts'
import { addonPhase } from './addons.ts'
import { renewable, renewCommand } from './certs-command.ts'
import { uploadConfigPhase, withCluster } from './cluster.ts'
import { type Configuration, configurationOf } from './config.ts'
import { KubeadmError, say } from './failure.ts'
import { phase } from './faults.ts'
import { putByRename, read } from './files.ts'
import { writeKubeletConfig } from './kubelet-files.ts'
import { type Component, components, manifestOf, manifestsFolder } from './manifests.ts'
import { untilTrue } from './wait.ts'

/** The configuration as the cluster keeps it, with what only the node knows. */
export async function clusterConfiguration(): Promise<Configuration> {
  return withCluster(async (client) => {
    const path = (name: string) => resourcePath('v1', 'configmaps', 'kube-system', name)
    const [cluster, kubelet] = [
      await client.find(path('kubeadm-config')),
      await client.find(path('kubelet-config')),
    ]
    const text = cluster?.['data']?.ClusterConfiguration
    if (text === undefined)
      throw new KubeadmError('failed to get config map: configmaps "kubeadm-config" not found')
    const address = /advertise-address\.endpoint: "?([\d.]+):(\d+)/.exec(
      read(manifestPath('kube-apiserver')) ?? '',
    )
    const node = /name=(\S+)/.exec(read(manifestPath('etcd')) ?? '')?.[1]
    const config = configurationOf([text, kubelet?.['data']?.kubelet ?? ''].join('\n---\n'))
    return { ...config, ...(address?.[1] && { advertiseAddress: address[1] }), ...(node && { node }) }
  })
}

export async function upgradePlan(): Promise<void> {
  const config = await preamble()
  const newest = programVersion('kubeadm')
  say(`[upgrade/versions] Cluster version: ${config.version.slice(1)}`)
  say(`[upgrade/versions] kubeadm version: ${newest}`)
  if (newest === config.version) return say('Awesome, you are up to date! Enjoy!')
  say('\nUpgrade to the latest version in the v1.36 series:\n')
  say('COMPONENT                 NODE      CURRENT    TARGET')
  for (const component of components)
    say(`${component.padEnd(25)} ${config.node.padEnd(9)} ${config.version.padEnd(10)} ${newest}`)
  say(
    `\nYou can now apply the upgrade by executing the following command:\n\n\tkubeadm upgrade apply ${newest}\n`,
  )
}

export async function upgradeApply(version: string, renewal: boolean): Promise<void> {
  const running = await preamble()
  assertSkew(running.version, version)
  say(`[upgrade/version] You have chosen to upgrade the cluster version to "${version}"`)
  say(`[upgrade/versions] Cluster version: ${running.version}`)
  const config = { ...running, version, cluster: { ...running.cluster, kubernetesVersion: version } }
  await phase('upgrade/control-plane', async () => {
    say(
      `[upgrade/apply] Upgrading your Static Pod-hosted control plane to version "${version}" (timeout: 5m0s)...`,
    )
    if (renewal) for (const name of renewable()) await renewCommand(config, name)
    for (const component of ['etcd', ...components] as const) await replace(component, config)
  })
  await phase('upgrade/upload-config', () => uploadConfigPhase(config))
  await phase('upgrade/kubelet-config', () => writeKubeletConfig(config))
  await phase('upgrade/addon', () => addonPhase(config))
  say(`\n[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "${version}".\n`)
  say('[upgrade] Now please proceed with upgrading the rest of the nodes by following the right order.')
}

export async function upgradeNode(): Promise<void> {
  const config = await preamble()
  await phase('upgrade/node', async () => {
    for (const component of components) await replace(component, config)
    await writeKubeletConfig(config)
  })
  say('[upgrade] The configuration for this node was successfully updated!')
}

async function preamble(): Promise<Configuration> {
  say('[upgrade] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...')
  try {
    return await clusterConfiguration()
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error
    throw new KubeadmError(`[upgrade/init config] FATAL: ${error.message}`)
  }
}

function assertSkew(from: string, to: string): void {
  const [[, old], [, wanted], [, own]] = [
    versionParts(from),
    versionParts(to),
    versionParts(programVersion('kubeadm')),
  ]
  const invalid = (reason: string) =>
    new KubeadmError(
      `[upgrade/version] FATAL: the --version argument is invalid due to these errors:\n\n\t- ${reason}\n`,
    )
  if (wanted > old + 1)
    throw invalid(
      `Specified version to upgrade to "${to}" is too high; kubeadm can upgrade only 1 minor version at a time`,
    )
  if (wanted < old)
    throw invalid(
      `Specified version to upgrade to "${to}" is too low; kubeadm can only upgrade to the same or a newer minor version`,
    )
  if (wanted > own)
    throw invalid(
      `Specified version to upgrade to "${to}" is at least one minor release higher than the kubeadm minor release (${wanted} > ${own}). Such an upgrade is not supported`,
    )
}

async function replace(component: Component, config: Configuration): Promise<void> {
  const [path, content] = [manifestPath(component), manifestOf(component, config)]
  say(`[upgrade/staticpods] Preparing for "${component}" upgrade`)
  if (read(path) === content)
    return say(`[upgrade/staticpods] Current and new manifests of ${component} are equal, skipping upgrade`)
  const before = await hashOf(component, config)
  putByRename(path, content, 0o600)
  say(`[upgrade/staticpods] Moving new manifest to "${path}" and backing up old manifest`)
  say('[upgrade/staticpods] Waiting for the kubelet to restart the component')
  const changed = await untilTrue(async () => {
    const after = await hashOf(component, config)
    return after !== undefined && after !== before
  }, Date.now() + 300_000)
  if (!changed)
    throw new KubeadmError(
      `couldn't upgrade control plane. kubeadm has tried to recover everything into the earlier state. Errors faced: static Pod hash for component ${component} on Node ${config.node} did not change after 5m0s: timed out waiting for the condition`,
    )
  say(`[upgrade/staticpods] Component "${component}" upgraded successfully!`)
}

/** Of the static pod as the kubelet shows it to the API server, which may be away just now. */
async function hashOf(component: Component, { node }: Configuration): Promise<string | undefined> {
  try {
    return await withCluster(async (client) => {
      const pod = await client.find(resourcePath('v1', 'pods', 'kube-system', `${component}-${node}`))
      const ready = pod?.status?.containerStatuses?.every((status: { ready: boolean }) => status.ready)
      return ready ? pod?.metadata.annotations?.['kubernetes.io/config.hash'] : undefined
    })
  } catch (error) {
    if (error instanceof KubeadmError) return undefined
    throw error
  }
}

function manifestPath(component: Component): string {
  return join(manifestsFolder, `${component}.yaml`)
}
