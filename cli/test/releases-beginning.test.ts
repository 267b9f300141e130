import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hashFile } from '../src/releases/hash-file.ts'
import type { Lie } from './support/lie.ts'
import type { Seen } from './support/release-server.ts'
import { openReleaseWorld, type ReleaseWorld } from './support/release-world.ts'
import { generatedFile } from './support/served-file.ts'

let world: ReleaseWorld
beforeEach(async () => {
  world = await openReleaseWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const MiB = 1 << 20
const sent = () => world.server.sentFor('/rootfs.tar.gz')
const isRootfs = ({ path }: Seen) => /^\/storage\/.*\/rootfs\.tar\.gz$/.test(path)
const lieAbout = (lie: (count: number) => Lie | undefined) => {
  world.server.lie = (seen) => (isRootfs(seen) ? lie(seen.count) : undefined)
}
const parts = () => world.server.seen.filter(isRootfs).map(({ headers }) => headers.range)

/** Leaves the first half of a download behind. */
async function interruptHalfway(size = 2 * MiB): Promise<string> {
  const file = generatedFile(size)
  world.publish('1.0.0', file)
  lieAbout(() => ({ cutAt: size / 2 }))
  expect(await world.refusal('v1.0.0', { limits: { ...world.options.limits, tries: 1 } })).toEqual([
    'SOURCE_UNREACHABLE',
    4,
  ])
  world.server.lie = () => undefined
  world.server.seen.length = 0
  const [name] = Object.keys(world.cached()).filter((path) => path.endsWith('.partial'))
  return join(world.cacheFolder, 'releases', name ?? '')
}

test('what is left of a download is the beginning of the next, asked for with If-Range', async () => {
  await interruptHalfway()
  expect(await world.refusal('v1.0.0')).toBeUndefined()
  const [request] = world.server.seen.filter(isRootfs)
  expect(request?.headers.range).toMatch(/^bytes=\d+-$/)
  expect(request?.headers['if-range']).toMatch(/^"[0-9a-f]{16}"$/)
  expect(sent()).toBeLessThanOrEqual(MiB + 128 * 1024)
})

const differing: readonly (readonly [string, Lie])[] = [
  ['has another version by now', { etag: '"other"' }],
  ['ignores the range', { ignoreRange: true }],
  ['sends another range', { shiftRange: 1000 }],
  ['sends the rest of another version', { etag: '"other"', ignoreIfRange: true }],
  ['answers 416', { status: 416 }],
]

test.each(differing)('when the server %s, what is there is dropped', async (_what, lie) => {
  await interruptHalfway()
  lieAbout((count) => (count === 1 ? lie : undefined))
  expect(await world.refusal('v1.0.0')).toBeUndefined()
  expect(sent()).toBeGreaterThanOrEqual(2 * MiB)
  expect(parts().length).toBeLessThanOrEqual(2)
})

test.each(['W/"weak"', 'unquoted'])('%s is no validator: the digest alone tells', async (etag) => {
  world.publish('1.0.0', generatedFile(2 * MiB))
  lieAbout((count) => (count === 1 ? { etag, cutAt: MiB } : { etag }))
  expect(await world.refusal('v1.0.0')).toBeUndefined()
  const [, second] = world.server.seen.filter(isRootfs)
  expect(second?.headers.range).toBeDefined()
  expect(second?.headers['if-range']).toBeUndefined()
})

const spoiled: readonly (readonly [string, (path: string) => void])[] = [
  ['a changed byte', (path) => writeFileSync(path, 'x', { flag: 'r+' })],
  ['garbage at its end', (path) => appendFileSync(path, Buffer.alloc(1000))],
  ['more bytes than the file', (path) => truncateSync(path, 3 * MiB)],
  ['all bytes, but wrong ones', (path) => truncateSync(path, 2 * MiB)],
  ['a torn note', (path) => writeFileSync(`${path}.json`, '{"source":')],
  [
    'the note of another server',
    (path) => writeFileSync(`${path}.json`, JSON.stringify({ source: 'https://other/', validator: '"x"' })),
  ],
]

test.each(spoiled)('a beginning with %s does not keep the release from being right', async (_what, spoil) => {
  spoil(await interruptHalfway())
  const { path, sha256 } = await world.install('v1.0.0')
  expect((await hashFile(path))?.sha256).toBe(sha256)
  expect(sent()).toBeLessThanOrEqual(3.2 * MiB)
})

test('parts that never fit together are given up, and nothing stays', async () => {
  await interruptHalfway()
  lieAbout((count) => ({ flip: 1.5 * MiB, ...(count % 2 === 1 && { cutAt: MiB }) }))
  expect(await world.refusal('v1.0.0')).toEqual(['CHECKSUM_MISMATCH', 3])
  expect(parts().length).toBeLessThan(6)
  expect(world.cached()).toEqual({})
})

test('a server that knows no ranges and always breaks off is not asked without end', async () => {
  world.publish('1.0.0', generatedFile(2 * MiB))
  lieAbout(() => ({ ignoreRange: true, cutAt: MiB }))
  expect(await world.refusal('v1.0.0')).toEqual(['SOURCE_UNREACHABLE', 4])
  expect(parts().length).toBeLessThanOrEqual(4)
})

test('a sign-in page does not cost what is there', async () => {
  const partial = await interruptHalfway()
  const before = await hashFile(partial)
  lieAbout(() => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' }))
  expect(await world.refusal('v1.0.0')).toEqual(['SOURCE_UNREACHABLE', 4])
  expect(await hashFile(partial)).toEqual(before)
})
