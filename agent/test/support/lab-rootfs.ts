import { createHash } from 'node:crypto'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import {
  type OwnPackages,
  ownKey,
  ownMirror,
  writeRecipe,
  writeRepository,
} from '../../../pipeline/test/support/own-mirror.ts'
import {
  type Bench,
  bench,
  buildMissing,
  type Flags,
  succeed,
} from '../../../pipeline/test/support/pipeline.ts'
import {
  clusterPackageNames,
  clusterPackages,
  clusterPackagesMissing,
  type Runtime,
} from './cluster-packages.ts'
import { bundleDoubles } from './doubles-bundle.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { setLargeAside } from './rootfs-copy.ts'

const repository = join(import.meta.dirname, '../../..')

export interface LabOptions {
  /** Beside those of a cluster, e.g. that of the agent. */
  readonly packages?: OwnPackages
  /** What is asked for beside {@link clusterPackageNames}. */
  readonly ask?: readonly string[]
  /** The version of kubelet, kubeadm and kubectl. */
  readonly version?: string
  /** What runs the agent. Default: bun */
  readonly runtime?: Runtime
  /** More of the recipe, in place of the usual. */
  readonly recipe?: object
  /** More for the command line of the pipeline, e.g. a mirror of manifests. */
  readonly flags?: Flags
}

/** Why {@link labRootfs} and guests of it cannot work here; nothing when they can. */
export async function labMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'a guest is started by root only'
  return (await buildMissing()) ?? (await clusterPackagesMissing())
}

/**
 * The folder of an unpacked rootfs that the pipeline built, for {@link startGuest}. It is kept in the
 * temporary folder and built again only when something changed that it is made of; the content of the
 * doubles is not in it, guests get the current one.
 */
export async function labRootfs(options: LabOptions = {}): Promise<string> {
  const packages = { ...(await clusterPackages(options)), ...options.packages }
  const recipe = recipeOf(options)
  const cache = join(tmpdir(), `kaweezle-test-lab-${process.getuid?.()}`)
  const finished = join(cache, await digestOf(packages, recipe))
  const root = join(finished, 'root')
  await mkdir(cache, { recursive: true, mode: 0o700 })
  await oneAtATime(`${finished}.lock`, async () => {
    if (await isThere(root)) return utimes(finished, new Date(), new Date())
    await sweep(cache)
    const draft = await mkdtemp(join(cache, 'draft-'))
    try {
      // The build itself asks kubeadm which images there are.
      const doubled = {
        ...(await clusterPackages({ ...options, doubles: await bundleDoubles() })),
        ...options.packages,
      }
      await buildInto(draft, { packages: doubled, recipe, flags: options.flags })
      await rename(draft, finished)
    } catch (error) {
      await rm(draft, { recursive: true })
      throw error
    }
  })
  return root
}

/** Removes what was not used for a day. */
async function sweep(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const { mtimeMs } = await stat(join(cache, name))
    if (Date.now() - mtimeMs > 24 * 3600_000) await rm(join(cache, name), { recursive: true, force: true })
  }
}

interface BuildInput {
  readonly packages: OwnPackages
  readonly recipe: object
  readonly flags: Flags | undefined
}

async function buildInto(folder: string, { packages, recipe, flags: more }: BuildInput): Promise<void> {
  await using place = await bench()
  const key = ownKey()
  const mirror = await ownMirror(place)
  await writeRepository(join(mirror, 'v3.19/own'), packages, { key })
  await writeOverlay(place)
  const file = await writeRecipe(place, { key, packages: [], repositories: [], ...recipe })
  const flags = { recipe: file, mirror, ...more }
  await succeed(place, { command: 'lock', flags })
  await succeed(place, { flags })
  // What WSL imports with.
  const rootfs = join(place.out, 'rootfs.tar.gz')
  const root = join(folder, 'root')
  await mkdir(root)
  await execa('bsdtar', ['-xpf', rootfs, '-C', root, '--numeric-owner'])
  await chmod(root, 0o755)
  await setLargeAside(folder)
}

function recipeOf({ ask = [], recipe = {} }: LabOptions): object {
  return {
    name: 'lab',
    repositories: [{ name: 'main' }, { name: 'community' }, { name: 'own' }],
    packages: [...clusterPackageNames, ...ask],
    copies: [
      { from: '/etc/rc.conf', to: '/etc/rc.conf.orig' },
      { from: '/usr/share/oh-my-zsh/templates/zshrc.zsh-template', to: '/root/.zshrc', mode: '0644' },
    ],
    overlay: [{ from: 'overlay-openrc' }, { from: 'overlay' }, { from: 'overlay-doubles' }],
    folders: ['/run/openrc/exclusive'],
    ...recipe,
  }
}

/** The images that CRI-O's double has beside those of the storage. */
export const labImages = [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].flatMap((name) =>
    ['v1.36.1', 'v1.36.5', 'v1.37.0'].map((version) => `registry.k8s.io/${name}:${version}`),
  ),
  ...['3.6.8-0', '3.7.0-0'].map((version) => `registry.k8s.io/etcd:${version}`),
  ...['v1.14.2', 'v1.14.6'].map((version) => `registry.k8s.io/coredns/coredns:${version}`),
  'registry.k8s.io/pause:3.10.2',
  'registry.k8s.io/metrics-server/metrics-server:v0.9.0',
  'docker.io/library/busybox:1.38.0',
  'docker.io/rancher/local-path-provisioner:v0.0.37',
  'ghcr.io/flannel-io/flannel:v0.28.9',
  'ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3',
  'quay.io/metallb/controller:v0.16.1',
  'quay.io/metallb/speaker:v0.16.1',
]

async function writeOverlay({ recipes }: Bench): Promise<void> {
  const folder = join(recipes, 'overlay-doubles/etc/kube-doubles')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'images.json'), JSON.stringify(labImages))
}

/** Of all that the rootfs is made of, but for the doubles. */
async function digestOf(packages: OwnPackages, recipe: object): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([recipe, labImages]))
  for (const [name, { info, files = {}, scripts }] of Object.entries(packages)) {
    hash.update(JSON.stringify([name, info, scripts]))
    for (const [path, file] of Object.entries(files))
      hash.update(path).update(typeof file === 'string' ? file : file.content)
  }
  const agent = 'agent' in recipe ? ['agent/src', 'agent/apk'] : []
  for (const folder of ['pipeline/src', 'rootfs', ...agent]) {
    const entries = await readdir(join(repository, folder), { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile() && !/\.(test|fixture)\.ts$/.test(entry.name))
    const paths = files.map((entry) => join(entry.parentPath, entry.name))
    for (const path of paths.toSorted()) hash.update(path).update(await readFile(path))
  }
  return hash.digest('hex').slice(0, 24)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
