import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cachedReleases, pruneCache } from '../src/releases/cached-releases.ts'
import { lockEntry } from '../src/releases/entry-lock.ts'
import { findRelease } from '../src/releases/find-release.ts'
import { hashFile } from '../src/releases/hash-file.ts'
import { openReleaseWorld, type ReleaseWorld } from './support/release-world.ts'
import { generatedFile } from './support/served-file.ts'

let world: ReleaseWorld
beforeEach(async () => {
  world = await openReleaseWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const sent = () => world.server.sentFor('/rootfs.tar.gz')
const offline = { offline: true }

test('what is in the cache is not downloaded again', async () => {
  world.publish('1.0.0')
  const first = await world.install('v1.0.0')
  expect(await world.install('v1.0.0')).toEqual(first)
  expect(sent()).toBe(300_000)
  expect(world.events.at(-1)).toEqual({ type: 'done', label: 'rootfs.tar.gz', bytes: 300_000, from: 'cache' })
})

const flip = (path: string) => {
  const bytes = readFileSync(path)
  bytes[1234] = (bytes[1234] ?? 0) ^ 1
  writeFileSync(path, bytes)
}
const damages: readonly (readonly [string, (path: string) => void])[] = [
  ['changed', flip],
  ['cut', (path) => truncateSync(path, 1000)],
  ['emptied', (path) => truncateSync(path, 0)],
  ['grown', (path) => truncateSync(path, 400_000)],
  ['removed', (path) => rmSync(path)],
]

test.each(damages)('a cached file that was %s is found, and fetched again', async (_what, damage) => {
  world.publish('1.0.0')
  const { path, sha256 } = await world.install('v1.0.0')
  damage(path)
  expect(await world.refusal('v1.0.0', offline)).toEqual(['OFFLINE', 4])
  expect((await world.install('v1.0.0')).path).toBe(path)
  expect((await hashFile(path))?.sha256).toBe(sha256)
  expect(sent()).toBe(600_000)
})

test('a cached file whose time was put back after a change is found all the same', async () => {
  world.publish('1.0.0')
  const { path } = await world.install('v1.0.0')
  // Whole seconds, or what is put back would differ by what JavaScript's dates cannot hold.
  utimesSync(path, 1_000_000, 1_000_000)
  await world.install('v1.0.0')
  flip(path)
  utimesSync(path, 1_000_000, 1_000_000)
  expect(await world.refusal('v1.0.0', offline)).toEqual(['OFFLINE', 4])
})

test('a file that was only touched is hashed, and stays', async () => {
  world.publish('1.0.0')
  const { path } = await world.install('v1.0.0')
  utimesSync(path, new Date(), new Date())
  chmodSync(path, 0o640)
  await world.install('v1.0.0')
  expect(sent()).toBe(300_000)
})

test.each(['v1.0.0', '1.0.0', 'latest', 'stable', 'alpha'])(
  'offline, %s is what the cache has, without a request',
  async (reference) => {
    for (const version of ['0.9.0', '1.0.0']) {
      world.publish(version)
      await world.install(`v${version}`)
    }
    world.server.seen.length = 0
    const { version, tag } = await findRelease(reference, { ...world.options, ...offline })
    expect([version, tag]).toEqual(['1.0.0', 'v1.0.0'])
    expect((await world.install(reference, offline)).size).toBe(300_000)
    expect(world.server.seen).toEqual([])
  },
)

test('offline, a mirror is known by its URL', async () => {
  world.publish('1.0.0')
  const url = world.server.mirrorUrl('v1.0.0')
  await world.install(`${url.replace('://', '://me:secret@')}/`)
  expect(await world.refusal(url, offline)).toBeUndefined()
  expect(await world.refusal(`${url}-other`, offline)).toEqual(['OFFLINE', 4])
  expect(JSON.stringify(await cachedReleases(world.cacheFolder))).not.toContain('secret')
})

test.each(['v2.0.0', 'latest', 'rc', 'no-such-tag'])(
  'offline, %s is reported where the cache has it not',
  async (reference) => {
    world.publish('1.0.0-dev')
    await world.install('v1.0.0-dev')
    expect(await world.refusal(reference, offline)).toEqual(['OFFLINE', 4])
    expect(await world.refusal('v1.0.0-dev', { ...offline, architecture: 'aarch64' })).toEqual(['OFFLINE', 4])
  },
)

test.each([
  ['SHA256SUMS', ['SIGNATURE_INVALID', 3]],
  ['SHA256SUMS.minisig', ['SIGNATURE_INVALID', 3]],
  ['rootfs.manifest.json', ['RELEASE_INVALID', 3]],
])('the cache is not believed: a changed %s is refused', async (name, code) => {
  world.publish('1.0.0')
  const { path } = await world.install('v1.0.0')
  const file = join(dirname(path), name)
  writeFileSync(
    file,
    `${readFileSync(file, 'utf8')} `.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
  )
  expect(await world.refusal('v1.0.0', offline)).toEqual(code)
  expect(await world.refusal('v1.0.0', { ...offline, allowUnsigned: true })).toEqual(code)
})

test('a cached release by a key that is trusted no more is refused', async () => {
  world.publish('1.0.0')
  await world.install('v1.0.0')
  expect(await world.refusal('v1.0.0', { ...offline, publicKeys: [] })).toEqual(['SIGNATURE_INVALID', 3])
})

test('pruning keeps what clusters use and what is being worked on, and says what it removed', async () => {
  const digests: string[] = []
  for (const version of ['0.8.0', '0.9.0', '1.0.0']) {
    world.publish(version)
    digests.push((await world.install(`v${version}`)).sha256)
  }
  const [old = '', used = '', busy = ''] = digests
  {
    using _lock = await lockEntry(world.cacheFolder, busy, { signal: world.options.signal })
    expect(await pruneCache(world.cacheFolder, [used])).toEqual([old])
  }
  const left = await cachedReleases(world.cacheFolder)
  expect(left.map(({ version }) => version).sort()).toEqual(['0.9.0', '1.0.0'])
  expect(left.every(({ path }) => statSync(path).size === 300_000)).toBe(true)
})

test('pruning takes nothing that is not ours', async () => {
  world.publish('1.0.0')
  await world.install('v1.0.0')
  mkdirSync(join(world.cacheFolder, 'releases', 'notes'))
  await pruneCache(world.cacheFolder, [])
  expect(world.cached()).toHaveProperty('notes')
  expect(await cachedReleases(world.cacheFolder)).toEqual([])
})

test('there is nothing in a cache that is not there', async () => {
  expect(await cachedReleases('/nowhere')).toEqual([])
  expect(await pruneCache('/nowhere', [])).toEqual([])
})

test('a cache that cannot be written is reported', async () => {
  world.publish('1.0.0')
  writeFileSync(world.cacheFolder, '')
  expect(await world.refusal('v1.0.0')).toEqual(['FILE_FAILED', 1])
})

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

test.runIf(isRoot)('a full disk is reported, and the download goes on once there is room', async () => {
  const size = 6 << 20
  world.publish('1.0.0', generatedFile(size))
  mkdirSync(world.cacheFolder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', world.cacheFolder])
  try {
    expect(await world.refusal('v1.0.0')).toEqual(['DISK_FULL', 1])
    const before = sent()
    expect(await world.refusal('v1.0.0')).toEqual(['DISK_FULL', 1])
    execFileSync('mount', ['-o', 'remount,size=16m', world.cacheFolder])
    expect((await world.install('v1.0.0')).size).toBe(size)
    expect(before).toBeGreaterThan(3 << 20)
    expect(world.server.seen.at(-1)?.headers.range).toMatch(/^bytes=[34]\d{6}-$/)
  } finally {
    execFileSync('umount', ['-l', world.cacheFolder])
  }
})
