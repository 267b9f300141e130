import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { hostname } from 'node:os'
import { Readable } from 'node:stream'
import type { Container } from 'dockerode'
import { pack } from 'tar-stream'
import { isPipelineError } from '../errors.ts'
import { type Deadline, housekeepingLimit, startDeadline } from './deadline.ts'
import type { DockerConnection } from './docker-connection.ts'
import { dockerExec } from './docker-exec.ts'
import { askDocker, dockerFailure } from './docker-request.ts'
import { createToolbox, sweepToolboxes } from './docker-toolbox.ts'
import type { Engine, EngineOptions, RunOptions, RunResult, Sandbox } from './engine.ts'
import { packSupplies } from './pack-supplies.ts'
import { assertRunnable } from './runnable.ts'
import { assertPrepared, sandboxScript } from './sandbox-script.ts'

const rootfs = 'rootfs'
const supplies = 'supplies'

/**
 * The engine of a machine with a Docker daemon: the rootfs is a folder in the layer of a container without
 * network, and every command runs in namespaces of its own inside it. Nothing is written on this host, so
 * the daemon may be another machine's.
 */
export function createDockerEngine({ docker, platform }: DockerConnection, options: EngineOptions): Engine {
  const { workFolder, signal } = options
  let swept: Promise<string> | undefined

  async function sweep(): Promise<string> {
    const owner = await ownerOf(workFolder)
    await sweepToolboxes(docker, owner)
    return owner
  }

  return {
    name: 'docker',
    async open({ base, architecture }) {
      const deadline = startDeadline('Preparing the sandbox', housekeepingLimit, signal)
      const ask = <T>(doing: string, answer: Promise<T>) => askDocker(doing, deadline, answer)

      swept ??= sweep()
      const owner = await ask('remove what an earlier build left', swept)
      await using stack = new AsyncDisposableStack()
      const container = await ask(`import ${base}`, createToolbox(docker, { owner, base, cleanup: stack }))
      const sandbox = createSandbox(container, signal)
      const abortSignal = deadline.signal
      await ask('make folders', container.putArchive(folders(), { path: '/', abortSignal }))
      await ask(`unpack ${base}`, container.putArchive(base, { path: `/${rootfs}`, abortSignal }))
      await assertRunnable({ wanted: architecture, platform }, async (argv, limits) => {
        await ask('start a container', container.start())
        return sandbox.run(argv, limits)
      })

      const cleanup = stack.move()
      return { ...sandbox, [Symbol.asyncDispose]: () => cleanup.disposeAsync() }
    },
  }
}

function createSandbox(container: Container, signal: AbortSignal): Omit<Sandbox, keyof AsyncDisposable> {
  return {
    async supply(files) {
      const deadline = startDeadline('Copying files to Docker', housekeepingLimit, signal)
      const archive = packSupplies(supplies, files)
      await askDocker(
        'take files',
        deadline,
        container.putArchive(archive, { path: '/', abortSignal: deadline.signal }),
      )
    },
    async run(argv, { timeLimit, ...options }) {
      const deadline = startDeadline(argv.join(' '), timeLimit, signal)
      return run(container, argv, { ...options, deadline })
    },
    async export() {
      const deadline = startDeadline('Exporting the rootfs', housekeepingLimit, signal)
      return Readable.from(exported(container, deadline), { objectMode: false })
    },
  }
}

async function run(
  container: Container,
  argv: readonly string[],
  options: Omit<RunOptions, 'timeLimit'> & { readonly deadline: Deadline },
): Promise<RunResult> {
  const namespaces = ['unshare', '-m', '-p', '-n', '-u', '-i', '-f']
  const command = [
    ...namespaces,
    'sh',
    '-c',
    sandboxScript,
    'kaweezle',
    `/${rootfs}`,
    `/${supplies}`,
    ...argv,
  ]
  try {
    return assertPrepared(await dockerExec(container, command, options))
  } catch (error) {
    // The Docker API cannot kill an exec: what is past its time limit is killed by restarting the container.
    if (isPipelineError(error, 'COMMAND_FAILED')) {
      await askDocker('restart the container', options.deadline, container.restart({ t: 0 }))
    }
    throw error
  }
}

async function* exported(container: Container, deadline: Deadline): AsyncGenerator<string | Buffer> {
  try {
    // Only with `/.` do the names begin with `./`, and not with the folder's own name.
    yield* await container.getArchive({ path: `/${rootfs}/.`, abortSignal: deadline.signal })
  } catch (error) {
    throw dockerFailure('export the rootfs', deadline, error)
  }
}

function folders(): Readable {
  const archive = pack()
  for (const name of [rootfs, supplies]) archive.entry({ name, type: 'directory', mode: 0o755 })
  archive.finalize()
  return Readable.from(archive)
}

/** Tells this cache folder of this machine from all others that use the same daemon. */
async function ownerOf(workFolder: string): Promise<string> {
  return createHash('sha256')
    .update(`${hostname()}\0${await realpath(workFolder)}`)
    .digest('hex')
}
