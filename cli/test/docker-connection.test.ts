import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findEndpoints, type Surroundings } from '../src/providers/docker/docker-endpoint.ts'
import { dockerProvider } from '../src/providers/docker/docker-provider.ts'

let home: string
let server: Server | undefined

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kaweezle-home-'))
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
  await rm(home, { recursive: true })
})

function at(environment: Surroundings['environment'], platform: NodeJS.Platform = 'linux'): Surroundings {
  return { environment, home, platform }
}

function probe(environment: Surroundings['environment'], platform: NodeJS.Platform = 'linux') {
  return dockerProvider({ surroundings: at(environment, platform) }).probe()
}

/** A daemon that says no more than its version. */
async function daemonOf(version: object | string, status = 200): Promise<string> {
  const path = join(home, 'docker.sock')
  server = createServer((_request, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof version === 'string' ? version : JSON.stringify(version)),
  ).listen(path)
  await once(server, 'listening')
  return `unix://${path}`
}

const docker = { Version: '27.0.1', ApiVersion: '1.46', Os: 'linux', Arch: 'amd64' }

describe('what cannot be used is said, with what to do', () => {
  test.each([
    [
      'a socket that is not there',
      'unix:///nowhere/docker.sock',
      /No Docker daemon answers at unix:\/\/\/nowhere/,
      /Start Docker/,
    ],
    ['a port that nobody listens on', 'tcp://127.0.0.1:1', /No Docker daemon answers/, /Start Docker/],
    ['a file that is no socket', 'unix:///etc/passwd', /No Docker daemon answers/, /Start Docker/],
    ['an address that is none', 'tcp://:::', /is no address/, /unset DOCKER_HOST/],
    ['another machine', 'tcp://192.0.2.1:2375', /another machine/, /unset DOCKER_HOST/],
    ['another machine through SSH', 'ssh://me@there', /cannot reach/, /unset DOCKER_HOST/],
  ])('%s', async (_title, address, reason, hint) => {
    expect(await probe({ DOCKER_HOST: address })).toEqual({
      isUsable: false,
      reason: expect.stringMatching(reason),
      hint: expect.stringMatching(hint),
    })
  })

  test.each([
    ['a daemon that is too old', { ...docker, ApiVersion: '1.40' }, 200, /too old/, /Docker 20\.10/],
    [
      'a daemon of Windows containers',
      { ...docker, Os: 'windows' },
      200,
      /Windows containers/,
      /Switch to Linux/,
    ],
    [
      'a daemon on a processor without a root filesystem',
      { ...docker, Arch: 'riscv64' },
      200,
      /runs on riscv64/,
      /amd64, arm64/,
    ],
    ['a daemon that is out of order', { message: 'out of order' }, 500, /out of order/, /docker version/],
    ['another program', '<html>', 200, /no usable Docker daemon/, /DOCKER_HOST/],
  ])('%s', async (_title, version, status, reason, hint) => {
    const address = await daemonOf(version, status)
    expect(await probe({ DOCKER_HOST: address })).toEqual({
      isUsable: false,
      reason: expect.stringMatching(reason),
      hint: expect.stringMatching(hint),
    })
  })

  test.each(['win32', 'darwin'] as const)('no daemon at all on %s', async (platform) => {
    expect(await probe({}, platform)).toMatchObject({
      isUsable: false,
      hint: expect.stringMatching(/Docker Desktop/),
    })
  })

  test.skipIf(process.getuid?.() !== 0)('a socket that this user may not use', async () => {
    const address = await daemonOf(docker)
    const uid = 65_534
    process.setegid?.(uid)
    process.seteuid?.(uid)
    try {
      expect(await probe({ DOCKER_HOST: address })).toEqual({
        isUsable: false,
        reason: expect.stringMatching(/may not use the Docker daemon/),
        hint: expect.stringMatching(/docker group/),
      })
    } finally {
      process.seteuid?.(0)
      process.setegid?.(0)
    }
  })

  test('a daemon that takes the connection and says nothing', async () => {
    const path = join(home, 'docker.sock')
    server = createServer(() => {}).listen(path)
    await once(server, 'listening')
    expect(await probe({ DOCKER_HOST: `unix://${path}` })).toEqual({
      isUsable: false,
      reason: expect.stringMatching(/does not answer/),
      hint: expect.stringMatching(/Restart Docker/),
    })
  })

  test('a context that is not there', async () => {
    expect(await probe({ DOCKER_CONTEXT: 'gone' })).toMatchObject({
      isUsable: false,
      reason: 'Docker has no context gone',
    })
  })

  test('a damaged configuration of Docker', async () => {
    await mkdir(join(home, '.docker'))
    await writeFile(join(home, '.docker/config.json'), '{')
    expect(await probe({})).toMatchObject({ isUsable: false, reason: expect.stringMatching(/config\.json/) })
  })
})

describe('a daemon is looked for', () => {
  async function context(name: string, host: string): Promise<string> {
    const id = createHash('sha256').update(name).digest('hex')
    await mkdir(join(home, '.docker/contexts/meta', id), { recursive: true })
    const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }
    await writeFile(join(home, '.docker/contexts/meta', id, 'meta.json'), JSON.stringify(meta))
    return join(home, '.docker/contexts/tls', id, 'docker')
  }

  test('where DOCKER_HOST says, before the context', async () => {
    await context('mine', 'unix:///mine.sock')
    const found = await findEndpoints(at({ DOCKER_HOST: 'unix:///given.sock', DOCKER_CONTEXT: 'mine' }))
    expect(found).toMatchObject([{ options: { socketPath: '/given.sock' } }])
  })

  test('where the context of DOCKER_CONTEXT says, before the chosen one', async () => {
    await context('mine', 'unix:///mine.sock')
    await context('other', 'npipe:////./pipe/other')
    await writeFile(join(home, '.docker/config.json'), JSON.stringify({ currentContext: 'other', auths: {} }))
    expect(await findEndpoints(at({}))).toMatchObject([{ options: { socketPath: '//./pipe/other' } }])
    expect(await findEndpoints(at({ DOCKER_CONTEXT: 'mine' }))).toMatchObject([
      { options: { socketPath: '/mine.sock' } },
    ])
  })

  test('with the certificates of a context, or of DOCKER_CERT_PATH', async () => {
    const folder = await context('tls', 'tcp://127.0.0.1:2376')
    await mkdir(folder, { recursive: true })
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(folder, `${name}.pem`), name)
    const options = { host: '127.0.0.1', port: '2376', protocol: 'https', ca: 'ca', cert: 'cert', key: 'key' }
    expect(await findEndpoints(at({ DOCKER_CONTEXT: 'tls' }))).toMatchObject([{ options }])
    const variables = {
      DOCKER_HOST: 'tcp://127.0.0.1:2376',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: folder,
    }
    expect(await findEndpoints(at(variables))).toMatchObject([{ options }])
  })

  test('else at the sockets of Docker, Podman and others, of the system before those of the user', async () => {
    const found = await findEndpoints(at({ XDG_RUNTIME_DIR: '/run/user/1000' }))
    const addresses = found.map(({ address }) => address)
    expect(addresses[0]).toBe('unix:///var/run/docker.sock')
    expect(addresses).toContain('unix:///run/podman/podman.sock')
    expect(addresses).toContain('unix:///run/user/1000/docker.sock')
    expect(addresses).toContain(`unix://${home}/.docker/run/docker.sock`)
    expect((await findEndpoints(at({}, 'win32')))[0]?.address).toBe('npipe:////./pipe/docker_engine')
  })

  test('and told by its name', async () => {
    const podman = { ...docker, Version: '5.2.0', Components: [{ Name: 'Podman Engine' }] }
    const address = await daemonOf(podman)
    expect(await probe({ DOCKER_HOST: address })).toEqual({
      isUsable: true,
      detail: `Podman 5.2.0 at ${address}, linux/amd64`,
    })
  })

  test.each([
    ['amd64', 'x86_64'],
    ['arm64', 'aarch64'],
  ])(
    'whose architecture %s is that of its machines, not the one of this process',
    async (Arch, architecture) => {
      const address = await daemonOf({ ...docker, Arch })
      const provider = dockerProvider({ surroundings: at({ DOCKER_HOST: address }) })
      expect(await provider.architecture()).toBe(architecture)
    },
  )

  test('through TCP too', async () => {
    server = createServer((_request, response) => response.end(JSON.stringify(docker))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await probe({ DOCKER_HOST: address })).toMatchObject({ isUsable: true })
  })
})
