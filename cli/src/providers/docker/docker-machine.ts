import type Dockerode from 'dockerode'
import type { ContainerInfo } from 'dockerode'
import { KaweezleError } from '../../errors.ts'
import type { ClusterName, RootfsId, StartOptions } from '../provider.ts'
import type { Daemon } from './docker-connection.ts'
import { createContainer, removeContainer, removeVolume } from './docker-create.ts'
import { answerStatus, unlessMissing } from './docker-failure.ts'
import {
  labelFilter,
  labelOf,
  labels,
  machineName,
  newContainersName,
  nextMachineName,
} from './docker-names.ts'
import { portFailure } from './docker-port.ts'
import { askDocker, diskLimit } from './docker-request.ts'
import { assertNotRestoring } from './docker-snapshots.ts'
import { assertData, createVolume, listVolumes } from './docker-volumes.ts'
import { apiPort, containersPath, machineOptions, type Wanted } from './machine-options.ts'

/** The containers of a cluster, or of all, helpers included. */
export function listContainers(daemon: Daemon, cluster?: ClusterName): Promise<ContainerInfo[]> {
  return askDocker('list containers', { signal: daemon.signal }, () =>
    daemon.docker.listContainers({ all: true, filters: labelFilter(cluster) }),
  )
}

export interface MachineContainer {
  readonly container: Dockerode.Container
  readonly name: string
  readonly rootfs: RootfsId
  readonly image: string
  readonly isRunning: boolean
  readonly isPaused: boolean
  readonly wasStarted: boolean
  /** Of the host, that leads to the API; undefined while the machine has not been started. */
  readonly port: number | undefined
  /** The volume of its container storage. */
  readonly containers: string | undefined
}

/** The machine of a cluster; undefined where there is none. */
export function findMachine(daemon: Daemon, cluster: ClusterName): Promise<MachineContainer | undefined> {
  return askDocker('look at the machine', { signal: daemon.signal }, async () => {
    // The second is left where a killed program had removed the first, and not yet renamed the second.
    for (const name of [machineName(cluster), nextMachineName(cluster)]) {
      const found = await unlessMissing(daemon.docker.getContainer(name).inspect())
      if (found?.Config.Labels[labelOf.cluster] === cluster) return machineOf(daemon, name, found)
    }
    return undefined
  })
}

function machineOf(
  { docker }: Daemon,
  name: string,
  { Id, Config, State, HostConfig, Mounts, Image }: Dockerode.ContainerInspectInfo,
): MachineContainer {
  const bindings = (HostConfig.PortBindings ?? {}) as Record<string, { HostPort?: string }[] | null>
  const port = bindings[apiPort]?.[0]?.HostPort
  return {
    container: docker.getContainer(Id),
    name,
    rootfs: Config.Labels[labelOf.rootfs] ?? '',
    image: Image,
    isRunning: State.Running || State.Restarting || State.Paused,
    isPaused: State.Paused,
    wasStarted: State.Status !== 'created',
    port: port ? Number(port) : undefined,
    containers: Mounts.find(({ Destination }) => Destination === containersPath)?.Name,
  }
}

/** Makes the machine of an image, in place of the one there is. */
export async function activateMachine(
  daemon: Daemon,
  cluster: ClusterName,
  { rootfs, image }: { rootfs: RootfsId; image: string },
): Promise<void> {
  const machine = await findMachine(daemon, cluster)
  if (machine?.isRunning) throw isRunning(cluster)
  if (machine?.rootfs === rootfs) return takeName(daemon, cluster, machine)
  await remakeMachine(daemon, cluster, machine, { rootfs, image, port: undefined })
}

/** Starts the machine. One that had another port is made again of its image. */
export async function startMachine(
  daemon: Daemon,
  cluster: ClusterName,
  { apiPort: port }: StartOptions,
): Promise<void> {
  const machine = await findMachine(daemon, cluster)
  if (machine === undefined) throw hasNoMachine(cluster)
  if (machine.isRunning) {
    if (machine.port !== port) throw isRunning(cluster)
    if (machine.isPaused) await ask(daemon, `unpause ${cluster}`, () => machine.container.unpause())
    return
  }
  assertNotRestoring(cluster, await listVolumes(daemon, cluster))
  if (machine.port === port) await takeName(daemon, cluster, machine)
  else await remakeMachine(daemon, cluster, machine, { rootfs: machine.rootfs, image: machine.image, port })
  try {
    await ask(daemon, `start ${cluster}`, () => daemon.docker.getContainer(machineName(cluster)).start())
  } catch (error) {
    throw (await portFailure(daemon, cluster, port)) ?? error
  }
}

/** Ends the machine at once. */
export async function stopMachine(daemon: Daemon, { container, name }: MachineContainer): Promise<void> {
  // Not `kill`: the policy for restarts may count what was killed as crashed.
  await ask(daemon, `stop ${name}`, () => unlessMissing(unlessStopped(container.stop({ t: 0 }))))
}

export function isRunning(cluster: ClusterName): KaweezleError {
  return new KaweezleError('PROVIDER_FAILED', `The machine of ${cluster} runs`, {
    hint: `Stop it first: \`kaweezle stop --name ${cluster}\`.`,
  })
}

export function hasNoMachine(cluster: ClusterName): KaweezleError {
  return new KaweezleError('PROVIDER_FAILED', `The cluster ${cluster} has no machine`, {
    hint: `Install it first: \`kaweezle install --name ${cluster}\`.`,
  })
}

/** Makes a machine beside the one there is, and then puts it in its place: one of the two is there at any time. */
async function remakeMachine(
  daemon: Daemon,
  cluster: ClusterName,
  old: MachineContainer | undefined,
  wanted: Wanted,
): Promise<void> {
  // A storage that nothing has written to is not copied out of the image again.
  const isUntouched = old !== undefined && !old.wasStarted && old.rootfs === wanted.rootfs
  const containers = (isUntouched && old.containers) || newContainersName(cluster)
  assertData(cluster, await listVolumes(daemon, cluster))
  await ask(daemon, `make the machine of ${cluster}`, async () => {
    if (old) await takeName(daemon, cluster, old)
    const next = nextMachineName(cluster)
    const settle = async (): Promise<undefined> => {
      await removeContainer(daemon, next)
      await createVolume(daemon, containers, labels(cluster, 'containers'))
    }
    const create = (hasModules: boolean) => {
      const options = machineOptions(cluster, { ...wanted, containers, hasModules })
      return createContainer(daemon, { ...options, name: next }, settle)
    }
    const container = await create(true).catch((error: unknown) => {
      // Hosts whose kernel has no modules lack /lib/modules, which only the daemon can see.
      if ([400, 500].includes(answerStatus(error) ?? 0)) return create(false)
      throw error
    })
    await removeContainer(daemon, machineName(cluster))
    await container.rename({ name: machineName(cluster) })
  })
  for (const { Name, Labels } of await listVolumes(daemon, cluster)) {
    if (Labels?.[labelOf.role] === 'containers' && Name !== containers) await removeVolume(daemon, Name)
  }
}

async function takeName(daemon: Daemon, cluster: ClusterName, machine: MachineContainer): Promise<void> {
  const name = machineName(cluster)
  if (machine.name === name) return
  await ask(daemon, `name the machine of ${cluster}`, () => machine.container.rename({ name }))
}

async function unlessStopped(answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (error) {
    if (answerStatus(error) !== 304) throw error
  }
}

function ask<T>(daemon: Daemon, doing: string, request: () => Promise<T>): Promise<T> {
  return askDocker(doing, { timeLimit: diskLimit, signal: daemon.signal }, request)
}
