import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RootfsManifest, rootfsManifest } from '../src/describe/manifest.ts'
import { parseImagesLock } from '../src/locks/images.ts'
import {
  type ClusterRecipe,
  type ClusterWorld,
  clusterImages,
  clusterLock,
  clusterMissing,
  clusterRecipe,
  readClusterLock,
  startCluster,
} from './support/cluster-world.ts'
import { type ContainerTools, containerTools, containerToolsMissing } from './support/container-tools.ts'
import { type Dockerd, dockerdMissing, startDockerd } from './support/dockerd.ts'
import { firstDifference } from './support/first-difference.ts'
import {
  type Bench,
  type Flags,
  main,
  type RunOptions,
  rootfsDigest,
  runPipeline,
  succeed,
} from './support/pipeline.ts'
import { fetchedBlobs } from './support/registry-proxy.ts'
import { requirement } from './support/requirement.ts'
import type { SampleImage } from './support/sample-images.ts'

const describeCluster = await requirement('builds of a cluster', clusterMissing)
const describeDocker = await requirement(
  'Docker',
  async () => (await clusterMissing()) ?? (await dockerdMissing()),
)
const describeTools = await requirement(
  'root, podman and skopeo',
  async () => (await clusterMissing()) ?? (await containerToolsMissing()),
)
const describeUmoci = await requirement('umoci', async () => {
  const { exitCode } = await execa('umoci', ['--version'], { reject: false })
  return exitCode === 0 ? clusterMissing() : 'install umoci'
})
const describeStrace = await requirement('strace', async () => {
  const { exitCode } = await execa('strace', ['--version'], { reject: false })
  return exitCode === 0 ? clusterMissing() : 'install strace'
})

/** One image under two tags. */
const twins = ['quay.io/example/twin:one', 'quay.io/example/twin:two'] as const
const names = [...Object.keys(clusterImages), ...twins].toSorted()
const storage = 'var/lib/containers/storage'

let world: ClusterWorld
let reference: Bench
let digest: string
let asked: readonly string[]

/** A whole build takes many seconds, and others may use the machine. */
const patience = 10 * 60_000

describeCluster('a build with images', () => {
  beforeAll(async () => {
    world = await startCluster({ bigBytes: 100e6, images: { [twins[0]]: 'plain' } })
    await world.push(twins[1], sample(twins[0]))
    reference = await world.newBench({ extra: twins })
    await succeed(reference, withSources(reference, { command: 'lock' }))
    world.proxy.requests.length = 0
    await succeed(reference, withSources(reference))
    asked = world.proxy.requests.filter(({ method }) => method === 'GET').map(({ path }) => path)
    digest = await rootfsDigest(reference.out)
  }, patience)

  afterAll(async () => {
    await reference?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  beforeEach(() => {
    world.proxy.requests.length = 0
  })
  afterEach(() => {
    world.proxy.interfere = () => undefined
  })

  test('says in its manifest which images it carries, as they are in the lock and in the registry', async () => {
    const { preload, images } = await readManifest(reference.out)
    const lock = parseImagesLock(await readClusterLock(reference, 'images'), 'images.lock.yaml')
    expect(preload).toBe('containers-storage')
    expect(images.map(({ name }) => name)).toEqual(names)
    expect(lock.images.map(({ from }) => from)).toEqual(images.map(({ from }) => from))
    for (const image of images) {
      const { top, manifest } = sample(image.name)
      const { config, diffIds } = await documentsOf(manifest.digest)
      expect(image).toMatchObject({
        digest: hex(top.digest),
        manifest: hex(manifest.digest),
        config: hex(config),
      })
      expect(image.layers.map(({ diffId }) => diffId)).toEqual(diffIds.map(hex))
    }
  })

  test('asks for each blob once, also of layers that images share and of an image under two tags', async () => {
    const blobs = asked.filter((path) => path.includes('/blobs/')).map((path) => path.split('/').at(-1))
    expect(blobs.length).toBeGreaterThan(2 * names.length)
    expect(blobs).toHaveLength(new Set(blobs).size)
    const images = [...world.images.values()].map(({ manifest }) => documentsOf(manifest.digest))
    const layers = (await Promise.all(images)).flatMap((one) => one.layers)
    expect(layers.length).toBeGreaterThan(new Set(layers).size)
    const twin = asked.filter((path) =>
      path.endsWith(`/quay.io/example/twin/manifests/${sample(twins[0]).top.digest}`),
    )
    expect(twin.length).toBeLessThanOrEqual(1)
  })

  test(
    'gives the same bytes from an empty cache, when the registry answers in another order',
    async () => {
      await using other = await benchLikeReference({ extra: twins.toReversed() })
      world.proxy.interfere = ({ path }) => ({
        delay: createHash('sha256').update(`late ${path}`).digest().readUInt8() * 4,
      })
      await succeed(other, withSources(other))
      expect(fetchedBlobs(world.proxy.requests).map((blob) => `${blob}`)).not.toEqual(
        asked.filter((path) => path.includes('/blobs/')).map((path) => path.split('/').at(-1)),
      )
      await expectSameBytes(other.out)
    },
    patience,
  )

  test(
    'gives the same bytes from a warm cache, with no result of an earlier build and no request',
    async () => {
      await rm(join(reference.cache, 'v1/records'), { recursive: true })
      const out = join(reference.folder, 'warm')
      await succeed(reference, withSources(reference, { flags: { out } }))
      expect(world.proxy.requests).toEqual([])
      await expectSameBytes(out)
    },
    patience,
  )

  test(
    'gives other bytes when one image is another, and the comparison names it',
    async () => {
      await using other = await world.newBench({ extra: twins.slice(0, 1) })
      const cache = reference.cache
      await succeed(other, withSources(other, { command: 'lock', flags: { cache } }))
      await succeed(other, withSources(other, { flags: { cache } }))
      expect(await rootfsDigest(other.out)).not.toBe(digest)
      const file = 'rootfs.tar.gz'
      const difference = await firstDifference(join(reference.out, file), join(other.out, file))
      expect(difference).toMatch(/^var\/lib\/containers\/storage\//)
    },
    patience,
  )

  test(
    'does not touch its images again when the recipe changes elsewhere',
    async () => {
      await using other = await benchLikeReference()
      await writeFile(join(other.recipes, 'overlay-runtime/etc/another'), 'file\n')
      const flags = { cache: reference.cache, renderer: 'json' }
      const { stdout } = await succeed(other, withSources(other, { flags }))
      expect(world.proxy.requests).toEqual([])
      expect(stdout).toMatch(/"step":"images","event":"(skipped|done)"/)
      expect(await rootfsDigest(other.out)).not.toBe(digest)
    },
    patience,
  )

  test(
    'carries none with --no-images, and says so',
    async () => {
      const out = join(reference.folder, 'without')
      await succeed(reference, withSources(reference, { flags: { out, 'no-images': true } }))
      expect(await readManifest(out)).toMatchObject({ preload: null, images: [] })
      const { stdout } = await execa('bsdtar', ['-tf', join(out, 'rootfs.tar.gz')])
      expect(stdout).not.toContain(storage)
      const control = await execa('bsdtar', ['-tf', join(reference.out, 'rootfs.tar.gz')])
      expect(control.stdout).toContain(storage)
    },
    patience,
  )

  test(
    'that was killed while it pulled goes on without fetching a finished blob again',
    async () => {
      await using place = await benchLikeReference()
      const big = await bigBlob()
      world.proxy.interfere = ({ path }) => (path.endsWith(big) ? { stallAfter: 2 ** 20 } : undefined)
      const killing = new AbortController()
      const running = runPipeline(place, withSources(place, { signal: killing.signal }))
      await whenOnlyOneStalls()
      killing.abort()
      expect((await running).status).not.toBe(0)
      const finished = fetchedBlobs(world.proxy.requests).filter((blob) => blob !== big)
      expect(finished.length).toBeGreaterThan(names.length)

      world.proxy.interfere = () => undefined
      world.proxy.requests.length = 0
      await succeed(place, withSources(place))
      expect(fetchedBlobs(world.proxy.requests)).toEqual([big])
      await expectSameBytes(place.out)
    },
    patience,
  )

  test(
    'is found right by `npm run verify`, and a damaged one is not',
    async () => {
      const file = join(reference.out, 'rootfs.tar.gz')
      const right = await execa(process.execPath, [main, 'verify', file], { reject: false })
      expect(right).toMatchObject({ exitCode: 0 })

      const folder = join(reference.folder, 'damaged')
      await mkdir(folder)
      for (const name of await readdir(reference.out))
        await copyFile(join(reference.out, name), join(folder, name))
      const layers = `${storage}/overlay-layers/layers.json`
      const damaged = join(folder, 'rootfs.tar.gz')
      await execa('bsdtar', ['-czf', damaged, '--exclude', layers, `@${file}`])
      const wrong = await execa(process.execPath, [main, 'verify', damaged], { reject: false })
      expect(wrong).toMatchObject({ exitCode: 3 })
      expect(wrong.stdout + wrong.stderr).toMatch(/layers\.json|image/)
    },
    patience,
  )

  describeDocker('in the other engine', () => {
    let daemon: Dockerd
    beforeAll(async () => {
      daemon = await startDockerd()
    })
    afterAll(async () => {
      await daemon[Symbol.asyncDispose]()
    })

    test(
      'gives the same bytes, and leaves neither container nor image',
      async () => {
        await using other = await benchLikeReference()
        const env = { DOCKER_HOST: daemon.host }
        await succeed(other, withSources(other, { flags: { engine: 'docker' }, env }))
        await expectSameBytes(other.out)
        expect(await daemon.docker.listContainers({ all: true })).toEqual([])
        expect(await daemon.docker.listImages({ all: true })).toEqual([])
      },
      patience,
    )
  })

  describeStrace('with --offline, after one build that was online', () => {
    const trace = ['strace', '-f', '-qq', '-e', 'trace=connect,socket', '-o']
    const nowhere: Flags = {
      mirror: 'http://127.0.0.1:9/',
      'registry-mirror': undefined,
      'manifest-mirror': undefined,
      offline: true,
    }

    test(
      'makes the same bytes without one connection',
      async () => {
        await rm(join(reference.cache, 'v1/records'), { recursive: true, force: true })
        const [out, log] = [join(reference.folder, 'offline'), join(reference.folder, 'strace.log')]
        await succeed(reference, withSources(reference, { flags: { out, ...nowhere }, by: [...trace, log] }))
        await expectSameBytes(out)
        expect(await readFile(log, 'utf8')).not.toMatch(/AF_INET/)
      },
      patience,
    )

    test('and an empty cache says what is missing and how to get it', async () => {
      await using other = await benchLikeReference()
      const outcome = await runPipeline(other, withSources(other, { flags: nowhere }))
      expect(outcome).toMatchObject({ status: 4, stderr: expect.stringContaining('hint:') })
      expect(world.proxy.requests).toEqual([])
    })

    test(
      'is watched by a control that does see connections',
      async () => {
        await using other = await benchLikeReference()
        const log = join(other.folder, 'strace.log')
        await succeed(other, withSources(other, { by: [...trace, log] }))
        expect(await readFile(log, 'utf8')).toMatch(/connect\(.*AF_INET/)
      },
      patience,
    )
  })

  describeTools('has a container storage', () => {
    let tools: ContainerTools
    let extracted: string

    beforeAll(async () => {
      extracted = join(reference.folder, 'extracted')
      await mkdir(extracted)
      await execa('bsdtar', ['-C', extracted, '-xpf', join(reference.out, 'rootfs.tar.gz')])
      tools = containerTools(join(extracted, storage), reference.folder)
    }, patience)
    afterAll(async () => {
      await tools?.[Symbol.asyncDispose]()
    })

    test('in which podman lists every image by its name and digest', async () => {
      const listed = await tools.podman(
        'images',
        '--no-trunc',
        '--format',
        '{{.Repository}}:{{.Tag}} {{.Digest}}',
      )
      const expected = names.map((name) => `${name} ${sample(name).top.digest}`)
      expect(listed.split('\n').toSorted()).toEqual(expected)
    })

    test.each(['tag', 'digest'])(
      'from which podman runs an image by its %s, with what its layers hide, own and empower',
      async (by) => {
        const name = 'docker.io/library/busybox:1.38.0'
        const image = by === 'tag' ? name : `${name.replace(/:[^:]*$/, '')}@${sample(name).top.digest}`
        expect(await tools.run(image)).toBe('keep\nopaque')
        expect(await tools.run(image, '/bin/busybox', 'ls', '/data/opaque')).toBe('above')
        const facts = ['-c', '%a %u:%g %h', '/setuid', '/implied/by/file']
        expect(await tools.run(image, '/bin/busybox', 'stat', ...facts)).toBe('4755 0:0 1\n644 100:101 2')
      },
    )

    test('in which a file of an image still has its capabilities', async () => {
      const { stdout } = await execa('find', [join(extracted, storage, 'overlay'), '-name', 'capable'])
      expect(stdout.split('\n')).toHaveLength(1)
      const { stdout: attribute } = await execa('python3', ['-c', readCapability, stdout])
      expect(attribute).toBe('0100000200040000000000000000000080ff0a00')
    })

    test(
      'out of which skopeo copies every image with its own manifest, configuration and layers',
      async () => {
        for (const name of names) {
          const { top, manifest } = sample(name)
          const byDigest = `${name.replace(/:[^:/]*$/, '')}@${top.digest}`
          for (const [image, document] of [
            [name, manifest],
            [byDigest, top],
          ] as const) {
            const raw = await tools.skopeo('inspect', '--raw', tools.stored(image))
            expect(`sha256:${createHash('sha256').update(raw).digest('hex')}`, image).toBe(document.digest)
          }
          const output = join(reference.folder, 'copied')
          await tools.skopeo('copy', tools.stored(name), `dir:${output}`)
          const { config, diffIds } = await documentsOf(manifest.digest)
          const blobs = [config, ...diffIds].map(hex)
          expect(new Set(await readdir(output)), name).toEqual(
            new Set([...blobs, 'manifest.json', 'version']),
          )
          for (const blob of blobs) {
            const content = await readFile(join(output, blob))
            expect(createHash('sha256').update(content).digest('hex'), name).toBe(blob)
          }
          await rm(output, { recursive: true })
        }
      },
      patience,
    )
  })

  describeUmoci('with `preload: oci-layout`', () => {
    test(
      'has a layout that skopeo and umoci read',
      async () => {
        await using other = await benchLikeReference({ extra: twins, preload: 'oci-layout' })
        await succeed(other, withSources(other, { flags: { cache: reference.cache } }))
        expect(await readManifest(other.out)).toMatchObject({ preload: 'oci-layout' })
        const extracted = join(other.folder, 'extracted')
        await mkdir(extracted)
        const at = 'usr/share/kaweezle/images'
        await execa('bsdtar', ['-C', extracted, '-xf', join(other.out, 'rootfs.tar.gz'), at])
        const layout = join(extracted, at)
        const tags = (await execa('umoci', ['ls', '--layout', layout])).stdout.split('\n').toSorted()
        expect(tags).toEqual(names)
        const { manifests } = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'))
        expect(manifests.map((one: { digest: string }) => one.digest)).toEqual(
          names.map((name) => sample(name).manifest.digest),
        )
        for (const name of names) {
          const { layers, config, diffIds } = await documentsOf(sample(name).manifest.digest)
          for (const blob of [sample(name).manifest.digest, config, ...layers]) {
            const content = await readFile(join(layout, 'blobs/sha256', hex(blob)))
            expect(createHash('sha256').update(content).digest('hex'), name).toBe(hex(blob))
          }
          // skopeo finds in a layout only what has a media type of OCI, whatever its name.
          if (clusterImages[name] === 'docker') continue
          const { stdout } = await execa('skopeo', ['inspect', '--config', `oci:${layout}:${name}`])
          expect(JSON.parse(stdout).rootfs.diff_ids).toEqual(diffIds)
        }
        const { exitCode } = await execa(
          process.execPath,
          [main, 'verify', join(other.out, 'rootfs.tar.gz')],
          {
            reject: false,
          },
        )
        expect(exitCode).toBe(0)
      },
      patience,
    )
  })
})

const readCapability = `
import os, sys
print(os.getxattr(sys.argv[1], 'security.capability').hex())
`

function sample(name: string): SampleImage {
  const found = world.images.get(name === twins[1] ? twins[0] : name)
  if (found === undefined) throw new Error(`no sample ${name}`)
  return found
}

function hex(digest: string): string {
  return digest.replace('sha256:', '')
}

/** What a manifest of the samples leads to. */
async function documentsOf(
  manifest: string,
): Promise<{ config: string; diffIds: string[]; layers: string[] }> {
  const { config, layers } = JSON.parse(String(await world.layout.read(manifest)))
  const { rootfs } = JSON.parse(String(await world.layout.read(config.digest)))
  return {
    config: config.digest,
    diffIds: rootfs.diff_ids,
    layers: layers.map((layer: { digest: string }) => layer.digest),
  }
}

async function bigBlob(): Promise<string> {
  const { layers } = await documentsOf(sample('registry.k8s.io/etcd:3.6.8-0').manifest.digest)
  return layers.at(-1) ?? ''
}

function withSources(place: Bench, { flags, ...options }: RunOptions = {}): RunOptions {
  return { ...options, flags: { recipe: clusterRecipe(place), ...world.sources, ...flags } }
}

/** Another bench with the reference's locks. */
async function benchLikeReference(recipe: ClusterRecipe = { extra: twins }): Promise<Bench> {
  const other = await world.newBench(recipe)
  for (const lock of ['packages', 'images', 'manifests'] as const)
    await copyFile(clusterLock(reference, lock), clusterLock(other, lock))
  return other
}

async function readManifest(out: string): Promise<RootfsManifest> {
  return rootfsManifest.parse(JSON.parse(await readFile(join(out, 'rootfs.manifest.json'), 'utf8')))
}

async function expectSameBytes(out: string): Promise<void> {
  const file = 'rootfs.tar.gz'
  expect(await firstDifference(join(reference.out, file), join(out, file))).toBeUndefined()
  expect(await rootfsDigest(out)).toBe(digest)
}

/** When one answer stalls and nothing else has been asked for a while, all else was received. */
async function whenOnlyOneStalls(): Promise<void> {
  for (let quiet = 0, seen = -1; quiet < 20; ) {
    await sleep(100)
    const { length } = world.proxy.requests
    quiet = world.proxy.stalled() === 1 && length === seen ? quiet + 1 : 0
    seen = length
  }
}
