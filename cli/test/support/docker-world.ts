import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type Dockerode from 'dockerode'
import { freePort } from '../../../pipeline/test/support/free-port.ts'
import { dockerProvider } from '../../src/providers/docker/docker-provider.ts'
import { startTestDaemon, type TestDaemon } from './docker-daemon.ts'
import { smallRootfs } from './docker-rootfs.ts'
import type { ContractWorld } from './provider-contract.ts'

export interface DockerWorld extends ContractWorld {
  readonly daemon: TestDaemon
}

/** A host with a Docker daemon of its own. */
export async function dockerWorld(): Promise<DockerWorld> {
  const daemon = await startTestDaemon()
  return { daemon, ...(await worldOf(daemon)) }
}

/** A host with a daemon, which ends with it. */
export async function worldOf(
  daemon: AsyncDisposable & { readonly host: string; readonly docker: Dockerode },
): Promise<ContractWorld> {
  await using stack = new AsyncDisposableStack()
  stack.use(daemon)
  const { first, second, truncated, foreign } = stack.use(await smallRootfs())
  const environment = { DOCKER_HOST: daemon.host }
  const cleanup = stack.move()
  return {
    provider: dockerProvider({ surroundings: { environment } }),
    interruptible: (signal) => dockerProvider({ surroundings: { environment }, signal }),
    ...{ first, second, truncated, foreign },
    freePort,
    spawn: (verb, args) =>
      spawn(process.execPath, [join(import.meta.dirname, 'docker-verb.ts'), verb, JSON.stringify(args)], {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    leftovers: () => everything(daemon.docker),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}

/** All containers, volumes and images of a daemon, or those with a label. */
export async function everything(docker: Dockerode, label?: string): Promise<string[]> {
  const filters = label === undefined ? {} : { label: [label] }
  const [containers, { Volumes }, images] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listVolumes({ filters }),
    docker.listImages({ all: true, filters }),
  ])
  return [
    ...containers.map(({ Names }) => `container ${Names.join(' ')}`),
    ...(Volumes ?? []).map(({ Name }) => `volume ${Name}`),
    ...images.map(({ Id, RepoTags }) => `image ${RepoTags?.join(' ') ?? Id}`),
  ]
}
