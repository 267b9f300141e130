import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DockerRegistry, registryMissing, startRegistry } from './docker-registry.ts'
import { kubectlBinary, kubectlMissing } from './kubectl.ts'
import { ImageLayout } from './make-image.ts'
import { type OwnPackages, ownKey, ownMirror, writeRepository } from './own-mirror.ts'
import { type Bench, bench, buildMissing, type Flags } from './pipeline.ts'
import { type RegistryProxy, startRegistryProxy } from './registry-proxy.ts'
import { makeSamples, type SampleImage, type SampleKind } from './sample-images.ts'
import { manifestsFolder, manifestsMissing, upstreamManifests } from './upstream-manifests.ts'

/** What stands for each image of the cluster, by the name that Kubernetes, its manifests or a runtime call it. */
export const clusterImages: Readonly<Record<string, SampleKind>> = {
  'docker.io/library/busybox:1.38.0': 'runnable',
  'docker.io/rancher/local-path-provisioner:v0.0.37': 'plain',
  'ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3': 'plain',
  'ghcr.io/flannel-io/flannel:v0.28.9': 'plain',
  'quay.io/metallb/controller:v0.16.1': 'docker',
  'quay.io/metallb/speaker:v0.16.1': 'docker',
  'registry.k8s.io/coredns/coredns:v1.14.2': 'plain',
  'registry.k8s.io/etcd:3.6.8-0': 'big',
  'registry.k8s.io/kube-apiserver:v1.36.5': 'plain',
  'registry.k8s.io/kube-controller-manager:v1.36.5': 'plain',
  'registry.k8s.io/kube-proxy:v1.36.5': 'plain',
  'registry.k8s.io/kube-scheduler:v1.36.5': 'plain',
  'registry.k8s.io/metrics-server/metrics-server:v0.9.0': 'plain',
  'registry.k8s.io/pause:3.10.2': 'plain',
}

const registries = ['docker.io', 'ghcr.io', 'quay.io', 'registry.k8s.io']

export interface ClusterRecipe {
  readonly kubernetes?: string
  readonly podNetwork?: string
  readonly preload?: string
  readonly extra?: readonly string[]
  readonly packages?: readonly string[]
  /** The image that the configuration of CRI-O names. */
  readonly pause?: string
  /** Without it, no manifests. */
  readonly manifests?: boolean
}

/** A registry, a mirror of Alpine and upstream's manifests, for recipes of a whole cluster. */
export interface ClusterWorld extends AsyncDisposable {
  readonly registry: DockerRegistry
  /** Through which all images are fetched. */
  readonly proxy: RegistryProxy
  readonly layout: ImageLayout
  /** By name. */
  readonly images: ReadonlyMap<string, SampleImage>
  /** Where everything comes from; as `flags` for {@link runPipeline}, beside the recipe of {@link newBench}. */
  readonly sources: Flags
  /** A bench with the recipe of a cluster at {@link clusterRecipe}. */
  newBench(recipe?: ClusterRecipe): Promise<Bench>
  /** Pushes a sample under one more name, `registry/repository:tag`. */
  push(name: string, image: SampleImage): Promise<void>
}

export interface ClusterOptions {
  /** The size of the largest layer. */
  readonly bigBytes?: number
  /** What the largest layers are filled with. */
  readonly material?: Buffer
  /** Further images by name. */
  readonly images?: Readonly<Record<string, SampleKind>>
  /** The versions of packages that are not {@link packagesVersion}. */
  readonly versions?: Readonly<Record<string, string>>
}

/** Why {@link startCluster} cannot work here; nothing when it can. */
export async function clusterMissing(): Promise<string | undefined> {
  return (
    (await manifestsMissing()) ??
    (await buildMissing()) ??
    (await registryMissing()) ??
    (await kubectlMissing())
  )
}

/** The version of the packages of Kubernetes. */
export const packagesVersion = '1.36.1-r2'

export function clusterRecipe(place: Bench): string {
  return join(place.recipes, 'cluster.yaml')
}

export async function startCluster(options: ClusterOptions = {}): Promise<ClusterWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-cluster-'))
  const [registry, origin] = await Promise.all([startRegistry(), bench()])
  const proxy = await startRegistryProxy(registry.address)
  const key = ownKey()
  const layout = new ImageLayout(join(folder, 'layout'))
  const kinds = { ...clusterImages, ...options.images }

  async function push(name: string, { top }: SampleImage): Promise<void> {
    const [repository = '', tag = ''] = name.split(/:(?=[^:]+$)/)
    await registry.push(layout, { repository, tag, top })
  }

  async function fillRegistry(): Promise<Map<string, SampleImage>> {
    const { bigBytes, material } = options
    const images = await makeSamples({
      layout,
      kinds,
      ...(bigBytes && { bigBytes }),
      ...(material && { material }),
    })
    for (const [name, image] of images) await push(name, image)
    return images
  }

  async function fillMirror(): Promise<string> {
    const mirror = await ownMirror(origin)
    await writeRepository(join(mirror, 'v3.19/own'), await kubernetesPackages(options.versions), { key })
    return mirror
  }

  const [images, mirror] = await Promise.all([fillRegistry(), fillMirror()])
  return {
    registry,
    proxy,
    layout,
    images,
    push,
    sources: {
      mirror,
      'registry-mirror': registries.map((host) => `${host}=${proxy.address}/${host}`),
      'manifest-mirror': manifestMirrors(manifestsFolder),
    },
    async newBench(recipe = {}) {
      const place = await bench()
      const pem = key.publicKey.export({ type: 'spki', format: 'pem' })
      await mkdir(join(place.recipes, 'own-keys'))
      await writeFile(join(place.recipes, 'own-keys', key.keyName), pem)
      await writeClusterRecipe(place, recipe)
      return place
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await registry[Symbol.asyncDispose]()
      await origin[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

/** Values for `--manifest-mirror`: the four manifests from one folder, or from under one URL. */
export function manifestMirrors(location: string): string[] {
  return Object.values(upstreamManifests).map(
    ({ file, url }) => `${url.slice(0, -file.length - 1)}=${location}`,
  )
}

/** Writes, or changes, the recipe of a bench. */
export async function writeClusterRecipe(
  place: Bench,
  {
    kubernetes = '1.36.5',
    podNetwork,
    preload,
    extra = [],
    packages = ['kubeadm', 'kubectl', 'kubelet'],
    pause = 'registry.k8s.io/pause:3.10.2',
    manifests = true,
  }: ClusterRecipe,
): Promise<void> {
  const config = join(place.recipes, 'overlay-runtime/etc/crio/crio.conf.d')
  await mkdir(config, { recursive: true })
  await writeFile(join(config, '10-pause.conf'), `[crio.image]\npause_image = "${pause}"\n`)
  const upstream = Object.entries(upstreamManifests).map(([name, { url, tag }]) => [name, { url, tag }])
  const recipe = {
    name: 'cluster',
    architectures: ['x86_64'],
    locks: {
      packages: 'cluster.packages.lock.yaml',
      images: 'cluster.images.lock.yaml',
      manifests: 'cluster.manifests.lock.yaml',
    },
    base: { release: 'latest-stable' },
    keys: 'own-keys',
    repositories: [{ name: 'main' }, { name: 'own' }],
    packages,
    overlay: [{ from: 'overlay-runtime' }],
    kubernetes: { version: kubernetes, ...(podNetwork && { podNetwork }) },
    ...(manifests && { manifests: { from: 'manifests', upstream: Object.fromEntries(upstream) } }),
    images: { ...(preload && { preload }), extra },
  }
  // Every JSON text is YAML too.
  await writeFile(clusterRecipe(place), JSON.stringify(recipe))
}

/** The text of a lock of {@link writeClusterRecipe}'s recipe. */
export function readClusterLock(place: Bench, lock: 'packages' | 'images' | 'manifests'): Promise<string> {
  return readFile(clusterLock(place, lock), 'utf8')
}

export function clusterLock(place: Bench, lock: 'packages' | 'images' | 'manifests'): string {
  return join(place.recipes, `cluster.${lock}.lock.yaml`)
}

let kubectlContent: Promise<Buffer> | undefined

/** The genuine kubectl, which renders; and doubles of what a build only asks for versions and lists. */
async function kubernetesPackages(versions: Readonly<Record<string, string>> = {}): Promise<OwnPackages> {
  kubectlContent ??= kubectlBinary().then((file) => readFile(file))
  const programs = { kubeadm, kubelet, kubectl: await kubectlContent }
  const packages = Object.entries(programs).map(([name, content]) => {
    const info = { pkgver: versions[name] ?? packagesVersion, arch: 'x86_64' }
    return [name, { info, files: { [`usr/bin/${name}`]: { content, mode: 0o755 } } }]
  })
  return Object.fromEntries(packages)
}

/** What `kubeadm` 1.36 prints (cmd/kubeadm/app/cmd/config.go), of the options a build gives it. */
const kubeadm = `#!/bin/sh
version=v1.36.1
command=
while [ $# -gt 0 ]; do
  case $1 in
    --kubernetes-version=*) version=\${1#*=} ;;
    --kubernetes-version) version=$2; shift ;;
    -o | --output) shift ;;
    -*) ;;
    *) command="$command $1" ;;
  esac
  shift
done
case $command in
  ' version') echo v1.36.1 ;;
  ' config images list')
    for name in kube-apiserver kube-controller-manager kube-scheduler kube-proxy; do
      echo "registry.k8s.io/$name:$version"
    done
    echo registry.k8s.io/coredns/coredns:v1.14.2
    echo registry.k8s.io/pause:3.10.2
    echo registry.k8s.io/etcd:3.6.8-0
    ;;
  *) echo "unknown command \\"$command\\"" >&2; exit 1 ;;
esac
`

const kubelet = `#!/bin/sh
echo 'Kubernetes v1.36.1'
`
