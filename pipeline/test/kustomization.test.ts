import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe as describeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { flannelNetwork } from '../src/kubernetes/cni.ts'
import { compareImages } from '../src/kubernetes/coherence.ts'
import { deriveImages } from '../src/kubernetes/derive-images.ts'
import { imagesOf } from '../src/kubernetes/images-of.ts'
import { defaultKubeadmImages } from '../src/kubernetes/kubeadm-images.ts'
import { upstreamPath } from '../src/kubernetes/kustomization.ts'
import { pauseImageOf } from '../src/kubernetes/runtime-config.ts'
import { parseImagesLock } from '../src/locks/images.ts'
import { parseManifestsLock } from '../src/locks/manifests.ts'
import { formatImageReference } from '../src/oci/reference.ts'
import { parseRecipe } from '../src/recipe/parse.ts'
import { kubectlBinary, kubectlMissing } from './support/kubectl.ts'
import { requirement } from './support/requirement.ts'
import { manifestFiles, manifestsMissing } from './support/upstream-manifests.ts'

const repository = join(import.meta.dirname, '../..')
const source = join(repository, 'rootfs/manifests')
const unshare = process.getuid?.() === 0 ? ['-n'] : ['-rn']

async function read(path: string): Promise<string> {
  return readFile(join(repository, path), 'utf8')
}

async function recipe() {
  return parseRecipe(await read('rootfs/rootfs.yaml'), 'rootfs.yaml')
}

async function kustomizeMissing(): Promise<string | undefined> {
  const missing = (await kubectlMissing()) ?? (await manifestsMissing())
  if (missing !== undefined) return missing
  const { failed } = await execa('unshare', [...unshare, 'true'], { reject: false })
  return failed ? 'unshare cannot make a network namespace' : undefined
}

/** What the genuine kubectl makes of a folder, without any network. */
async function kustomize(folder: string) {
  return execa('unshare', [...unshare, await kubectlBinary(), 'kustomize', folder], {
    reject: false,
    timeout: 30_000,
    env: { HOME: folder },
  })
}

/** The folder as a build puts it into the image. */
async function assemble(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kustomization-'))
  await cp(source, folder, { recursive: true })
  await mkdir(join(folder, 'upstream'))
  for (const [name, file] of Object.entries(manifestFiles)) await cp(file, join(folder, upstreamPath(name)))
  return folder
}

const describe = await requirement('the genuine kubectl and manifests', kustomizeMissing)

describe('the base kustomization', () => {
  let folder = ''
  let rendered = ''
  let objects: Record<string, unknown>[] = []

  beforeAll(async () => {
    folder = await assemble()
    const { stdout, stderr, exitCode } = await kustomize(folder)
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    rendered = stdout
    objects = parseAllDocuments(rendered).map((document) => document.toJS())
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts has no schema.
  function object(kind: string, name: string): any {
    const found = objects.filter((one) => one['kind'] === kind && nameOf(one) === name)
    expect(found).toHaveLength(1)
    return found[0]
  }

  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts has no schema.
  function podSpecs(): any[] {
    const helper = parseAllDocuments(object('ConfigMap', 'local-path-config').data['helperPod.yaml'])
    const workloads = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet')
    return [
      ...workloads.map((one) => Reflect.get(Reflect.get(Object(one['spec']), 'template'), 'spec')),
    ].concat(helper.map((document) => document.toJS().spec))
  }

  test('renders without a network, and holds what every manifest of upstream has', async () => {
    for (const file of Object.values(manifestFiles))
      for (const document of parseAllDocuments(await readFile(file, 'utf8'))) {
        const { kind, metadata } = document.toJS()
        object(kind, metadata.name)
      }
  })

  test('does not render without a network when it refers to a URL', async () => {
    const other = await mkdtemp(join(tmpdir(), 'kustomization-'))
    await writeFile(join(other, 'kustomization.yaml'), 'resources: ["https://example.com/a.yaml"]\n')
    const { exitCode } = await kustomize(other)
    await rm(other, { recursive: true })
    expect(exitCode).not.toBe(0)
  })

  test('never asks a registry for an image that is there', () => {
    const containers = podSpecs().flatMap((spec) => [...(spec.initContainers ?? []), ...spec.containers])
    expect(containers).toHaveLength(8)
    for (const { name, imagePullPolicy } of containers)
      expect([name, imagePullPolicy]).toEqual([name, 'IfNotPresent'])
  })

  test('writes every image in full, with a tag that is not latest', () => {
    const written = podSpecs().flatMap((spec) =>
      [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => image),
    )
    expect([...new Set(written)].toSorted()).toEqual(imagesOf(rendered, 'it').map(formatImageReference))
    expect(rendered).not.toContain(':latest')
  })

  test('and everything else of the cluster names exactly the images of the committed lock', async () => {
    const { kubernetes, images } = await recipe()
    const crio = '/etc/crio/crio.conf.d/10-kaweezle.conf'
    const manifests = Object.entries(manifestFiles).map(
      async ([name, file]) =>
        [name, imagesOf(await readFile(file, 'utf8'), name, { floating: true })] as const,
    )
    const wanted = deriveImages({
      kubeadm: defaultKubeadmImages(kubernetes?.version ?? ''),
      pause: pauseImageOf(new Map([[crio, await read(`rootfs/overlay${crio}`)]])),
      manifests: new Map(await Promise.all(manifests)),
      rendered: imagesOf(rendered, 'it'),
      extra: images?.extra ?? [],
    })
    const lock = parseImagesLock(await read('images.lock.yaml'), 'images.lock.yaml')
    expect(compareImages(wanted, lock)).toEqual([])
    expect(wanted.map(({ from }) => from)).toEqual(lock.images.map(({ from }) => from))
  })

  test("has flannel's network as the recipe has the pods'", async () => {
    expect(flannelNetwork(rendered)).toBe((await recipe()).kubernetes?.podNetwork)
  })

  test("keeps flannel's subnet across reboots, and tells the CNI plugin where", () => {
    const spec = object('DaemonSet', 'kube-flannel-ds').spec.template.spec
    const hostPath = { path: '/var/lib/kaweezle/flannel', type: 'DirectoryOrCreate' }
    expect(spec.volumes.filter(({ name }: { name: string }) => name === 'run')).toEqual([
      { name: 'run', hostPath },
    ])
    expect(spec.volumes).toHaveLength(5)
    expect(spec.containers[0].volumeMounts).toContainEqual({ name: 'run', mountPath: '/run/flannel' })
    const config = JSON.parse(object('ConfigMap', 'kube-flannel-cfg').data['cni-conf.json'])
    expect(config.plugins[0]).toMatchObject({ subnetFile: '/var/lib/kaweezle/flannel/subnet.env' })
  })

  test("changes nothing in flannel's CNI configuration but the place of the subnet", async () => {
    const text = await readFile(manifestFiles['flannel'] ?? '', 'utf8')
    const [upstream] = parseAllDocuments(text).flatMap(
      (document) => document.toJS().data?.['cni-conf.json'] ?? [],
    )
    const { plugins, ...rest } = JSON.parse(object('ConfigMap', 'kube-flannel-cfg').data['cni-conf.json'])
    const [{ subnetFile: _, ...flannel }, ...others] = plugins
    expect({ ...rest, plugins: [flannel, ...others] }).toEqual(JSON.parse(upstream))
  })

  test('serves claims that name no class from the state of the node', () => {
    const classes = objects.filter(({ kind }) => kind === 'StorageClass')
    expect(classes).toHaveLength(1)
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' }
    expect(object('StorageClass', 'local-path').metadata.annotations).toEqual(annotations)
    const { data } = object('ConfigMap', 'local-path-config')
    expect(JSON.parse(data['config.json'])).toEqual({
      nodePathMap: [{ node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: ['/var/lib/kaweezle/local-path'] }],
    })
    expect(data).toHaveProperty('setup')
    expect(data).toHaveProperty('teardown')
  })

  test("changes nothing in local-path's helper pod but its image", async () => {
    const text = await readFile(manifestFiles['local-path'] ?? '', 'utf8')
    const [upstream] = parseAllDocuments(text).flatMap(
      (document) => document.toJS().data?.['helperPod.yaml'] ?? [],
    )
    const [expected] = parseAllDocuments(upstream.replace(/busybox$/m, 'busybox:1.38.0'))
    const [actual] = parseAllDocuments(object('ConfigMap', 'local-path-config').data['helperPod.yaml'])
    expect(actual?.toJS()).toEqual(expected?.toJS())
  })

  test('lets metrics-server and MetalLB work on one node that kubeadm made, with their own arguments', () => {
    const metrics = object('Deployment', 'metrics-server').spec.template.spec.containers[0].args
    expect(metrics).toEqual(expect.arrayContaining(['--secure-port=10250', '--kubelet-insecure-tls']))
    const speaker = object('DaemonSet', 'speaker').spec.template.spec.containers[0].args
    expect(speaker).toEqual(['--port=9120', '--log-level=info', '--ignore-exclude-lb'])
  })

  test("announces addresses of the node's network, and not the node's own", () => {
    const { metadata, spec } = object('IPAddressPool', 'kaweezle')
    expect(metadata.namespace).toBe('metallb-system')
    const [, first, last] = /^192\.168\.99\.(\d+)-192\.168\.99\.(\d+)$/.exec(spec.addresses[0]) ?? []
    expect(Number(first)).toBeGreaterThan(2)
    expect(Number(last)).toBeLessThan(255)
    expect(object('L2Advertisement', 'kaweezle').spec.ipAddressPools).toEqual(['kaweezle'])
  })

  test('is made of the manifests that are locked', async () => {
    const { manifests } = parseManifestsLock(await read('manifests.lock.yaml'), 'manifests.lock.yaml')
    for (const { name, size, sha256 } of manifests) {
      const bytes = await readFile(join(folder, upstreamPath(name)))
      expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([size, sha256])
    }
    expect(manifests.map(({ name }) => name)).toEqual(Object.keys(manifestFiles))
  })
})

describeAll('the folder of the base kustomization', () => {
  test('lists every manifest of the recipe and nothing by a URL', async () => {
    const [document] = parseAllDocuments(await readFile(join(source, 'kustomization.yaml'), 'utf8'))
    const { resources, patches } = document?.toJS() ?? {}
    const upstream = Object.keys((await recipe()).manifests?.upstream ?? {}).map(upstreamPath)
    expect(resources).toEqual([...upstream, 'metallb-pool.yaml'])
    const used = [
      'kustomization.yaml',
      'metallb-pool.yaml',
      ...patches.map(({ path }: { path: string }) => path),
    ]
    const files = await readdir(source, { recursive: true, withFileTypes: true })
    const there = files.flatMap((file) =>
      file.isFile() ? [join(file.parentPath, file.name).slice(source.length + 1)] : [],
    )
    expect(there.toSorted()).toEqual(used.toSorted())
    for (const file of there)
      expect(await readFile(join(source, file), 'utf8'), file).not.toMatch(/:\/\/|git@|\r/)
  })
})

function nameOf({ metadata }: Record<string, unknown>): unknown {
  return Reflect.get(Object(metadata), 'name')
}
