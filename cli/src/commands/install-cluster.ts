import { chooseApiPort } from '../cluster/api-port.ts'
import { type ClusterContext, isoTime, newId } from '../cluster/context.ts'
import { install } from '../cluster/install.ts'
import type { ClusterState, Installed } from '../cluster/state.ts'
import { isKaweezleError, KaweezleError } from '../errors.ts'
import type { Provider } from '../providers/provider.ts'
import type { Release } from '../releases/release.ts'
import type { CommandContext } from './command.ts'
import { assertSpace } from './disk-space.ts'
import { clusterContext, type InstalledCluster } from './with-cluster.ts'
import type { ReleaseRequest } from './world.ts'

/** Makes a cluster that is not there, with a provider that works. Whoever calls holds its lock. */
export async function installCluster(command: CommandContext, provider: Provider): Promise<InstalledCluster> {
  const { world, settings, report } = command
  const { name } = settings
  const context = clusterContext(command, provider)
  await assertNothingThere(context, name)
  const apiPort = await apiPortFor(command)
  const request = await releaseRequest(command, provider)
  report({ kind: 'step', title: `Looking for the release ${settings.release}` })
  const release = await world.releases.find(request)
  await assertSpace(command, { provider, release, dataBytes: 0 })
  const { path: tarball } = await world.releases.fetch(release, request)
  const target = installedFrom(release, world.now())
  const fresh: ClusterState = { version: 1, name, provider: provider.name, apiPort }
  const state = await install(context, { state: fresh, target, tarball })
  return { context, state: { ...state, current: target } }
}

/** How the command asks for a release for a provider. */
export async function releaseRequest(
  { settings, report }: CommandContext,
  provider: Provider,
  installed?: string,
): Promise<ReleaseRequest> {
  return { settings, architecture: await provider.architecture(), installed, onEvent: report }
}

/** What the state says of a release that is about to be installed. */
export function installedFrom({ version, tag, rootfs, manifest }: Release, now: number): Installed {
  const { kubernetesVersion } = manifest
  return {
    rootfs: newId(now),
    release: {
      version,
      ...(tag === undefined ? {} : { tag }),
      sha256: rootfs.sha256,
      ...(kubernetesVersion === undefined ? {} : { kubernetes: kubernetesVersion }),
    },
    since: isoTime(now),
  }
}

/** Says so where a release was asked for and another one is installed: an install does not change it. */
export function warnOfOtherRelease({ settings, origins, report }: CommandContext, { current }: ClusterState) {
  const { release, name } = settings
  if (origins.release === 'default' || release === 'latest' || current === undefined) return
  const { version, tag } = current.release
  if (release === tag || release.replace(/^v/, '') === version) return
  const message = `${name} is installed from ${version} and stays so; \`kaweezle update\` takes it to ${release}`
  report({ kind: 'warning', message })
}

/** Parts without a state are those of another home folder, or of a lost one: nothing is put on top of them. */
async function assertNothingThere({ provider }: ClusterContext, name: string): Promise<void> {
  const { state, hasData, rootfs, snapshots } = await provider.inspect(name)
  if (state === 'absent' && !hasData && rootfs.length === 0 && snapshots.length === 0) return
  throw new KaweezleError(
    'STATE_INVALID',
    `${provider.name} has parts of a cluster ${name} that this kaweezle knows nothing of`,
    { hint: `Choose another name; or remove them with \`kaweezle uninstall --name ${name}\`.` },
  )
}

async function apiPortFor({ world, settings }: CommandContext): Promise<number> {
  const { apiPort } = settings
  const taken = await takenPorts(world.store)
  const isFree = (port: number) => world.isPortFree(port)
  if (apiPort === undefined) return chooseApiPort(taken, isFree)
  if (!taken.has(apiPort) && (await isFree(apiPort))) return apiPort
  throw new KaweezleError('USAGE', `the port ${apiPort} of 127.0.0.1 is taken`, {
    hint: 'Choose another one with --api-port, or leave it out.',
  })
}

async function takenPorts(store: CommandContext['world']['store']): Promise<ReadonlySet<number>> {
  const ports = new Set<number>()
  for (const name of await store.names()) {
    try {
      const state = await store.read(name)
      if (state !== undefined) ports.add(state.apiPort)
    } catch (error) {
      // The damage of another cluster is told where that one is asked for.
      if (!isKaweezleError(error, 'STATE_INVALID')) throw error
    }
  }
  return ports
}
