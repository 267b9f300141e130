import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hashFile } from '../src/releases/hash-file.ts'
import { installInChild } from './support/install-child.ts'
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

test('20 random cuts of a 200 MB download cost next to nothing: each byte is sent about once', {
  timeout: 120_000,
}, async () => {
  const file = generatedFile(200_000_000)
  world.publish('1.0.0', file)
  lieAbout((count) => (count <= 20 ? { cutAt: 1 + Math.floor(Math.random() * 12_000_000) } : undefined))
  const { path } = await world.install('v1.0.0')
  expect(await hashFile(path)).toEqual({ size: file.size, sha256: file.sha256 })
  const cuts = world.server.seen.filter(isRootfs).length - 1
  console.log(
    `${cuts} cuts: ${sent()} bytes sent for ${file.size} (${((sent() / file.size) * 100 - 100).toFixed(2)} % more)`,
  )
  expect(cuts).toBe(20)
  expect(sent()).toBeLessThan(file.size * 1.02)
})

test('a program that is killed at random instants goes on where it stopped', {
  timeout: 120_000,
}, async () => {
  const file = generatedFile(64 * MiB)
  world.publish('1.0.0', file)
  lieAbout(() => ({ slow: { delay: 4, bytes: 256 * 1024 } }))
  let kills = 0
  for (let round = 0; ; round++) {
    const before = sent()
    const { child, result } = installInChild('v1.0.0', world.options)
    // Half of them at any instant, from its start on; half in the middle of the download, however slow the machine.
    while (round % 2 === 1 && sent() === before && child.exitCode === null) await sleep(5)
    const kill = setTimeout(() => child.kill('SIGKILL'), Math.random() * (round % 2 === 1 ? 300 : 900))
    const outcome = await result
    clearTimeout(kill)
    if (outcome !== undefined) {
      expect(outcome).toMatchObject({ size: file.size, sha256: file.sha256 })
      break
    }
    kills++
    expect(kills).toBeLessThan(100)
  }
  const more = ((sent() / file.size) * 100 - 100).toFixed(2)
  console.log(`${kills} kills: ${sent()} bytes sent for ${file.size} (${more} % more)`)
  expect(kills).toBeGreaterThan(1)
  // Each kill loses what was on its way: what the buffers of two sockets hold.
  expect(sent()).toBeLessThan(file.size + kills * 6 * MiB)
  expect(Object.keys(world.cached()).some((path) => path.includes('partial'))).toBe(false)
})

test('a program that is killed between the download and its record finds what it downloaded', async () => {
  world.publish('1.0.0')
  const { path } = await world.install('v1.0.0')
  const record = join(path, '../entry.json')
  for (const torn of [readFileSync(record, 'utf8').slice(0, 40), '', '{}']) {
    writeFileSync(record, torn)
    expect((await world.install('v1.0.0')).path).toBe(path)
  }
  expect(sent()).toBe(300_000)
})

test('four programs at once download once', async () => {
  const file = generatedFile(20 * MiB)
  world.publish('1.0.0', file)
  lieAbout(() => ({ slow: { delay: 10, bytes: 256 * 1024 } }))
  const results = await Promise.all([1, 2, 3, 4].map(() => installInChild('v1.0.0', world.options).result))
  expect(new Set(results.map((one) => one && 'sha256' in one && one.sha256))).toEqual(new Set([file.sha256]))
  expect(sent()).toBe(file.size)
})

test('who waits for a program that is killed takes over from it at once', async () => {
  const file = generatedFile(8 * MiB)
  world.publish('1.0.0', file)
  lieAbout((count) => (count === 1 ? { stallAt: 4 * MiB } : undefined))
  const limits = { ...world.options.limits, idle: 60_000 }
  const first = installInChild('v1.0.0', { ...world.options, limits })
  while (sent() < 4 * MiB) await sleep(20)
  await sleep(200)
  const second = world.install('v1.0.0')
  while (!world.events.some(({ type }) => type === 'waiting')) await sleep(20)
  first.child.kill('SIGKILL')
  expect((await second).sha256).toBe(file.sha256)
  expect(sent()).toBeLessThan(file.size + MiB)
})

test('memory stays flat, whatever the size', { timeout: 120_000 }, async () => {
  const rss: number[] = []
  for (const size of [50_000_000, 400_000_000]) {
    world.publish('1.0.0', generatedFile(size))
    const outcome = await installInChild('v1.0.0', world.options).result
    if (outcome === undefined || !('maxRss' in outcome))
      throw new Error(`not installed: ${JSON.stringify(outcome)}`)
    rss.push(outcome.maxRss)
    const { maxRss, time } = outcome
    console.log(
      `${size} bytes: ${Math.round(maxRss / MiB)} MiB resident, ${Math.round(size / time / 1000)} MB/s`,
    )
  }
  expect((rss[1] ?? 0) - (rss[0] ?? 0)).toBeLessThan(64 * MiB)
})

test('an interrupted download is kept', async () => {
  world.publish('1.0.0', generatedFile(2 * MiB))
  lieAbout(() => ({ stallAt: MiB }))
  const controller = new AbortController()
  const ended = world.refusal('v1.0.0', { signal: controller.signal })
  while (sent() < MiB) await sleep(10)
  await sleep(100)
  controller.abort()
  expect(await ended).toEqual(['INTERRUPTED', 130])
  expect(Object.values(world.cached()).some((size) => size >= MiB / 2)).toBe(true)
})

test('progress tells bytes, rate and time left', async () => {
  world.publish('1.0.0', generatedFile(4 * MiB))
  lieAbout(() => ({ slow: { delay: 20, bytes: 128 * 1024 } }))
  await world.install('v1.0.0')
  const progress = world.events.filter((event) => event.type === 'progress')
  expect(progress.length).toBeGreaterThan(3)
  expect(progress.at(-1)).toMatchObject({ bytes: 4 * MiB, total: 4 * MiB, secondsLeft: 0 })
  expect(progress.slice(1).every(({ rate }) => rate > 0)).toBe(true)
  expect(world.events.at(-1)).toEqual({
    type: 'done',
    label: 'rootfs.tar.gz',
    bytes: 4 * MiB,
    from: 'source',
  })
})
