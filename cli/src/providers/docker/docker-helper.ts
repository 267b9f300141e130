import { createOutputTail } from '@kaweezle/program-kit/output-tail.ts'
import type { MountConfig } from 'dockerode'
import type { ClusterName } from '../provider.ts'
import { demultiplex } from './demultiplex.ts'
import type { Daemon } from './docker-connection.ts'
import { createContainer, removeContainer } from './docker-create.ts'
import { helperName, labels } from './docker-names.ts'
import { askDocker } from './docker-request.ts'

export interface HelperOptions {
  /** Default: that of a command that changes the cluster. */
  readonly task?: 'helper' | 'space'
  /** An imported rootfs: no other image is needed, and none is downloaded. */
  readonly image: string
  readonly argv: readonly string[]
  readonly mounts?: MountConfig
  readonly timeLimit: number
  /** Completes "Docker cannot …". */
  readonly doing: string
}

export interface HelperResult {
  readonly status: number
  readonly output: string
}

/** Runs a program to its end in a container without a network. A cluster has one for each task at a time. */
export async function runHelper(
  daemon: Daemon,
  cluster: ClusterName,
  { task = 'helper', image, argv, mounts = [], timeLimit, doing }: HelperOptions,
): Promise<HelperResult> {
  const name = helperName(cluster, task)
  const [program = '', ...rest] = argv
  const options = {
    name,
    Image: image,
    Entrypoint: [program],
    Cmd: rest,
    User: '0:0',
    WorkingDir: '/',
    Labels: labels(cluster, 'helper'),
    HostConfig: { NetworkMode: 'none', SecurityOpt: ['label=disable'], Mounts: mounts },
  }
  try {
    return await askDocker(doing, { timeLimit, signal: daemon.signal }, async (abortSignal) => {
      const container = await createContainer(daemon, options, async () => {
        await removeContainer(daemon, name)
        return undefined
      })
      // Nobody waits for it any more, and what was there before is removed.
      if (abortSignal.aborted) await removeContainer({ ...daemon, signal: undefined }, container.id)
      abortSignal.throwIfAborted()
      await container.start()
      const { StatusCode } = (await container.wait()) as { StatusCode: number }
      const log = await container.logs({ follow: false, stdout: true, stderr: true })
      return { status: StatusCode, output: textOf(log) }
    })
  } finally {
    await removeContainer({ ...daemon, signal: undefined }, name)
  }
}

function textOf(log: Buffer): string {
  const tail = createOutputTail()
  demultiplex((piece) => tail.write(piece))(log)
  return tail.end().trim()
}
