import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { rootfsManifest } from '../src/describe/manifest.ts'
import { loadRecipe } from '../src/load/load-recipe.ts'
import {
  imagesLockDigest,
  type LockedImage,
  nameOf,
  parseImagesLock,
  printImagesLock,
} from '../src/locks/images.ts'
import { parseManifestsLock } from '../src/locks/manifests.ts'
import {
  type ClusterRecipe,
  type ClusterWorld,
  clusterImages,
  clusterLock,
  clusterMissing,
  clusterRecipe,
  manifestMirrors,
  readClusterLock,
  startCluster,
} from './support/cluster-world.ts'
import { type FaultServer, serve, startServer } from './support/fault-server.ts'
import { kubectlBinary } from './support/kubectl.ts'
import { type Bench, type RunOptions, runPipeline, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'
import type { SampleImage } from './support/sample-images.ts'
import { flipAt } from './support/tampered-mirror.ts'
import { manifestsFolder, upstreamManifests } from './support/upstream-manifests.ts'

const describeCluster = await requirement('builds of a cluster', clusterMissing)
const describeUnshare = await requirement('root', async () =>
  process.getuid?.() === 0 ? clusterMissing() : 'a namespace without a network is made only by root',
)

const locks = ['packages', 'images', 'manifests'] as const
const base = 'etc/iknite.d/base'
const speaker = 'quay.io/metallb/speaker:v0.16.1'
const patience = 5 * 60_000

/** Why each image is there. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  'docker.io/library/busybox:1.38.0': ['manifest:local-path'],
  'docker.io/rancher/local-path-provisioner:v0.0.37': ['manifest:local-path'],
  'ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3': ['manifest:flannel'],
  'ghcr.io/flannel-io/flannel:v0.28.9': ['manifest:flannel'],
  'quay.io/metallb/controller:v0.16.1': ['manifest:metallb'],
  'quay.io/metallb/speaker:v0.16.1': ['manifest:metallb'],
  'registry.k8s.io/coredns/coredns:v1.14.2': ['kubeadm'],
  'registry.k8s.io/etcd:3.6.8-0': ['kubeadm'],
  'registry.k8s.io/kube-apiserver:v1.36.5': ['kubeadm'],
  'registry.k8s.io/kube-controller-manager:v1.36.5': ['kubeadm'],
  'registry.k8s.io/kube-proxy:v1.36.5': ['kubeadm'],
  'registry.k8s.io/kube-scheduler:v1.36.5': ['kubeadm'],
  'registry.k8s.io/metrics-server/metrics-server:v0.9.0': ['manifest:metrics-server'],
  'registry.k8s.io/pause:3.10.2': ['kubeadm', 'runtime'],
}

let world: ClusterWorld
/** Locked, and not built. */
let reference: Bench

describeCluster('the cluster of a recipe', () => {
  beforeAll(async () => {
    world = await startCluster()
    reference = await world.newBench()
    await succeed(reference, withSources(reference, { command: 'lock' }))
  }, patience)

  afterAll(async () => {
    await reference?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  beforeEach(() => {
    world.proxy.requests.length = 0
  })

  describeLocking()
  describeVendoring()
  describeCoherence()
})

function describeLocking(): void {
  test('is locked with every image that kubeadm, the runtime and the manifests name, and why', async () => {
    const { images } = await readImages(reference)
    const found = images.map((image) => [nameOf(image), image.from.toSorted()])
    expect(Object.fromEntries(found)).toEqual(reasons)
    expect(Object.keys(reasons)).toEqual(Object.keys(clusterImages))
    for (const one of images) {
      const { top, manifest } = world.images.get(nameOf(one)) ?? expect.unreachable(nameOf(one))
      expect(`sha256:${one.image.digest}`).toBe(top.digest)
      expect(`sha256:${one.platforms['linux/amd64']}`).toBe(manifest.digest)
      expect(one.platforms['linux/arm64']).toMatch(/^[0-9a-f]{64}$/)
    }
  })

  test('is locked with the manifests as upstream published them', async () => {
    const { manifests } = parseManifestsLock(
      await readClusterLock(reference, 'manifests'),
      'manifests.lock.yaml',
    )
    const found = manifests.map(({ name, url, tag, sha256 }) => [name, { url, tag, sha256 }])
    const expected = Object.entries(upstreamManifests).map(([name, { file: _, ...one }]) => [name, one])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

  test('has one line for each image with its tag and digest, which Renovate can match', async () => {
    const lines = (await readClusterLock(reference, 'images')).match(
      /^ {2}- image: "\S+:\S+@sha256:[0-9a-f]{64}"$/gm,
    )
    expect(lines).toHaveLength(Object.keys(clusterImages).length)
  })

  test('is locked the same a second time, and with --check nothing is stale', async () => {
    await using place = await likeReference()
    const before = await textsOf(place)
    await succeed(place, withSources(place, { command: 'lock', flags: { check: true } }))
    await succeed(place, withSources(place, { command: 'lock' }))
    expect(await textsOf(place)).toEqual(before)
  })

  test('is stale with --check when the recipe asks for one more image, and nothing is written', async () => {
    await using place = await likeReference({ extra: ['registry.k8s.io/coredns/coredns:v1.14.2', ...twice] })
    await world.push(twice[0], world.images.get(speaker) ?? expect.unreachable())
    const before = await textsOf(place)
    const outcome = await runPipeline(place, withSources(place, { command: 'lock', flags: { check: true } }))
    expect(outcome).toMatchObject({ status: 3 })
    expect(outcome.stdout).toContain(twice[0])
    expect(await textsOf(place)).toEqual(before)

    await succeed(place, withSources(place, { command: 'lock' }))
    const reasonOf = Object.fromEntries(
      (await readImages(place)).images.map((one) => [nameOf(one), one.from]),
    )
    expect(reasonOf).toMatchObject({
      [twice[0]]: ['extra'],
      'registry.k8s.io/coredns/coredns:v1.14.2': ['kubeadm', 'extra'],
    })
  })

  test('is locked with kubeadm’s images also where no package brings kubeadm', async () => {
    await using place = await world.newBench({ packages: ['kubectl'] })
    await succeed(place, withSources(place, { command: 'lock' }))
    const found = (await readImages(place)).images.map((one) => [nameOf(one), one.from.toSorted()])
    expect(Object.fromEntries(found)).toEqual(reasons)
  })

  test('is not locked again with a tag that moved under an unchanged version, unless it is told to', async () => {
    await using place = await likeReference()
    const [genuine, other] = [speaker, 'quay.io/metallb/controller:v0.16.1'].map(
      (name) => world.images.get(name) ?? expect.unreachable(),
    )
    if (genuine === undefined || other === undefined) return expect.unreachable()
    const before = await textsOf(place)
    await world.push(speaker, other)
    try {
      const refused = await runPipeline(place, withSources(place, { command: 'lock' }))
      expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining(speaker) })
      for (const { top } of [genuine, other])
        expect(refused.stdout + refused.stderr).toContain(top.digest.slice(7, 19))
      expect(refused.stderr).toContain('--accept-moved')
      expect(await textsOf(place)).toEqual(before)

      const told = { command: 'lock', flags: { 'accept-moved': true } } as const
      const accepted = await succeed(place, withSources(place, told))
      expect(accepted.stdout).toContain(speaker)
      const moved = (await readImages(place)).images.find((one) => nameOf(one) === speaker)
      expect(`sha256:${moved?.image.digest}`).toBe(other.top.digest)
    } finally {
      await world.push(speaker, genuine)
    }
  })

  test('is not locked again with a manifest that changed under its tag', async () => {
    await using place = await likeReference()
    const flags = { 'manifest-mirror': await tamperedManifests(place, 'components.yaml') }
    const before = await textsOf(place)
    const outcome = await runPipeline(place, withSources(place, { command: 'lock', flags }))
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining('metrics-server') })
    expect(await textsOf(place)).toEqual(before)
  })
}

const twice = ['quay.io/example/speaker:v1'] as const

function describeVendoring(): void {
  let built: Bench
  let extracted: string

  beforeAll(async () => {
    built = await likeReference()
    await succeed(built, withSources(built, { flags: { locked: true } }))
    extracted = join(built.folder, 'extracted')
    await mkdir(extracted)
    await execa('bsdtar', ['-C', extracted, '-xf', join(built.out, 'rootfs.tar.gz'), base])
  }, patience)
  afterAll(() => built?.[Symbol.asyncDispose]())

  test.each(Object.entries(upstreamManifests))(
    'has the %s manifest byte for byte as its project published it',
    async (name, { url, tag, sha256 }) => {
      const content = await readFile(join(extracted, base, 'upstream', `${name}.yaml`))
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256)
      const { manifests } = rootfsManifest.parse(
        JSON.parse(await readFile(join(built.out, 'rootfs.manifest.json'), 'utf8')),
      )
      const path = `/${base}/upstream/${name}.yaml`
      expect(manifests).toContainEqual({ name, path, url, tag, sha256, size: content.length })
    },
  )

  test('has nothing beside them that refers to a URL', async () => {
    const entries = await readdir(join(extracted, base), { recursive: true, withFileTypes: true })
    const own = entries.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('/upstream'))
    expect(own.map(({ name }) => name)).toContain('kustomization.yaml')
    for (const { parentPath, name } of own)
      expect(withoutComments(await readFile(join(parentPath, name), 'utf8')), name).not.toMatch(/https?:\/\//)
  })

  describeUnshare('rendered where there is no network', () => {
    let rendered: string
    beforeAll(async () => {
      const kubectl = await kubectlBinary()
      const { stdout } = await execa('unshare', ['--net', kubectl, 'kustomize', join(extracted, base)])
      rendered = stdout
    })

    test('names only images of the lock', async () => {
      const { images } = await readImages(built)
      const locked = new Set(images.map(nameOf))
      const named = [...rendered.matchAll(/^\s*(?:- )?image: ["']?([^\s"']+)/gm)].map(
        ([, image = '']) => image,
      )
      expect(new Set(named).size).toBeGreaterThan(6)
      for (const image of named) expect([...locked]).toContain(image)
    })

    test('lets no kubelet pull what is there', async () => {
      expect(containersOf(rendered).length).toBeGreaterThan(6)
      expect(new Set(containersOf(rendered).map((one) => one.imagePullPolicy))).toEqual(
        new Set(['IfNotPresent']),
      )
      const genuine = await readFile(join(extracted, base, 'upstream/metallb.yaml'), 'utf8')
      expect(new Set(containersOf(genuine).map((one) => one.imagePullPolicy))).toEqual(new Set([undefined]))
    })

    test.each([
      ['metrics-server talks to a kubelet with its own certificate', /--kubelet-insecure-tls/],
      ['local-path is the default StorageClass', /storageclass\.kubernetes\.io\/is-default-class: "true"/],
      ['local-path’s helper pod has a pinned image', /image: docker\.io\/library\/busybox:1\.38\.0/],
      ['MetalLB has a pool of addresses', /kind: IPAddressPool/],
    ])('%s', (_, pattern) => {
      expect(rendered).toMatch(pattern)
    })
  })

  test(
    'with one flipped byte in a manifest is not built',
    async () => {
      await using place = await likeReference()
      for (const { file } of Object.values(upstreamManifests)) {
        const flags = { 'manifest-mirror': await tamperedManifests(place, file) }
        await rm(place.cache, { recursive: true, force: true })
        const outcome = await runPipeline(place, withSources(place, { flags }))
        const [name = ''] = Object.entries(upstreamManifests).find(([, one]) => one.file === file) ?? []
        expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining(name) })
        expect(await readdir(place.out).catch(() => [])).toEqual([])
      }
    },
    patience,
  )

  test('with a resource that is a URL is refused, for it could not be applied without a network', async () => {
    await using place = await world.newBench()
    const file = join(place.recipes, 'manifests/kustomization.yaml')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace(/^resources:\n/m, '$&  - https://example.test/more.yaml\n'))
    const outcome = await runPipeline(place, withSources(place, { command: 'lock' }))
    expect(outcome).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('https://example.test/more.yaml'),
    })
  })

  test('with a recipe that names a manifest the kustomization does not list is refused', async () => {
    await using place = await world.newBench()
    const file = join(place.recipes, 'manifests/kustomization.yaml')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace(/^ *- upstream\/metallb\.yaml\n/m, ''))
    const outcome = await runPipeline(place, withSources(place, { command: 'lock' }))
    expect(outcome).toMatchObject({ status: 2, stderr: expect.stringContaining('metallb') })
  })

  test(
    'with --offline has its manifests from the cache',
    async () => {
      await rm(join(built.cache, 'v1/records'), { recursive: true })
      const out = join(built.folder, 'offline')
      const nowhere = {
        mirror: 'http://127.0.0.1:9/',
        'registry-mirror': undefined,
        'manifest-mirror': undefined,
      }
      await succeed(built, withSources(built, { flags: { ...nowhere, out, offline: true } }))
      expect(await readFile(join(out, 'rootfs.tar.gz.sha256'), 'utf8')).toBe(
        await readFile(join(built.out, 'rootfs.tar.gz.sha256'), 'utf8'),
      )
    },
    patience,
  )
}

function describeCoherence(): void {
  const others: [title: string, edit: (images: LockedImage[]) => LockedImage[], name: string][] = [
    [
      'lacks an image that the manifests name',
      (images) => images.filter((one) => nameOf(one) !== speaker),
      speaker,
    ],
    [
      'lacks the pause image',
      (images) => images.filter((one) => nameOf(one) !== 'registry.k8s.io/pause:3.10.2'),
      'pause',
    ],
    [
      'has an image that nothing asks for',
      (images) => images.flatMap((one) => (nameOf(one) === speaker ? [one, asStranger(one)] : [one])),
      'quay.io/metallb/stranger:v0.16.1',
    ],
  ]

  test.each(others)(
    'is not built when a lock that was edited %s, and no registry is asked',
    async (_, edit) => {
      await using place = await likeReference()
      const lock = await readImages(place)
      await writeFile(clusterLock(place, 'images'), printImagesLock({ ...lock, images: edit(lock.images) }))
      const outcome = await runPipeline(place, withSources(place, { flags: { locked: true } }))
      expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining('npm run lock') })
      expect(pathsAsked()).toEqual([])
    },
  )

  test.each(others)('is not built when a lock that looks right %s, and says which', async (_, edit, name) => {
    await world.push('quay.io/metallb/stranger:v0.16.1', sample(speaker))
    await using place = await likeReference()
    const lock = await readImages(place)
    const images = edit(lock.images)
    const { clusterDigest } = await loadRecipe(clusterRecipe(place))
    const recipe = imagesLockDigest(clusterDigest, images)
    // The control: it is how the genuine lock got its digest.
    expect(lock.recipe).toBe(imagesLockDigest(clusterDigest, lock.images))
    await writeFile(clusterLock(place, 'images'), printImagesLock({ ...lock, recipe, images }))
    const outcome = await runPipeline(place, withSources(place, { flags: { locked: true } }))
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining(name) })
    expect(await readdir(place.out).catch(() => [])).toEqual([])
  })

  const incoherent: [title: string, recipe: ClusterRecipe, message: RegExp][] = [
    ['a kubelet newer than its API server', { kubernetes: '1.36.0' }, /kubelet.*1\.36\.1.*1\.36\.0/],
    ['a kubeadm that does not know its version', { kubernetes: '1.37.1' }, /kubeadm.*1\.36\.1.*1\.37\.1/],
  ]

  test.each(incoherent)('is not locked with %s, and no registry is asked', async (_, recipe, message) => {
    await using place = await world.newBench(recipe)
    const outcome = await runPipeline(place, withSources(place, { command: 'lock' }))
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringMatching(message) })
    expect(pathsAsked()).toEqual([])
    for (const lock of locks) await expect(readClusterLock(place, lock)).rejects.toThrow('ENOENT')
  })

  test('is neither locked nor built with another network than flannel has, and no registry is asked', async () => {
    await using place = await likeReference({ podNetwork: '10.99.0.0/16' })
    const before = await textsOf(place)
    const locking = await runPipeline(place, withSources(place, { command: 'lock' }))
    expect(locking).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/10\.244\.0\.0\/16.*10\.99\.0\.0\/16/),
    })
    expect(await textsOf(place)).toEqual(before)
    const building = await runPipeline(place, withSources(place, { flags: { locked: true } }))
    expect(building).toMatchObject({ status: 3 })
    expect(pathsAsked()).toEqual([])
  })

  test('is not built when its runtime was configured for another pause image since it was locked', async () => {
    await using place = await likeReference({ pause: 'registry.k8s.io/pause:3.9' })
    const outcome = await runPipeline(place, withSources(place, { flags: { locked: true } }))
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining('npm run lock') })
    expect(pathsAsked()).toEqual([])
  })

  test('is not built with a kubelet newer than its API server, and nothing is fetched to say so', async () => {
    await using place = await likeReference()
    const text = await readClusterLock(place, 'packages')
    const newer = text.replace(/(name: "kubelet", version: )"[^"]*"/, '$1"1.36.9-r0"')
    expect(newer).not.toBe(text)
    await writeFile(clusterLock(place, 'packages'), newer)
    await using mirror = await serveFolders([String(world.sources['mirror']), manifestsFolder])
    const sources = { mirror: mirror.url, 'manifest-mirror': manifestMirrors(mirror.url) }
    const outcome = await runPipeline(place, withSources(place, { flags: { ...sources, locked: true } }))
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringMatching(/kubelet.*1\.36\.9.*1\.36\.5/) })
    expect(mirror.requests).toEqual([])
    expect(pathsAsked()).toEqual([])
    // The control: what fits together is fetched from there.
    await using fitting = await likeReference()
    await succeed(fitting, withSources(fitting, { flags: { ...sources, locked: true } }))
    expect(mirror.requests.length).toBeGreaterThan(3)
  })
}

function asStranger(one: LockedImage): LockedImage {
  return { ...one, image: { ...one.image, repository: 'metallb/stranger' } }
}

function sample(name: string): SampleImage {
  return world.images.get(name) ?? expect.unreachable(name)
}

/** Of the registry; shorter to read than requests where there should be none. */
function pathsAsked(): string[] {
  return world.proxy.requests.slice(0, 5).map(({ path }) => path)
}

function withSources(place: Bench, { flags, ...options }: RunOptions = {}): RunOptions {
  return { ...options, flags: { recipe: clusterRecipe(place), ...world.sources, ...flags } }
}

/** A bench with the reference's locks and downloads. */
async function likeReference(recipe: ClusterRecipe = {}): Promise<Bench> {
  const other = await world.newBench(recipe)
  for (const lock of locks) await copyFile(clusterLock(reference, lock), clusterLock(other, lock))
  return other
}

async function textsOf(place: Bench): Promise<string[]> {
  return Promise.all(locks.map((lock) => readClusterLock(place, lock)))
}

async function readImages(place: Bench) {
  return parseImagesLock(await readClusterLock(place, 'images'), 'images.lock.yaml')
}

/** Values for `--manifest-mirror`, of a copy in which one file has one bit flipped. */
async function tamperedManifests(place: Bench, changed: string): Promise<string[]> {
  const folder = join(place.folder, 'tampered')
  await mkdir(folder, { recursive: true })
  for (const { file } of Object.values(upstreamManifests)) {
    const genuine = await readFile(join(manifestsFolder, file))
    await writeFile(join(folder, file), file === changed ? flipAt(0.5)(genuine) : genuine)
  }
  return manifestMirrors(folder)
}

interface Container {
  readonly image: string
  readonly imagePullPolicy?: string
}

/** The containers of all workloads, those that initialise included. */
function containersOf(text: string): Container[] {
  return parseAllDocuments(text).flatMap((document) => {
    const { initContainers = [], containers = [] } = document.toJS()?.spec?.template?.spec ?? {}
    return [...initContainers, ...containers]
  })
}

function withoutComments(text: string): string {
  return text.replace(/(^|\s)#.*$/gm, '')
}

function serveFolders(folders: readonly string[]): Promise<FaultServer> {
  return startServer((response, request, count) => {
    Promise.any(folders.map((folder) => readFile(join(folder, decodeURIComponent(request.url))))).then(
      (content) => serve(content)(response, request, count),
      () => response.writeHead(404).end(),
    )
  })
}
