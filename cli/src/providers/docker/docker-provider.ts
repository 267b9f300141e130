import { homedir } from 'node:os'
import { isKaweezleError, KaweezleError } from '../../errors.ts'
import { notRunning } from '../machine-errors.ts'
import type { Availability, ClusterName, Machine, Provider, RootfsId } from '../provider.ts'
import { dockerAttach, type Streams } from './docker-attach.ts'
import { connectDocker, type Daemon } from './docker-connection.ts'
import { removeContainer, removeImage, removeVolume } from './docker-create.ts'
import type { Surroundings } from './docker-endpoint.ts'
import { examineDocker } from './docker-examine.ts'
import { type Argv, dockerExec } from './docker-exec.ts'
import { importImage, listImages, removeRootfsImages, wholeImages } from './docker-images.ts'
import {
  activateMachine,
  findMachine,
  isRunning,
  listContainers,
  type MachineContainer,
  startMachine,
  stopMachine,
} from './docker-machine.ts'
import { labelOf } from './docker-names.ts'
import { askDocker } from './docker-request.ts'
import { removeSnapshot, restoreSnapshot, takeSnapshot } from './docker-snapshots.ts'
import { dataBytes, freeBytes } from './docker-space.ts'
import { hasVolume, listVolumes, wholeSnapshots } from './docker-volumes.ts'
import { upMark } from './machine-script.ts'

export interface DockerProviderOptions {
  /** Where a daemon is looked for. Default: those of this process. */
  readonly surroundings?: Partial<Surroundings>
  /** Default: those of this process. */
  readonly streams?: Streams
  /** Ends whatever goes on. */
  readonly signal?: AbortSignal
}

/** Clusters in containers of Docker, or of what speaks as Docker does: each a privileged one, its data in a volume. */
export function dockerProvider({
  surroundings,
  streams = process,
  signal,
}: DockerProviderOptions = {}): Provider {
  let connected: Promise<Daemon> | undefined

  function connect(): Promise<Daemon> {
    const here = { environment: process.env, home: homedir(), platform: process.platform }
    connected ??= connectDocker({ ...here, ...surroundings }, signal).catch((error: unknown) => {
      connected = undefined
      throw error
    })
    return connected
  }

  return {
    name: 'docker',
    probe: () => probe(connect),
    architecture: async () => (await connect()).architecture,
    list: async () => list(await connect()),
    inspect: async (cluster) => inspect(await connect(), cluster),
    freeBytes: async () => freeBytes(await connect()),
    dataBytes: async (cluster) => dataBytes(await connect(), cluster),
    examine: async (cluster) => examineDocker(await connect(), cluster),

    async takeSnapshot(cluster, snapshot) {
      const daemon = await connect()
      await assertStopped(daemon, cluster)
      await takeSnapshot(daemon, cluster, snapshot)
    },
    async restoreSnapshot(cluster, snapshot) {
      const daemon = await connect()
      await assertStopped(daemon, cluster)
      await restoreSnapshot(daemon, cluster, snapshot)
    },
    removeSnapshot: async (cluster, snapshot) => removeSnapshot(await connect(), cluster, snapshot),

    importRootfs: async (cluster, rootfs, tarball) =>
      importImage(await connect(), { cluster, rootfs, tarball }),
    async activate(cluster, rootfs) {
      const daemon = await connect()
      const image = wholeImages(cluster, await listImages(daemon, cluster)).get(rootfs)
      if (image === undefined) throw hasNoRootfs(cluster, rootfs)
      await activateMachine(daemon, cluster, { rootfs, image })
    },
    async removeRootfs(cluster, rootfs) {
      const daemon = await connect()
      if ((await findMachine(daemon, cluster))?.rootfs === rootfs) throw isActive(cluster, rootfs)
      await removeRootfsImages(daemon, cluster, rootfs)
    },

    start: async (cluster, options) => startMachine(await connect(), cluster, options),
    async stop(cluster) {
      const daemon = await connect()
      const machine = await findMachine(daemon, cluster)
      if (!machine?.isRunning) return
      await forgetUp(machine)
      await stopMachine(daemon, machine)
    },
    async exec(cluster, argv, options) {
      const { container } = await running(await connect(), cluster)
      return dockerExec(container, argv, options, signal)
    },
    async attach(cluster, argv) {
      const { container } = await running(await connect(), cluster)
      return dockerAttach(container, argv, streams, signal)
    },

    remove: async (cluster) => remove(await connect(), cluster),
  }
}

async function probe(connect: () => Promise<Daemon>): Promise<Availability> {
  try {
    const daemon = await connect()
    const { docker, product, address, platform } = daemon
    const info = (await askDocker('describe itself', { signal: daemon.signal }, () => docker.info())) as {
      SecurityOptions?: string[]
    }
    const isRootless = info.SecurityOptions?.some((option) => option.startsWith('name=rootless')) ?? false
    return {
      isUsable: true,
      detail: `${product} at ${address}, ${platform}${isRootless ? ', rootless' : ''}`,
    }
  } catch (error) {
    const known = isKaweezleError(error) ? error : undefined
    return {
      isUsable: false,
      reason: known?.message ?? String(error),
      hint: known?.hint ?? 'See that `docker version` works.',
    }
  }
}

async function list(daemon: Daemon): Promise<readonly ClusterName[]> {
  const [containers, volumes, images] = await Promise.all([
    listContainers(daemon),
    listVolumes(daemon),
    listImages(daemon),
  ])
  const names = [...containers, ...volumes, ...images].map(({ Labels }) => Labels?.[labelOf.cluster])
  return [...new Set(names.filter((name) => name !== undefined))].toSorted()
}

async function inspect(daemon: Daemon, cluster: ClusterName): Promise<Machine> {
  const [machine, volumes, images] = await Promise.all([
    findMachine(daemon, cluster),
    listVolumes(daemon, cluster),
    listImages(daemon, cluster),
  ])
  return {
    hasData: hasVolume(volumes, 'data'),
    rootfs: [...wholeImages(cluster, images).keys()],
    active: machine?.rootfs,
    state: machine === undefined ? 'absent' : machine.isRunning ? 'running' : 'stopped',
    snapshots: wholeSnapshots(volumes),
  }
}

/** Until nothing is left: a daemon may still end what a killed program asked it for. */
async function remove(daemon: Daemon, cluster: ClusterName): Promise<void> {
  for (;;) {
    const containers = await listContainers(daemon, cluster)
    for (const { Id } of containers) await removeContainer(daemon, Id)
    const volumes = await listVolumes(daemon, cluster)
    // The marks first: what they mark is not whole from then on.
    const order = volumes.toSorted((one, other) => other.Name.length - one.Name.length)
    for (const { Name } of order) await removeVolume(daemon, Name)
    const images = await listImages(daemon, cluster)
    for (const { Id } of images) await removeImage(daemon, Id)
    if (containers.length + volumes.length + images.length === 0) return
  }
}

async function running(daemon: Daemon, cluster: ClusterName): Promise<MachineContainer> {
  const machine = await findMachine(daemon, cluster)
  if (machine?.isRunning && !machine.isPaused) return machine
  throw notRunning(cluster)
}

async function assertStopped(daemon: Daemon, cluster: ClusterName): Promise<void> {
  if ((await findMachine(daemon, cluster))?.isRunning) throw isRunning(cluster)
}

/** From now on, the cluster does not come up by itself. */
async function forgetUp({ container, isPaused }: MachineContainer): Promise<void> {
  if (isPaused) return
  const argv: Argv = ['/bin/rm', '-f', upMark]
  await dockerExec(container, argv, { timeLimit: 10_000 }).catch(() => {
    // A machine in which nothing can be run any more is stopped all the same.
  })
}

function hasNoRootfs(cluster: ClusterName, rootfs: RootfsId): KaweezleError {
  return new KaweezleError('PROVIDER_FAILED', `The cluster ${cluster} has no root filesystem ${rootfs}`, {
    hint: 'Import it first.',
  })
}

function isActive(cluster: ClusterName, rootfs: RootfsId): KaweezleError {
  return new KaweezleError('PROVIDER_FAILED', `The machine of ${cluster} is made of ${rootfs}`, {
    hint: 'Make it of another first.',
  })
}
