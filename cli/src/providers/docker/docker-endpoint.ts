import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DockerOptions } from 'dockerode'
import * as z from 'zod'
import { KaweezleError } from '../../errors.ts'
import { isSystemError } from '../../files/file-error.ts'

/** Where a daemon may answer. */
export interface Endpoint {
  /** As `DOCKER_HOST` has it, for messages. */
  readonly address: string
  readonly options: DockerOptions
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly platform: NodeJS.Platform
}

/**
 * Where to look for a daemon, in this order: `DOCKER_HOST`; the context that `DOCKER_CONTEXT` or `docker context use`
 * chose; the sockets that Docker, Docker Desktop, Podman and others have by default.
 * @throws KaweezleError `PROVIDER_UNAVAILABLE`: what was named cannot be used.
 */
export async function findEndpoints(surroundings: Surroundings): Promise<readonly Endpoint[]> {
  const { environment, home } = surroundings
  const host = environment['DOCKER_HOST']
  if (host) {
    const folder = environment['DOCKER_CERT_PATH'] || join(home, '.docker')
    const isTls = Boolean(environment['DOCKER_TLS_VERIFY'])
    return [await endpoint(host, isTls ? folder : undefined, 'DOCKER_HOST')]
  }
  const named = await contextEndpoint(surroundings)
  return named ? [named] : defaultAddresses(surroundings).map(socketEndpoint)
}

async function contextEndpoint({ environment, home }: Surroundings): Promise<Endpoint | undefined> {
  const folder = environment['DOCKER_CONFIG'] || join(home, '.docker')
  const config = z.looseObject({ currentContext: z.string().optional() })
  const name =
    environment['DOCKER_CONTEXT'] || (await readJson(join(folder, 'config.json'), config))?.currentContext
  if (!name || name === 'default') return undefined
  const id = createHash('sha256').update(name).digest('hex')
  const meta = z.looseObject({ Endpoints: z.looseObject({ docker: z.looseObject({ Host: z.string() }) }) })
  const found = await readJson(join(folder, 'contexts/meta', id, 'meta.json'), meta)
  if (found === undefined) {
    throw new KaweezleError('PROVIDER_UNAVAILABLE', `Docker has no context ${name}`, {
      hint: 'Choose another with `docker context use`, or set DOCKER_HOST.',
    })
  }
  const certificates = join(folder, 'contexts/tls', id, 'docker')
  return endpoint(found.Endpoints.docker.Host, certificates, `the Docker context ${name}`)
}

/** @param certificates the folder of `ca.pem`, `cert.pem` and `key.pem`, where it is to be looked for. */
async function endpoint(address: string, certificates: string | undefined, from: string): Promise<Endpoint> {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/.exec(address) ?? [undefined, 'tcp', address]
  if (scheme === 'unix' || scheme === 'npipe') return socketEndpoint(address)
  const reject = (what: string) =>
    new KaweezleError('PROVIDER_UNAVAILABLE', `${from} names ${address}, ${what}`, {
      hint: 'Use a daemon of this machine: unset DOCKER_HOST, or `docker context use default`.',
    })
  if (!['tcp', 'http', 'https'].includes(scheme ?? '')) throw reject('which Kaweezle cannot reach')
  const url = URL.parse(`http://${rest}`)
  if (url === null) throw reject('which is no address')
  // The API is published at the daemon's 127.0.0.1, and nothing leads there from another machine.
  if (!/^(localhost|127\..*|\[::1\])$/.test(url.hostname)) throw reject('which is another machine')
  const tls = certificates === undefined ? undefined : await readCertificates(certificates)
  const protocol = tls || scheme === 'https' ? 'https' : 'http'
  const port = url.port || (protocol === 'https' ? '2376' : '2375')
  return { address, options: { host: url.hostname.replace(/^\[|\]$/g, ''), port, protocol, ...tls } }
}

async function readCertificates(folder: string): Promise<DockerOptions | undefined> {
  const names = ['ca', 'cert', 'key'] as const
  const found = await Promise.all(names.map(async (name) => [name, await read(join(folder, `${name}.pem`))]))
  const present = found.filter(([, content]) => content !== undefined)
  return present.length === 0 ? undefined : Object.fromEntries(present)
}

function socketEndpoint(address: string): Endpoint {
  const path = address.replace(/^(unix|npipe):\/\//, '')
  // Without `host`, dockerode would take the one of DOCKER_HOST.
  return { address, options: { socketPath: path, host: undefined, port: undefined } as object }
}

function defaultAddresses({ environment, home, platform }: Surroundings): readonly string[] {
  if (platform === 'win32')
    return [
      'npipe:////./pipe/docker_engine',
      'npipe:////./pipe/dockerDesktopLinuxEngine',
      'npipe:////./pipe/podman-machine-default',
    ]
  const runtime = environment['XDG_RUNTIME_DIR']
  const ofUser = runtime ? ['docker.sock', 'podman/podman.sock'].map((name) => join(runtime, name)) : []
  const inHome = [
    ...['.docker/run/docker.sock', '.docker/desktop/docker.sock', '.orbstack/run/docker.sock'],
    ...['.rd/docker.sock', '.colima/default/docker.sock'],
    '.local/share/containers/podman/machine/podman.sock',
  ].map((name) => join(home, name))
  return ['/var/run/docker.sock', '/run/podman/podman.sock', ...inHome, ...ofUser].map(
    (path) => `unix://${path}`,
  )
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const content = await read(path)
  if (content === undefined) return undefined
  try {
    return schema.parse(JSON.parse(content))
  } catch (cause) {
    throw new KaweezleError('PROVIDER_UNAVAILABLE', `${path} is not as Docker writes it`, {
      hint: 'Repair it, or set DOCKER_HOST.',
      cause,
    })
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT', 'ENOTDIR')) return undefined
    throw new KaweezleError('PROVIDER_UNAVAILABLE', `${path} cannot be read`, {
      hint: 'Give this user the right to read it, or set DOCKER_HOST.',
      cause,
    })
  }
}
