/**
 * Compares a whole build that carries 1 GB of images with the same work by hand: `skopeo copy` of one image after
 * the other into a container storage, `apk add` in a chroot, `bsdtar -czf`. Both pull from the same registry and
 * install from the same mirror, both on loopback; rounds in turn, medians. Our memory is the peak of the process of
 * the build, its threads included. Needs root, and what the tests of clusters need.
 *
 *   node bench/images.ts [ROUNDS]
 */
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { rootfsManifest } from '../pipeline/src/describe/manifest.ts'
import {
  type ClusterWorld,
  clusterImages,
  clusterLock,
  clusterMissing,
  clusterRecipe,
  startCluster,
} from '../pipeline/test/support/cluster-world.ts'
import { containerToolsMissing } from '../pipeline/test/support/container-tools.ts'
import { minirootfs } from '../pipeline/test/support/engine-base.ts'
import { serve, startServer } from '../pipeline/test/support/fault-server.ts'
import { kubectlBinary } from '../pipeline/test/support/kubectl.ts'
import { type Bench, type Flags, main as program, succeed } from '../pipeline/test/support/pipeline.ts'

interface Measured {
  readonly seconds: number
  /** KiB of the process at its peak; of ours only. */
  readonly peak?: number
  /** Bytes of the packed rootfs. */
  readonly size?: number
}

const totalBytes = 1e9
const names = Object.keys(clusterImages)
const rounds = Number(process.argv[2] ?? 3)
/** MiB, and parts of the time of the work by hand. */
const goals = { memory: 300, cold: 0.5, warm: 0.05 }

const byHand = `
root=$1 base=$2 mirror=$3 keys=$4 registry=$5
shift 5
tar -xzf "$base" -C "$root"
cp "$keys"/* "$root/etc/apk/keys/"
printf '%s\\n' "$mirror/v3.19/main" "$mirror/v3.19/own" >"$root/etc/apk/repositories"
chroot "$root" /sbin/apk add --no-cache kubeadm kubectl kubelet
storage="[overlay@$root/var/lib/containers/storage+$root.run]"
for image; do
  skopeo --insecure-policy copy --src-tls-verify=false "docker://$registry/$image" "containers-storage:$storage$image"
done
umount "$root/var/lib/containers/storage/overlay" 2>/dev/null || true
bsdtar -czf "$root.tar.gz" -C "$root" .
`

process.exitCode = await main()

async function main(): Promise<number> {
  const missing = (await clusterMissing()) ?? (await containerToolsMissing())
  if (missing !== undefined) {
    process.stderr.write(`This cannot be measured here: ${missing}\n`)
    return 1
  }
  process.stderr.write('making images\n')
  const images = Object.fromEntries(names.map((name) => [name, 'big' as const]))
  const bigBytes = Math.ceil(totalBytes / names.length)
  // Like the programs in Kubernetes' images, it is one of Go.
  const material = await readFile(await kubectlBinary())
  await using world = await startCluster({ images, bigBytes, material })
  // Straight from the registry: nothing is counted here.
  const mirrors = [world.sources['registry-mirror']].flat().map(String)
  const direct = mirrors.map((text) => text.replace(world.proxy.address, world.registry.address))
  const sources: Flags = { ...world.sources, 'registry-mirror': direct }
  await using locked = await world.newBench()
  await succeed(locked, { command: 'lock', flags: { recipe: clusterRecipe(locked), ...sources } })

  const results = new Map<string, Measured[]>()
  const note = (name: string, one: Measured): void => {
    results.set(name, [...(results.get(name) ?? []), one])
    process.stderr.write(`${name}: ${one.seconds.toFixed(1)} s\n`)
  }
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`)
    await using place = await benchWithLocks(world, locked)
    note('cold build', await measureBuild(place, sources))
    await assertWhole(place)
    await rm(place.out, { recursive: true })
    note('warm, no output', await measureBuild(place, sources))
    note('warm', await measureBuild(place, sources))
    note('by hand', await measureByHand(world, place))
  }
  process.stdout.write(table(results))
  const [processor] = cpus()
  process.stdout.write(`\n${cpus().length} cores, ${processor?.model}; Node ${process.versions.node}\n`)
  return verdict(results)
}

async function benchWithLocks(world: ClusterWorld, locked: Bench): Promise<Bench> {
  const place = await world.newBench()
  for (const lock of ['packages', 'images', 'manifests'] as const)
    await copyFile(clusterLock(locked, lock), clusterLock(place, lock))
  return place
}

async function measureBuild(place: Bench, sources: Flags): Promise<Measured> {
  const flags = Object.entries({ recipe: clusterRecipe(place), ...sources }).flatMap(([name, values]) =>
    [values].flat().map((value) => `--${name}=${value}`),
  )
  const rest = ['--arch=x86_64', '--engine=namespace', `--cache=${place.cache}`, `--out=${place.out}`]
  const started = performance.now()
  const building = execa(process.execPath, [
    program,
    'build',
    ...flags,
    ...rest,
    '--renderer=plain',
    '--locked',
  ])
  const watching = watchPeak(building.pid)
  await building
  const seconds = (performance.now() - started) / 1000
  return { seconds, peak: await watching, size: (await stat(join(place.out, 'rootfs.tar.gz'))).size }
}

/** The kernel keeps the peak itself; it is lost only between the last look and the end. */
async function watchPeak(pid: number | undefined): Promise<number> {
  for (let peak = 0; ; await sleep(10)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    const found = /VmHWM:\s+(\d+) kB/.exec(status)?.[1]
    if (found === undefined) return peak
    peak = Number(found)
  }
}

async function assertWhole({ out }: Bench): Promise<void> {
  const text = await readFile(join(out, 'rootfs.manifest.json'), 'utf8')
  const { images } = rootfsManifest.parse(JSON.parse(text))
  const bytes = images.flatMap(({ layers }) => layers.map(({ diffId, size }) => [diffId, size] as const))
  const total = [...new Map(bytes).values()].reduce((sum, size) => sum + size, 0)
  if (images.length !== names.length || total < totalBytes) throw new Error('The build lacks images')
}

async function measureByHand(world: ClusterWorld, place: Bench): Promise<Measured> {
  const mirror = String(world.sources['mirror'])
  await using server = await startServer((response, request, count) => {
    readFile(join(mirror, decodeURIComponent(request.url))).then(
      (content) => serve(content)(response, request, count),
      () => response.writeHead(404).end(),
    )
  })
  const script = join(place.folder, 'by-hand.sh')
  await writeFile(script, byHand)
  const root = join(place.folder, 'by-hand')
  await mkdir(root)
  const args = [
    root,
    await minirootfs('x86_64'),
    server.url,
    join(place.recipes, 'own-keys'),
    world.registry.address,
  ]
  const started = performance.now()
  try {
    await execa('sh', ['-eu', script, ...args, ...names])
  } finally {
    await execa('umount', [join(root, 'var/lib/containers/storage/overlay')], { reject: false })
  }
  const seconds = (performance.now() - started) / 1000
  return { seconds, size: (await stat(`${root}.tar.gz`)).size }
}

function median(
  results: ReadonlyMap<string, readonly Measured[]>,
  name: string,
  key: keyof Measured,
): number {
  const sorted = (results.get(name) ?? []).map((one) => one[key] ?? Number.NaN).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function table(results: ReadonlyMap<string, readonly Measured[]>): string {
  const of = (name: string, key: keyof Measured): number => median(results, name, key)
  const rows = [...results.keys()].map((name) => [
    name,
    `${of(name, 'seconds').toFixed(2)} s`,
    (of(name, 'seconds') / of('by hand', 'seconds')).toFixed(3),
    (of(name, 'seconds') / of('cold build', 'seconds')).toFixed(3),
    Number.isNaN(of(name, 'size')) ? '' : `${(of(name, 'size') / 1e6).toFixed(1)} MB`,
    Number.isNaN(of(name, 'peak')) ? '' : `${(of(name, 'peak') / 1024).toFixed(0)} MiB`,
  ])
  return [['', 'time', 'to by hand', 'to cold', 'size', 'peak memory'], ...rows]
    .map(([name = '', ...cells]) => `${name.padEnd(16)}${cells.map((cell) => cell.padStart(12)).join('')}\n`)
    .join('')
}

function verdict(results: ReadonlyMap<string, readonly Measured[]>): number {
  const cold = median(results, 'cold build', 'seconds')
  const found = {
    memory: median(results, 'cold build', 'peak') / 1024,
    cold: cold / median(results, 'by hand', 'seconds'),
    warm: median(results, 'warm', 'seconds') / median(results, 'by hand', 'seconds'),
  }
  const missed = Object.entries(goals).filter(([name, goal]) => !(Reflect.get(found, name) <= goal))
  for (const [name, goal] of missed) {
    process.stderr.write(`missed: ${name} is ${Reflect.get(found, name)}, and should be at most ${goal}\n`)
  }
  return missed.length === 0 ? 0 : 1
}
