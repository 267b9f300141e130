import { access } from 'node:fs/promises'
import type { Architecture } from '@kaweezle/release-format/architecture.ts'
import type Dockerode from 'dockerode'
import * as z from 'zod'
import { isKaweezleError, KaweezleError } from '../../errors.ts'
import { isSystemError } from '../../files/file-error.ts'
import { type Endpoint, findEndpoints, type Surroundings } from './docker-endpoint.ts'
import { answerStatus, errorCode, reasonOf } from './docker-failure.ts'
import { askDocker } from './docker-request.ts'

/** A daemon that answered. */
export interface Daemon {
  readonly docker: Dockerode
  readonly address: string
  /** As Docker names it, e.g. `linux/amd64`. */
  readonly platform: string
  /** Its own, which may be that of a virtual machine: not of this process. */
  readonly architecture: Architecture
  /** Name and version, for people. */
  readonly product: string
  /** Fires when the program is to end. */
  readonly signal: AbortSignal | undefined
}

/** Docker 20.10 and Podman 4 have it; private cgroup namespaces came with it. */
const oldestApi = [1, 41] as const

const firstAnswerLimit = 10_000

/** By what Docker calls them; Podman does too. */
const architectureNames: Readonly<Record<string, Architecture>> = { amd64: 'x86_64', arm64: 'aarch64' }

/** The reply of `GET /version`, as far as it is used. */
const versionSchema = z.object({
  Version: z.string(),
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  Os: z.string(),
  Arch: z.string(),
  Components: z.array(z.looseObject({ Name: z.string() })).nullish(),
})

/**
 * Connects to the first daemon that answers.
 * @throws KaweezleError `PROVIDER_UNAVAILABLE`, with what to do; `INTERRUPTED`.
 */
export async function connectDocker(surroundings: Surroundings, signal?: AbortSignal): Promise<Daemon> {
  const endpoints = await findEndpoints(surroundings)
  const failures: unknown[] = []
  for (const endpoint of endpoints) {
    if (endpoints.length > 1 && !(await isSocketThere(endpoint))) continue
    try {
      return await connectTo(endpoint, signal)
    } catch (error) {
      if (isKaweezleError(error, 'INTERRUPTED')) throw error
      failures.push(explain(endpoint, error, surroundings.platform))
    }
  }
  throw failures[0] ?? notFound(surroundings.platform)
}

async function connectTo(endpoint: Endpoint, signal: AbortSignal | undefined): Promise<Daemon> {
  // Loaded here: commands that need no Docker start sooner.
  const { default: Docker } = await import('dockerode')
  const docker = new Docker(endpoint.options)
  const version = versionSchema.parse(
    await askDocker('say its version', { timeLimit: firstAnswerLimit, signal }, () => docker.version()),
  )
  const isPodman = version.Components?.some(({ Name }) => Name.startsWith('Podman')) ?? false
  const product = `${isPodman ? 'Podman' : 'Docker'} ${version.Version}`
  const refuse = (what: string, hint: string) =>
    new KaweezleError('PROVIDER_UNAVAILABLE', `${product} at ${endpoint.address} ${what}`, { hint })
  if (version.Os !== 'linux')
    throw refuse(
      'runs Windows containers',
      'Choose "Switch to Linux containers" in the menu of Docker Desktop.',
    )
  const [major = 0, minor = 0] = version.ApiVersion.split('.').map(Number)
  if (major < oldestApi[0] || (major === oldestApi[0] && minor < oldestApi[1]))
    throw refuse(
      `is too old: its API is ${version.ApiVersion}`,
      'Install Docker 20.10 or Podman 4, or newer.',
    )
  const architecture = architectureNames[version.Arch]
  if (architecture === undefined)
    throw refuse(
      `runs on ${version.Arch}, for which there is no root filesystem`,
      `Use a daemon on one of ${Object.keys(architectureNames).join(', ')}.`,
    )
  const platform = `linux/${version.Arch}`
  return { docker, address: endpoint.address, platform, architecture, product, signal }
}

async function isSocketThere({ options: { socketPath } }: Endpoint): Promise<boolean> {
  try {
    await access(String(socketPath))
    return true
  } catch (error) {
    // What this user may not even see is reported.
    return !isSystemError(error, 'ENOENT', 'ENOTDIR')
  }
}

function explain({ address }: Endpoint, error: unknown, platform: NodeJS.Platform): KaweezleError {
  const cause = rootOf(error)
  const unavailable = (message: string, hint: string) =>
    new KaweezleError('PROVIDER_UNAVAILABLE', message, { hint, cause: error })
  switch (errorCode(cause)) {
    case 'EACCES':
    case 'EPERM':
      return unavailable(
        `This user may not use the Docker daemon at ${address}`,
        platform === 'win32'
          ? 'Join the group docker-users, then log in again.'
          : 'Join the docker group (`sudo usermod -aG docker $USER`, then log in again), or run with sudo.',
      )
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ENOTSOCK':
      return unavailable(`No Docker daemon answers at ${address}`, howToStart(platform))
  }
  if (isKaweezleError(error, 'TIMED_OUT'))
    return unavailable(`The Docker daemon at ${address} does not answer`, 'Restart Docker.')
  if (
    isKaweezleError(error) &&
    error.hint !== undefined &&
    answerStatus(cause) === undefined &&
    cause === error
  )
    return error
  return unavailable(
    `What answers at ${address} is no usable Docker daemon: ${reasonOf(cause)}`,
    'Check DOCKER_HOST and `docker context ls`, and see that `docker version` works.',
  )
}

function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error
}

function notFound(platform: NodeJS.Platform): KaweezleError {
  return new KaweezleError('PROVIDER_UNAVAILABLE', 'Neither Docker nor Podman was found', {
    hint: howToStart(platform),
  })
}

function howToStart(platform: NodeJS.Platform): string {
  return platform === 'linux'
    ? 'Start Docker (`sudo systemctl start docker`), or install it (Debian and Ubuntu: `sudo apt-get install docker.io`).'
    : 'Start Docker Desktop, or install it.'
}
