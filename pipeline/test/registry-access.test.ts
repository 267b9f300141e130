import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { openRegistries } from '../src/registry/registries.ts'
import { registryMissing, startRegistry } from './support/docker-registry.ts'
import { type FakeRegistryOptions, startFakeRegistry } from './support/fake-registry.ts'
import { type Answer, serve, startServer } from './support/fault-server.ts'
import { type ImageWorld, newImageWorld, newLayer, pinned } from './support/image-world.ts'
import type { Descriptor } from './support/make-image.ts'
import { requirement } from './support/requirement.ts'
import { startTokenServer, type TokenServer, type TokenServerOptions } from './support/token-server.ts'

let world: ImageWorld
let manifest: Descriptor

beforeEach(async () => {
  world = await newImageWorld()
  manifest = await world.layout.image({
    layers: [await newLayer(world.layout), await newLayer(world.layout), await newLayer(world.layout)],
  })
})
afterEach(() => world[Symbol.asyncDispose]())

const base64 = (text: string) => Buffer.from(text).toString('base64')
const basic = `Basic ${base64('user:secret')}`
const loginTo = (host: string, entry: object = { auth: base64('user:secret') }) =>
  world.login({ auths: { [host]: entry } })

/** A registry that wants tokens, and who gives them. */
async function startWithTokens(
  options: TokenServerOptions = {},
  registryOptions: FakeRegistryOptions = {},
): Promise<
  AsyncDisposable & { tokens: TokenServer; registry: Awaited<ReturnType<typeof startFakeRegistry>> }
> {
  const tokens = await startTokenServer(options)
  const registry = await startFakeRegistry(world.layout, {
    allows: tokens.allows,
    challenge: tokens.challenge,
    ...registryOptions,
  })
  return {
    tokens,
    registry,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]()
      await tokens[Symbol.asyncDispose]()
    },
  }
}

const fetchFrom = ({ host }: { host: string }) => world.fetchImages([pinned(host, manifest)])

function secrets(requests: readonly { headers: { authorization?: string | undefined } }[]): unknown[] {
  return requests.map(({ headers }) => headers.authorization)
}

describe('a registry that wants a token', () => {
  it('is shown one that anyone is given, asked for once', async () => {
    await using both = await startWithTokens()
    await fetchFrom(both.registry)
    expect(both.tokens.requests).toEqual([
      { method: 'GET', authorization: undefined, asked: expect.any(URLSearchParams) },
    ])
    expect([...(both.tokens.requests[0]?.asked ?? [])]).toEqual([
      ['service', 'the service'],
      ['scope', 'repository:team/app:pull'],
    ])
    const sent = secrets(both.registry.requests)
    expect(sent).toEqual([undefined, ...Array(5).fill('Bearer token-1')])
  })

  it('is asked for its own repository where it names no scope', async () => {
    await using tokens = await startTokenServer()
    await using registry = await startFakeRegistry(world.layout, {
      allows: tokens.allows,
      challenge: () => tokens.challenge().replace(/,scope=.*/, ''),
    })
    await fetchFrom(registry)
    expect(tokens.requests[0]?.asked.get('scope')).toBe('repository:team/app:pull')
  })

  it('sees nothing of the credentials, which only who gives the token is shown', async () => {
    await using both = await startWithTokens({ accepts: ({ authorization }) => authorization === basic })
    await loginTo(both.registry.host)
    await fetchFrom(both.registry)
    expect(both.tokens.requests.map(({ authorization }) => authorization)).toEqual([basic])
    expect(secrets(both.registry.requests)).not.toContain(basic)
  })

  it('takes an identity token to who gives tokens, in a form and not in an address', async () => {
    await using both = await startWithTokens({
      accepts: ({ method, asked }) => method === 'POST' && asked.get('refresh_token') === 'identity',
    })
    await loginTo(both.registry.host, { identitytoken: 'identity' })
    await fetchFrom(both.registry)
    expect(Object.fromEntries(both.tokens.requests[0]?.asked ?? [])).toEqual({
      grant_type: 'refresh_token',
      client_id: 'kaweezle',
      refresh_token: 'identity',
      service: 'the service',
      scope: 'repository:team/app:pull',
    })
  })

  it('is shown what a credential helper keeps', async () => {
    await using both = await startWithTokens({ accepts: ({ authorization }) => authorization === basic })
    const helper = join(world.dockerConfig, 'docker-credential-mine')
    await writeFile(helper, `#!/bin/sh\nprintf '{"Username":"user","Secret":"secret"}'\n`)
    await chmod(helper, 0o755)
    await world.login({ credHelpers: { [both.registry.host]: 'mine' } })
    const env = { PATH: `${world.dockerConfig}:/usr/bin:/bin` }
    await world.fetchImages([pinned(both.registry.host, manifest)], { env })
    expect(both.tokens.requests).toHaveLength(1)
  })

  it('is shown another when one has expired, asked for once by all who are refused', async () => {
    const { config } = JSON.parse((await world.layout.read(manifest.digest)).toString())
    await using both = await startWithTokens(
      {},
      {
        fault: (path) => {
          if (path.endsWith(config.digest)) both.tokens.expire()
          return undefined
        },
      },
    )
    await fetchFrom(both.registry)
    expect(both.tokens.requests).toHaveLength(2)
    const [first, second] = ['Bearer token-1', 'Bearer token-2']
    expect(secrets(both.registry.requests).slice(3).toSorted()).toEqual([
      ...[first, first, first],
      ...[second, second, second],
    ])
  })

  it('that takes no token is asked twice, and not for ever', async () => {
    await using both = await startWithTokens({}, { allows: () => false })
    await expect(fetchFrom(both.registry)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('401'),
      hint: expect.stringContaining(`docker login ${both.registry.host}`),
    })
    expect(secrets(both.registry.requests)).toEqual([undefined, 'Bearer token-1'])
  })

  it('and trusts someone who does not take the credentials is an error without them', async () => {
    await using both = await startWithTokens({ accepts: () => false })
    await loginTo(both.registry.host)
    const error = await fetchFrom(both.registry).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', hint: expect.stringContaining('docker login') })
    expect(JSON.stringify([error, String(error), world.events])).not.toMatch(/secret|dXNlcjpzZWNyZXQ/)
    expect(both.tokens.requests.map(({ authorization }) => authorization)).toEqual([basic])
  })

  it.each<[string, NonNullable<TokenServerOptions['fault']>, string | undefined, number]>([
    ['nothing wrong', () => false, undefined, 1],
    ['500 once', (response, count) => count === 1 && !!response.writeHead(500).end(), undefined, 2],
    ['500 always', (response) => !!response.writeHead(500).end(), 'SOURCE_UNREACHABLE', 5],
    ['429 always', (response) => !!response.writeHead(429).end(), 'SOURCE_UNREACHABLE', 5],
    ['a reset once', (response, count) => count === 1 && !!response.socket?.resetAndDestroy(), undefined, 2],
    ['a redirect', (response) => !!response.writeHead(302, { location: '/' }).end(), 'SOURCE_UNREACHABLE', 1],
    ['no JSON', (response) => !!response.end('<html>'), 'SOURCE_UNREACHABLE', 1],
    ['no token', (response) => !!response.end('{}'), 'SOURCE_UNREACHABLE', 1],
    ['an empty token', (response) => !!response.end('{"token":""}'), 'SOURCE_UNREACHABLE', 1],
    ['a header in it', (response) => !!response.end('{"token":"a\\r\\nX: y"}'), 'SOURCE_UNREACHABLE', 1],
  ])('and whoever gives the token answers with %s', async (_, fault, code, requests) => {
    await using both = await startWithTokens({ fault })
    const failure = await fetchFrom(both.registry).then(
      () => undefined,
      ({ code, hint }) => hint && code,
    )
    expect(failure).toBe(code)
    expect(both.tokens.requests).toHaveLength(requests)
  })

  it('is shown a token that is called access_token', async () => {
    const fault: TokenServerOptions['fault'] = (response) =>
      !!response.end('{"token":"","access_token":"other"}')
    const allows = (authorization: string | undefined) => authorization === 'Bearer other'
    await using both = await startWithTokens({ fault }, { allows })
    await fetchFrom(both.registry)
    expect(both.tokens.requests).toHaveLength(1)
  })

  it('and whoever gives the token never stops is given up at 1 MiB', async () => {
    const fault: TokenServerOptions['fault'] = (response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
      }
      response.on('drain', more)
      more()
      return true
    }
    await using both = await startWithTokens({ fault })
    await expect(fetchFrom(both.registry)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('more than 1048576 bytes'),
    })
  })

  it('from whom nobody answers is given up in time', async () => {
    await using both = await startWithTokens({ fault: () => true })
    const fetching = world.fetchImages([pinned(both.registry.host, manifest)], {
      limits: { headers: 200, tries: 2, backoff: 1 },
    })
    await expect(fetching).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
    expect(both.tokens.requests).toHaveLength(2)
  })

  it.each([
    ['on another machine without TLS', 'http://auth.test/token'],
    ['on a machine that looks like this one', 'http://127.0.0.1.test/token'],
    ['of another kind', 'ftp://127.0.0.1/token'],
    ['that is no address', '/token'],
  ])('from someone %s is not shown any, and nobody sees the credentials', async (_, realm) => {
    await using proxy = await startServer((response) => response.end('{"token":"token"}'))
    await using registry = await startFakeRegistry(world.layout, {
      allows: (authorization) => authorization === 'Bearer token',
      challenge: () => `Bearer realm="${realm}"`,
    })
    await loginTo(registry.host)
    const env = { http_proxy: proxy.url }
    await expect(world.fetchImages([pinned(registry.host, manifest)], { env })).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('https'),
    })
    expect(proxy.requests).toEqual([])
    expect(secrets(registry.requests)).toEqual([undefined])
  })
})

const withRegistry = await requirement('docker-registry', registryMissing)

withRegistry("Debian's docker-registry", () => {
  test('is shown a token where it says that it wants one', async () => {
    await using tokens = await startTokenServer()
    const realm = /realm="(.*?)"/.exec(tokens.challenge())?.[1]
    // Lets in whoever has any Authorization.
    await using registry = await startRegistry({ auth: { silly: { realm, service: 'the service' } } })
    await registry.push(world.layout, {
      repository: 'team/app',
      tag: '1',
      top: manifest,
      authorization: 'any',
    })
    await world.fetchImages([pinned(registry.address, manifest)])
    expect([...(tokens.requests[0]?.asked ?? [])]).toEqual([
      ['service', 'the service'],
      ['scope', 'repository:team/app:pull'],
    ])
    expect(tokens.requests).toHaveLength(1)
  })
})

test('a registry on another machine leads to nobody on this one', async () => {
  await using tokens = await startTokenServer()
  await using registry = await startFakeRegistry(world.layout, {
    allows: tokens.allows,
    challenge: tokens.challenge,
  })
  const registries = (address: string) =>
    openRegistries({
      mirrors: new Map([['registry.test', address]]),
      env: { http_proxy: registry.url, DOCKER_CONFIG: world.dockerConfig },
    })
  const reference = pinned('registry.test', manifest)
  // The fake registry stands for the other machine, as its proxy.
  const remote = world.fetchImages([reference], { registries: registries('http://registry.test') })
  await expect(remote).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  expect(tokens.requests).toEqual([])
  await world.fetchImages([reference], { registries: registries(registry.host) })
  expect(tokens.requests).toHaveLength(1)
})

describe('a registry that wants a password', () => {
  const withPassword = { allows: (authorization: string | undefined) => authorization === basic }

  it('is shown the one kept for it', async () => {
    await using registry = await startFakeRegistry(world.layout, withPassword)
    await loginTo(registry.host)
    await fetchFrom(registry)
    expect(secrets(registry.requests)).toEqual([undefined, ...Array(5).fill(basic)])
  })

  it('and does not take it is shown it once for each file', async () => {
    await using registry = await startFakeRegistry(world.layout, { allows: () => false })
    await loginTo(registry.host)
    const registries = openRegistries({ env: { DOCKER_CONFIG: world.dockerConfig } })
    const fetchAgain = () => world.fetchImages([pinned(registry.host, manifest)], { registries })
    await expect(fetchAgain()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
    await expect(fetchAgain()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
    expect(secrets(registry.requests)).toEqual([undefined, basic, basic])
  })

  it('is shown none that is kept for another', async () => {
    await using registry = await startFakeRegistry(world.layout, withPassword)
    await loginTo('registry.k8s.io')
    const registries = openRegistries({
      mirrors: new Map([['registry.k8s.io', registry.host]]),
      env: { DOCKER_CONFIG: world.dockerConfig },
    })
    const fetching = world.fetchImages([pinned('registry.k8s.io', manifest)], { registries })
    await expect(fetching).rejects.toMatchObject({
      hint: expect.stringContaining(`docker login ${registry.host}`),
    })
    expect(secrets(registry.requests)).toEqual([undefined])
  })

  it('as a mirror is shown the one kept for the mirror', async () => {
    await using registry = await startFakeRegistry(world.layout, withPassword)
    await loginTo(registry.host)
    const registries = openRegistries({
      mirrors: new Map([['registry.k8s.io', registry.host]]),
      env: { DOCKER_CONFIG: world.dockerConfig },
    })
    await world.fetchImages([pinned('registry.k8s.io', manifest)], { registries })
    expect(secrets(registry.requests)).toContain(basic)
  })

  it.each([
    ['a password', () => 'Basic realm="x"', /not sent over plain http/],
    ['a token', () => 'Bearer realm="https://127.0.0.1:1/token"', /127\.0\.0\.1:1/],
  ])('as %s over http on another machine is shown none', async (_, challenge, message) => {
    await using registry = await startFakeRegistry(world.layout, { ...withPassword, challenge })
    await loginTo('registry.test')
    // The fake registry stands for the other machine, as its proxy.
    const env = { http_proxy: registry.url, DOCKER_CONFIG: world.dockerConfig }
    const registries = openRegistries({ mirrors: new Map([['registry.test', 'http://registry.test']]), env })
    const fetching = world.fetchImages([pinned('registry.test', manifest)], {
      registries,
      limits: { tries: 1 },
    })
    await expect(fetching).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringMatching(message),
    })
    expect(secrets(registry.requests)).toEqual([undefined])
  })

  it('is not asked for when the Docker config file is broken, which is named', async () => {
    await using registry = await startFakeRegistry(world.layout, withPassword)
    await writeFile(join(world.dockerConfig, 'config.json'), '{')
    await expect(fetchFrom(registry)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: expect.stringContaining(join(world.dockerConfig, 'config.json')),
    })
  })

  it('may be anyone: without a challenge nobody reads the Docker config file', async () => {
    await using registry = await startFakeRegistry(world.layout)
    await writeFile(join(world.dockerConfig, 'config.json'), '{')
    await fetchFrom(registry)
    expect(secrets(registry.requests)).toEqual(Array(5).fill(undefined))
  })
})

describe('a registry that has its blobs elsewhere', () => {
  const redirect =
    (to: () => string): NonNullable<FakeRegistryOptions['fault']> =>
    (path) => {
      const answer: Answer = (response) =>
        response.writeHead(307, { location: `${to()}/${path}?signature=x` }).end()
      return path.includes('/blobs/') ? answer : undefined
    }
  const blobs: Answer = (response, request, count) => {
    const digest = /sha256:[0-9a-f]+/.exec(request.url)?.[0] ?? ''
    void world.layout.read(digest).then((content) => serve(content)(response, request, count))
  }

  test.each(['127.0.0.1', 'localhost'])('shows its token to nobody at %s', async (host) => {
    await using other = await startServer(blobs)
    await using both = await startWithTokens({}, { fault: redirect(() => `http://${host}:${other.port}`) })
    await fetchFrom(both.registry)
    expect(secrets(other.requests)).toEqual(Array(4).fill(undefined))
    expect(secrets(both.registry.requests).slice(1)).toEqual(Array(5).fill('Bearer token-1'))
  })

  test('answers nobody else who wants a token or a password', async () => {
    await using other = await startServer((response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="mine"' }).end(),
    )
    await using registry = await startFakeRegistry(world.layout, { fault: redirect(() => other.url) })
    await loginTo(registry.host)
    await expect(fetchFrom(registry)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
    expect(new Set(secrets([...other.requests, ...registry.requests]))).toEqual(new Set([undefined]))
  })
})
