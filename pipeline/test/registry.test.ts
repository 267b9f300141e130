import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { PipelineError } from '../src/errors.ts'
import { parseImageReference } from '../src/oci/reference.ts'
import { blobOpener } from '../src/preload/blob-opener.ts'
import { loadImages } from '../src/preload/load-images.ts'
import { openRegistries } from '../src/registry/registries.ts'
import { resolveImage } from '../src/registry/resolve-image.ts'
import { registryMissing, startRegistry } from './support/docker-registry.ts'
import { startFakeRegistry } from './support/fake-registry.ts'
import { type Answer, serve, startServer } from './support/fault-server.ts'
import { hexOf, type ImageWorld, newImageWorld, newLayer, pinned } from './support/image-world.ts'
import type { Descriptor, MadeLayer } from './support/make-image.ts'
import { requirement } from './support/requirement.ts'

let world: ImageWorld
const children: ChildProcess[] = []

beforeEach(async () => {
  world = await newImageWorld()
})
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  await world[Symbol.asyncDispose]()
})

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** An image for both architectures, tagged `1`, and its parts for x86_64. */
async function makeImage(
  ...layers: MadeLayer[]
): Promise<{ index: Descriptor; amd64: Descriptor; arm64: Descriptor }> {
  const { layout } = world
  const amd64 = await layout.image({ layers })
  const arm64 = await layout.image({ layers: [await newLayer(layout)], architecture: 'arm64' })
  const index = await layout.index({ amd64, arm64 })
  await layout.tag('1', index)
  return { index, amd64, arm64 }
}

async function configOf(manifest: Descriptor): Promise<Descriptor> {
  return JSON.parse((await world.layout.read(manifest.digest)).toString()).config
}

/** What is fetched and unpacked without any registry. */
function loadStored(reference: ReturnType<typeof pinned>) {
  return loadImages([reference], {
    store: world.store,
    architecture: 'x86_64',
    openBlob: blobOpener(world.store),
  })
}

describe('an image', () => {
  it('comes with its documents and layers for one architecture, and nothing else', async () => {
    const layers = [await newLayer(world.layout), await newLayer(world.layout)]
    const { index, amd64 } = await makeImage(...layers)
    await using registry = await startFakeRegistry(world.layout)
    const reference = pinned(registry.host, index)
    const [image] = await world.fetchImages([reference])
    const config = await configOf(amd64)
    const expected = [
      `team/app/manifests/${index.digest}`,
      `team/app/manifests/${amd64.digest}`,
      ...[config, ...layers].map(({ digest }) => `team/app/blobs/${digest}`),
    ]
    expect(registry.paths().toSorted()).toEqual(expected.toSorted())
    expect(image?.layers.map(({ diffId }) => `sha256:${diffId}`)).toEqual(layers.map(({ diffId }) => diffId))
    expect((await loadStored(reference))[0]?.layers).toHaveLength(2)
  })

  it('of one architecture needs no index', async () => {
    const manifest = await world.layout.image({ layers: [await newLayer(world.layout)], docker: true })
    await using registry = await startFakeRegistry(world.layout)
    await world.fetchImages([pinned(registry.host, manifest)])
    expect(registry.paths()).toHaveLength(3)
  })

  it('that is in the store is not asked for again, and needs no network', async () => {
    const { index } = await makeImage(await newLayer(world.layout))
    await using registry = await startFakeRegistry(world.layout)
    const reference = pinned(registry.host, index)
    await world.fetchImages([reference])
    const asked = registry.requests.length
    await world.fetchImages([reference])
    await world.fetchImages([reference], { offline: true })
    expect(asked).toBe(4)
    expect(registry.requests).toHaveLength(asked)
  })

  it('that is not in the store is OFFLINE with --offline, and nothing is asked', async () => {
    const { index } = await makeImage(await newLayer(world.layout))
    await using registry = await startFakeRegistry(world.layout)
    const reference = pinned(registry.host, index)
    await expect(world.fetchImages([reference], { offline: true })).rejects.toMatchObject({
      code: 'OFFLINE',
      message: expect.stringContaining(`manifest of ${registry.host}/team/app:1@${index.digest}`),
    })
    expect(registry.requests).toEqual([])
  })

  it('lacks no blob of a layer that the store has unpacked', async () => {
    const layer = await newLayer(world.layout)
    const { index } = await makeImage(layer)
    await using registry = await startFakeRegistry(world.layout)
    // The same layer in another compression: its blob is another one.
    const manifest = await world.layout.image({ layers: [await recompressed(layer)] })
    const [reference, other] = [pinned(registry.host, index), pinned(registry.host, manifest)]
    await world.fetchImages([reference])
    await loadStored(reference)
    const before = registry.paths()
    await world.fetchImages([other])
    expect(before).toContain(`team/app/blobs/${layer.digest}`)
    expect(registry.paths().slice(before.length)).toEqual([`team/app/manifests/${manifest.digest}`])
    expect(await loadStored(other)).toHaveLength(1)
    await world.fetchImages([other], { withBlobs: true })
    expect(registry.paths()).toHaveLength(before.length + 2)
  })

  it('shares layers with others, which are asked for once', async () => {
    const [shared, own] = [await newLayer(world.layout), await newLayer(world.layout)]
    const one = await world.layout.image({ layers: [shared] })
    const two = await world.layout.image({ layers: [shared, own], docker: true })
    await using registry = await startFakeRegistry(world.layout)
    await world.fetchImages([pinned(registry.host, one), pinned(registry.host, two, 'team/other')])
    const asked = (layer: MadeLayer) => registry.paths().filter((path) => path.endsWith(layer.digest)).length
    expect([asked(shared), asked(own)]).toEqual([1, 1])
  })

  it('comes from the mirror of its registry, under the prefix there', async () => {
    const { index } = await makeImage(await newLayer(world.layout))
    await using registry = await startFakeRegistry(world.layout)
    const registries = openRegistries({
      mirrors: new Map([['registry.k8s.io', `${registry.host}/k8s`]]),
      env: {},
    })
    await world.fetchImages([pinned('registry.k8s.io', index, 'pause')], { registries })
    expect(registry.paths()[0]).toBe(`k8s/pause/manifests/${index.digest}`)
  })

  it('on this machine is asked for without the proxy', async () => {
    const { index } = await makeImage(await newLayer(world.layout))
    await using registry = await startFakeRegistry(world.layout)
    await using proxy = await startServer((response) => response.writeHead(502).end())
    await world.fetchImages([pinned(registry.host, index)], { env: { http_proxy: proxy.url } })
    expect(proxy.requests).toEqual([])
  })
})

async function imageWithLargeConfig(): Promise<Descriptor> {
  const config = await world.layout.blob(
    Buffer.alloc(5 << 20, ' '),
    'application/vnd.oci.image.config.v1+json',
  )
  const { diffId: _, ...layer } = await newLayer(world.layout)
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  return world.layout.document({ schemaVersion: 2, mediaType, config, layers: [layer] }, mediaType)
}

async function recompressed(layer: MadeLayer): Promise<MadeLayer> {
  return world.layout.layer(gunzipSync(await world.layout.read(layer.digest)), 'zstd')
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end('an error page')

const wrong: Answer = (response) => response.end('{"schemaVersion":2}')

/** Sends until nobody reads any more. */
let sent = 0
const endless: Answer = (response) => {
  const part = Buffer.alloc(65_536, ' ')
  const more = () => {
    do sent += part.length
    while (!response.destroyed && response.write(part))
  }
  response.on('drain', more).writeHead(200)
  more()
}

describe('a fault of a registry is survived, or reported, and leaves nothing that is not right', () => {
  type Fault = 'manifest' | 'blob'
  const once = (fault: Answer) => (count: number) => (count === 1 ? fault : undefined)
  const always = (fault: Answer) => () => fault
  const cases: [string, Fault, (count: number) => Answer | undefined, string | undefined, number][] = [
    ['no fault', 'blob', () => undefined, undefined, 1],
    ['500 once', 'manifest', once(status(500)), undefined, 2],
    ['500 once for a blob', 'blob', once(status(500)), undefined, 2],
    ['500 always', 'manifest', always(status(500)), 'SOURCE_UNREACHABLE', 5],
    ['429 once', 'manifest', once(status(429)), undefined, 2],
    ['429 always', 'blob', always(status(429)), 'SOURCE_UNREACHABLE', 5],
    ['403', 'manifest', always(status(403)), 'SOURCE_UNREACHABLE', 1],
    ['no such manifest', 'manifest', always(status(404)), 'SOURCE_MISSING', 1],
    ['no such blob', 'blob', always(status(404)), 'SOURCE_MISSING', 1],
    ['another manifest once', 'manifest', once(wrong), undefined, 2],
    ['another manifest', 'manifest', always(wrong), 'CHECKSUM_MISMATCH', 2],
    ['another blob', 'blob', always(wrong), 'CHECKSUM_MISMATCH', 2],
    ['an endless manifest', 'manifest', always(endless), 'CHECKSUM_MISMATCH', 2],
    ['an endless blob', 'blob', always(endless), 'CHECKSUM_MISMATCH', 2],
    [
      'a reset before the answer',
      'blob',
      once((response) => response.socket?.resetAndDestroy()),
      undefined,
      2,
    ],
  ]
  test.each(cases)('%s', async (_, faulty, fault, code, requests) => {
    sent = 0
    const layer = await newLayer(world.layout)
    const { index } = await makeImage(layer)
    const isFaulty = (path: string) => path.endsWith(faulty === 'manifest' ? index.digest : layer.digest)
    await using registry = await startFakeRegistry(world.layout, {
      fault: (path, count) => (isFaulty(path) ? fault(count) : undefined),
    })
    const error = await world.fetchImages([pinned(registry.host, index)]).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(error instanceof PipelineError ? error.code : error).toBe(code)
    expect(registry.paths().filter(isFaulty)).toHaveLength(requests)
    const stored = await world.store.find(hexOf(faulty === 'manifest' ? index.digest : layer.digest))
    expect(stored !== undefined).toBe(code === undefined)
    if (error instanceof PipelineError) {
      expect(error.hint).toBeTruthy()
      const label = faulty === 'manifest' ? /manifest/ : /layer sha256:|blobs\/sha256:/
      expect(error.message).toMatch(label)
      expect(error.hint).not.toMatch(/URL of the mirror/)
    }
    const bytes = await Promise.all(
      (await readdir(world.cache, { recursive: true })).map(
        async (name) => (await stat(join(world.cache, name))).size,
      ),
    )
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1 << 20)
    // Two tries at what may have 4 MiB, and what is on its way.
    expect(sent).toBeLessThan(32 << 20)
  })

  test('a server that asks to wait is asked again after that time', async () => {
    const { index } = await makeImage(await newLayer(world.layout))
    await using registry = await startFakeRegistry(world.layout, {
      fault: (path, count) =>
        path.endsWith(index.digest) && count === 1 ? status(429, { 'retry-after': '1' }) : undefined,
    })
    await world.fetchImages([pinned(registry.host, index)])
    const [first, second] = registry.requests
    expect((second?.time ?? 0) - (first?.time ?? 0)).toBeGreaterThan(950)
  })

  test.each([
    [429, /docker login.*higher limit/],
    [401, /docker login/],
    [403, /docker login/],
    [404, /tag/],
  ])('%i says what to do', async (code, hint) => {
    const { index } = await makeImage(await newLayer(world.layout))
    await using registry = await startFakeRegistry(world.layout, { fault: () => status(code) })
    await expect(world.fetchImages([pinned(registry.host, index)])).rejects.toMatchObject({
      hint: expect.stringMatching(hint),
    })
  })

  test('a blob that is cut goes on where it was cut, and no byte is sent twice', async () => {
    const layer = await newLayer(world.layout, 300_000)
    const { index } = await makeImage(layer)
    const content = await world.layout.read(layer.digest)
    let served = 0
    const half: Answer = (response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"1"' })
      response.write(content.subarray(0, 100_000), () => setTimeout(() => response.socket?.end(), 200))
      served += 100_000
    }
    const rest: Answer = (response, request, count) => {
      served += content.length - request.offset
      serve(content)(response, request, count)
    }
    await using registry = await startFakeRegistry(world.layout, {
      fault: (path, count) => (path.endsWith(layer.digest) ? (count === 1 ? half : rest) : undefined),
    })
    await world.fetchImages([pinned(registry.host, index)])
    expect(served).toBe(content.length)
    expect(registry.requests.at(-1)?.offset).toBe(100_000)
  })

  test.each([
    ['a layer', (sizes: Descriptor) => ({ layers: [{ ...sizes, size: sizes.size + 1 }] })],
    ['a layer that would fill the disk', (sizes: Descriptor) => ({ layers: [{ ...sizes, size: 2 ** 52 }] })],
  ])('%s of another size than the manifest says is refused before it is read', async (_, change) => {
    const layer = await newLayer(world.layout)
    const { layers } = change(layer)
    const manifest = await world.layout.image({ layers: layers.map((one) => ({ ...layer, ...one })) })
    await using registry = await startFakeRegistry(world.layout)
    await expect(world.fetchImages([pinned(registry.host, manifest)])).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
      message: expect.stringContaining(`layer ${layer.digest} of ${registry.host}/team/app:1`),
    })
    expect(await world.store.find(hexOf(layer.digest))).toBeUndefined()
  })

  test('a configuration of more than 4 MiB is not asked for', async () => {
    const manifest = await imageWithLargeConfig()
    await using registry = await startFakeRegistry(world.layout)
    const code = 'ARCHIVE_INVALID'
    await expect(world.fetchImages([pinned(registry.host, manifest)])).rejects.toMatchObject({ code })
    expect(registry.paths()).toEqual([`team/app/manifests/${manifest.digest}`])
  })
})

test('a fetch that was killed keeps finished blobs, and goes on within the one under way', async () => {
  const [small, large] = [await newLayer(world.layout), await newLayer(world.layout, 4 << 20)]
  const { index } = await makeImage(small, large)
  const content = await world.layout.read(large.digest)
  const stalls: Answer = (response) => {
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 1 << 20))
  }
  await using registry = await startFakeRegistry(world.layout, {
    fault: (path, count) => (path.endsWith(large.digest) && count === 1 ? stalls : undefined),
  })
  const reference = pinned(registry.host, index)
  const module = (name: string) => JSON.stringify(new URL(`../src/${name}`, import.meta.url).href)
  const code = `
    const { createFetcher } = await import(${module('fetch/fetch.ts')})
    const { parseImageReference } = await import(${module('oci/reference.ts')})
    const { fetchImages } = await import(${module('registry/fetch-images.ts')})
    const { openRegistries } = await import(${module('registry/registries.ts')})
    const { openStore } = await import(${module('store/store.ts')})
    const store = await openStore(${JSON.stringify(world.cache)})
    const { signal } = new AbortController()
    const fetcher = createFetcher({ store, signal, onEvent: (event) => console.log(JSON.stringify(event)) })
    const references = [parseImageReference(${JSON.stringify(`${registry.host}/team/app:1@${index.digest}`)})]
    await fetchImages(references, { architecture: 'x86_64', registries: openRegistries({ env: {} }), fetcher, store, signal })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let seen = ''
  child.stdout.setEncoding('utf8')
  for await (const text of child.stdout) {
    seen += text
    const isThere = seen.includes(`"bytes":${small.size},"from":"source"`)
    if (isThere && seen.includes(`"bytes":${1 << 20},"size":${large.size}`)) break
  }
  await kill(child)
  const before = registry.requests.length
  await world.fetchImages([reference])
  expect(before).toBe(5)
  expect(registry.paths().slice(before)).toEqual([`team/app/blobs/${large.digest}`])
  expect(registry.requests.at(-1)?.offset).toBe(1 << 20)
})

describe('a tag', () => {
  const resolve = (host: string) =>
    resolveImage(parseImageReference(`${host}/team/app:1`), {
      registries: openRegistries({ env: { DOCKER_CONFIG: world.dockerConfig } }),
      fetcher: world.fetcher(),
    })

  it('of an index means its digest, and those of the manifests in it', async () => {
    const { index, amd64, arm64 } = await makeImage(await newLayer(world.layout))
    await using registry = await startFakeRegistry(world.layout)
    expect(await resolve(registry.host)).toEqual({
      digest: hexOf(index.digest),
      platforms: { 'linux/amd64': hexOf(amd64.digest), 'linux/arm64': hexOf(arm64.digest) },
    })
    expect(registry.paths()).toEqual(['team/app/manifests/1'])
    expect(registry.requests[0]?.headers.accept).toContain('application/vnd.oci.image.index.v1+json')
  })

  it.each([
    ['amd64', 'linux/amd64'],
    ['arm64', 'linux/arm64'],
  ])('of an image for %s alone means %s', async (architecture, platform) => {
    const manifest = await world.layout.image({ layers: [await newLayer(world.layout)], architecture })
    await world.layout.tag('1', manifest)
    await using registry = await startFakeRegistry(world.layout)
    const digest = hexOf(manifest.digest)
    expect(await resolve(registry.host)).toEqual({ digest, platforms: { [platform]: digest } })
  })

  it.each(['s390x', 'constructor'])('of an image for %s alone is refused', async (architecture) => {
    const manifest = await world.layout.image({ layers: [await newLayer(world.layout)], architecture })
    await world.layout.tag('1', manifest)
    await using registry = await startFakeRegistry(world.layout)
    await expect(resolve(registry.host)).rejects.toMatchObject({ code: 'SOURCE_MISSING' })
  })

  it('of an image with a configuration of more than 4 MiB is refused, and that is not asked for', async () => {
    await world.layout.tag('1', await imageWithLargeConfig())
    await using registry = await startFakeRegistry(world.layout)
    await expect(resolve(registry.host)).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
    expect(registry.paths()).toEqual(['team/app/manifests/1'])
  })

  it('is the digest of what was sent, whatever a header says', async () => {
    const { index } = await makeImage(await newLayer(world.layout))
    const content = await world.layout.read(index.digest)
    const lying: Answer = (response) =>
      response.writeHead(200, { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }).end(content)
    await using registry = await startFakeRegistry(world.layout, { fault: () => lying })
    expect((await resolve(registry.host)).digest).toBe(hexOf(index.digest))
  })

  it.each<[string, Answer, string]>([
    ['that does not exist', status(404), 'SOURCE_MISSING'],
    ['of something else than an image', wrong, 'ARCHIVE_INVALID'],
    ['of an error page', (response) => response.end('<html>'), 'ARCHIVE_INVALID'],
    ['without an end', endless, 'CHECKSUM_MISMATCH'],
  ])('%s is refused', async (_, answer, code) => {
    await using registry = await startFakeRegistry(world.layout, { fault: () => answer })
    await expect(resolve(registry.host)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('team/app'),
      hint: expect.any(String),
    })
  })
})

const withRegistry = await requirement('docker-registry', registryMissing)

withRegistry("Debian's docker-registry", () => {
  test.each([
    ['OCI', false],
    ["Docker's", true],
  ])('gives an image in %s format by tag and by digest, byte for byte', async (_, docker) => {
    await using registry = await startRegistry()
    const layers = [await newLayer(world.layout), await newLayer(world.layout, 200_000)]
    const amd64 = await world.layout.image({ layers, docker })
    const arm64 = await world.layout.image({ layers, docker, architecture: 'arm64' })
    await world.layout.tag('1', await world.layout.index({ amd64, arm64 }))
    const index = await registry.push(world.layout, { repository: 'k8s/team/app', tag: '1' })
    const env = { DOCKER_CONFIG: world.dockerConfig }
    const registries = openRegistries({
      mirrors: new Map([['registry.k8s.io', `${registry.address}/k8s`]]),
      env,
    })
    const tagged = parseImageReference('registry.k8s.io/team/app:1')
    expect(await resolveImage(tagged, { registries, fetcher: world.fetcher() })).toEqual({
      digest: hexOf(index.digest),
      platforms: { 'linux/amd64': hexOf(amd64.digest), 'linux/arm64': hexOf(arm64.digest) },
    })
    const reference = pinned('registry.k8s.io', index)
    const [image] = await world.fetchImages([reference], { registries })
    expect(image?.manifest.digest).toBe(hexOf(amd64.digest))
    expect((await loadStored(reference))[0]?.layers).toHaveLength(2)
  })

  test('says that it has no such image', async () => {
    await using registry = await startRegistry()
    const reference = pinned(
      registry.address,
      await world.layout.image({ layers: [await newLayer(world.layout)] }),
    )
    await expect(world.fetchImages([reference])).rejects.toMatchObject({ code: 'SOURCE_MISSING' })
  })
})
