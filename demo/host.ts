import type Dockerode from 'dockerode'
import { everything } from '../cli/test/support/docker-world.ts'
import { wslHost } from '../cli/test/support/journey-hosts.ts'
import { connectDocker } from '../pipeline/src/engine/docker-connection.ts'

/** Where clusters run, and root filesystems are built. */
export interface Host extends AsyncDisposable {
  readonly engine: 'docker' | 'namespace'
  /** What leads kaweezle to its provider. */
  readonly environment: Readonly<Record<string, string>>
  /** What is there of the demo, apart from files. */
  leftovers(): Promise<readonly string[]>
}

export interface HostOptions {
  readonly provider: 'docker' | 'wsl'
  readonly cluster: string
  readonly apiPort: number
}

export async function openHost({ provider, cluster, apiPort }: HostOptions): Promise<Host> {
  if (provider === 'wsl') return { engine: 'namespace', ...(await wslHost(apiPort)) }
  const { docker } = await connectDocker()
  const before = await buildsIn(docker)
  return {
    engine: 'docker',
    environment: { KAWEEZLE_PROVIDER: 'docker' },
    async leftovers() {
      const builds = (await buildsIn(docker)).filter((one) => !before.includes(one))
      return [...(await everything(docker, `dev.kaweezle.cluster=${cluster}`)), ...builds]
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** What builds have in the daemon: of the demo, and of whoever else builds. */
function buildsIn(docker: Dockerode): Promise<string[]> {
  return everything(docker, 'dev.kaweezle.build')
}
