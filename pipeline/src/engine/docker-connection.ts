import type Dockerode from 'dockerode'
import { z } from 'zod'
import { PipelineError } from '../errors.ts'

export interface DockerConnection {
  readonly docker: Dockerode
  /** The daemon's architecture by Docker's name. */
  readonly platform: string
}

/** Milliseconds for the daemon's first answer. */
const answerLimit = 10_000

/** The reply of `GET /version`, as far as it is used. */
const versionSchema = z.object({ Arch: z.string() })

/**
 * Connects to the daemon that `DOCKER_HOST` names, or to the usual socket, and waits for its first answer.
 * @throws PipelineError `ENGINE_UNAVAILABLE`.
 */
export async function connectDocker(): Promise<DockerConnection> {
  // Loaded here, so that builds without Docker do not pay for it.
  const { default: Docker } = await import('dockerode')
  try {
    const docker = new Docker()
    const version = versionSchema.parse(await Promise.race([docker.version(), silence()]))
    return { docker, platform: version.Arch }
  } catch (error) {
    throw unavailable(error)
  }
}

async function silence(): Promise<never> {
  const limit = AbortSignal.timeout(answerLimit)
  await new Promise((resolve) => limit.addEventListener('abort', resolve))
  throw new Error(`no answer within ${answerLimit / 1000} s`)
}

function unavailable(cause: unknown): PipelineError {
  const address = process.env['DOCKER_HOST'] || 'unix:///var/run/docker.sock'
  const explain = (message: string, hint: string) =>
    new PipelineError('ENGINE_UNAVAILABLE', message, { hint, cause })
  const { code, message } = z.object({ code: z.string().optional(), message: z.string() }).parse(cause)
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return explain(
        `This user may not use the Docker daemon at ${address}`,
        'Join the docker group (`sudo usermod -aG docker $USER`, then log in again), run with sudo, or use --engine namespace.',
      )
    case 'ENOENT':
    case 'ECONNREFUSED':
      return explain(
        `No Docker daemon answers at ${address}`,
        'Start Docker (`sudo systemctl start docker`), install it (Debian and Ubuntu: `apt-get install docker.io`), or use --engine namespace.',
      )
    default:
      return explain(
        `The Docker daemon at ${address} cannot be used: ${message}`,
        'Check DOCKER_HOST, or use --engine namespace.',
      )
  }
}
