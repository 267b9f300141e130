import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { differenceSchema } from '../src/diff/schema.ts'
import {
  type ClusterWorld,
  clusterMissing,
  clusterRecipe,
  startCluster,
  writeClusterRecipe,
} from './support/cluster-world.ts'
import { repack } from './support/finished-rootfs.ts'
import { type Bench, bench, main, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeCluster = await requirement('builds of a cluster', clusterMissing)

const extra = 'quay.io/example/extra:1'
const patience = 10 * 60_000

let world: ClusterWorld
let place: Bench

async function run(...argv: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...argv], { reject: false })
  return { status: exitCode, stdout, stderr }
}

function sources(): string[] {
  return (['registry-mirror', 'manifest-mirror'] as const).flatMap((name) =>
    [world.sources[name] ?? []].flat().map((value) => `--${name}=${value}`),
  )
}

async function build(out: string): Promise<void> {
  const flags = { ...world.sources, recipe: clusterRecipe(place) }
  await succeed(place, { command: 'lock', flags })
  await succeed(place, { flags: { ...flags, out } })
}

describeCluster('a release with images', () => {
  beforeAll(async () => {
    world = await startCluster({ bigBytes: 5e6, images: { [extra]: 'plain' } })
    place = await world.newBench({ extra: [extra] })
    await build(join(place.folder, 'with'))
    await cp(place.recipes, join(place.folder, 'checkout'), { recursive: true })
    await writeClusterRecipe(place, {})
    await build(join(place.folder, 'without'))
  }, patience)

  afterAll(async () => {
    await place?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  const rebuild = (release: string, cache: string, ...flags: string[]) =>
    run('rebuild', release, `--cache=${cache}`, '--engine=namespace', '--renderer=plain', ...flags)

  test('is the same when it is built again, its images from a registry', { timeout: patience }, async () => {
    await using other = await bench()
    const recipe = `--recipe=${join(place.folder, 'checkout/cluster.yaml')}`
    const outcome = await rebuild(join(place.folder, 'with'), other.cache, recipe, ...sources())
    expect(outcome.stderr).toContain('the same bytes')
    expect(outcome).toMatchObject({ status: 0, stdout: expect.stringContaining('is reproducible') })
  })

  test('is not that of a checkout with other images, which are named', { timeout: patience }, async () => {
    const recipe = `--recipe=${clusterRecipe(place)}`
    const outcome = await rebuild(join(place.folder, 'with'), place.cache, recipe, '--offline')
    expect(outcome.status).toBe(3)
    expect(outcome.stderr).toMatch(
      /the image quay\.io\/example\/extra:1 is missing here, and [0-9a-f]{64} in the release/,
    )
  })

  test('with a changed file in a layer is refused, and the file is named', {
    timeout: patience,
  }, async () => {
    const release = join(place.folder, 'tampered')
    await cp(join(place.folder, 'without'), release, { recursive: true })
    let changed = ''
    await repack(release, (tree) => {
      for (const [path, entry] of tree) {
        if (changed !== '' || entry.type !== 'file' || !/\/storage\/overlay\/[^/]+\/diff\//.test(path))
          continue
        tree.set(path, { ...entry, mode: entry.mode ^ 0o111 })
        changed = path
      }
    })
    const outcome = await rebuild(release, place.cache, `--recipe=${clusterRecipe(place)}`, '--offline')
    expect(outcome.status).toBe(3)
    expect(outcome.stderr).toContain(`/${changed}: its mode is `)
  })

  test('differs from one with an image less in that image, its layers and its bytes', async () => {
    const folders = ['without', 'with'].map((name) => join(place.folder, name))
    const { stdout } = await run('diff', ...folders, '--format=json')
    const told = differenceSchema.parse(JSON.parse(stdout))
    expect(told.images.list).toMatchObject([
      { name: 'quay.io/example/extra', change: 'new', new: { tag: '1' } },
    ])
    expect(told.images.layers.gone.count).toBe(0)
    expect(told).toMatchObject({ packages: [], manifests: [], notCompared: [] })
    expect(told.files?.owners.map(({ owner }) => owner)).toEqual(['images'])
    const [images, rest] = ['images', 'rest'].map((name) =>
      told.size.causes.find(({ cause }) => cause === name),
    )
    expect(images?.unpacked.new).toBeGreaterThan(images?.unpacked.old ?? 0)
    expect(rest?.unpacked.new).toBe(rest?.unpacked.old)
  })
})
