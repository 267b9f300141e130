import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Dockerd, dockerdMissing, startDockerd } from './support/dockerd.ts'
import {
  type Bench,
  bench,
  buildMissing,
  main,
  rootfsDigest,
  runPipeline,
  succeed,
} from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'
import { isFullSweep } from './support/sweep.ts'

const describeBuilds = await requirement('whole builds', buildMissing)
const describeDocker = await requirement(
  'Docker',
  async () => (await dockerdMissing()) ?? (await buildMissing()),
)
const describeRoot = await requirement('root', async () =>
  process.getuid?.() === 0 ? buildMissing() : 'file systems are mounted only by root',
)

let digest: string
let duration: number

describeBuilds('a build that is stopped', () => {
  beforeAll(async () => {
    await using place = await bench()
    const started = performance.now()
    await succeed(place)
    duration = performance.now() - started
    digest = await rootfsDigest(place.out)
  })

  test('by kill -9 at any moment, time and again, ends with the same bytes and leaves nothing behind', async () => {
    await using place = await bench()
    const killed = await killRepeatedly(place, { times: isFullSweep ? 20 : 6, flags: {}, env: {} })
    expect(killed).toBeGreaterThan(isFullSweep ? 10 : 3)
    await succeed(place)
    expect(await rootfsDigest(place.out)).toBe(digest)
    await expectNothingLeft(place)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s says so, exits with 130 at once, and can go on',
    async (signal) => {
      await using place = await bench()
      const running = runUntilSignal(place, signal)
      expect(await running).toMatchObject({
        status: 130,
        stderr: expect.stringContaining(`interrupted by ${signal}`),
      })
      await expectNothingLeft(place)
      await succeed(place)
      expect(await rootfsDigest(place.out)).toBe(digest)
    },
  )

  describeDocker('in Docker', () => {
    let daemon: Dockerd
    beforeAll(async () => {
      daemon = await startDockerd()
    })
    afterAll(async () => {
      await daemon[Symbol.asyncDispose]()
    })

    test('by kill -9 leaves no container and no image once the next build has run', async () => {
      await using place = await bench()
      const options = { flags: { engine: 'docker' }, env: { DOCKER_HOST: daemon.host } }
      expect(await killRepeatedly(place, { times: 6, ...options })).toBeGreaterThan(2)
      await succeed(place, options)
      expect(await rootfsDigest(place.out)).toBe(digest)
      expect(await daemon.docker.listContainers({ all: true })).toEqual([])
      expect(await daemon.docker.listImages({ all: true })).toEqual([])
    })
  })

  describeRoot('by a full disk', () => {
    test.each([1, 4, 8, 16, 24, 32])(
      'of %i MiB says so, and goes on once there is room',
      async (megabytes) => {
        await using place = await bench()
        await mkdir(place.cache)
        await execa('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'cache', place.cache])
        try {
          const out = join(place.cache, 'out')
          const outcome = await runPipeline(place, { flags: { out } })
          if (outcome.status !== 0) {
            expect(outcome).toMatchObject({
              status: 1,
              stderr: expect.stringMatching(/[Nn]o space (is )?left/),
            })
          }
          await execa('mount', ['-o', 'remount,size=256m', place.cache])
          await succeed(place, { flags: { out } })
          expect(await rootfsDigest(out)).toBe(digest)
        } finally {
          await execa('umount', [place.cache])
        }
      },
    )
  })
})

interface Killing {
  readonly times: number
  readonly flags: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

/** Starts builds and kills them at moments spread over the time that a build takes; returns how many were killed. */
async function killRepeatedly(place: Bench, { times, ...options }: Killing): Promise<number> {
  let killed = 0
  for (let index = 0; index < times; index += 1) {
    // The golden ratio spreads the moments evenly, whatever the number of times.
    const moment = Math.round(duration * ((0.15 + index * 0.618034) % 1))
    const outcome = await runPipeline(place, { ...options, signal: AbortSignal.timeout(moment) })
    if (outcome.status !== 0) killed += 1
    // So that the next build has as much to do as this one had.
    await rm(place.out, { recursive: true, force: true })
    await rm(join(place.cache, 'v1/records'), { recursive: true, force: true })
  }
  return killed
}

async function runUntilSignal(place: Bench, signal: NodeJS.Signals) {
  const running = runPipeline(place, { flags: { renderer: 'plain' } })
  const process = await processOf(place)
  // From here on it listens, however slowly it began.
  await vi.waitFor(() => access(join(place.cache, 'v1/work')), { timeout: 30_000 })
  await sleep(duration / 4)
  globalThis.process.kill(process, signal)
  return running
}

/** The process that runs a build for this bench. */
async function processOf(place: Bench): Promise<number> {
  for (;;) {
    const found = await processesNaming(place.folder, main)
    if (found[0] !== undefined) return found[0]
    await sleep(10)
  }
}

async function expectNothingLeft(place: Bench): Promise<void> {
  expect(await processesNaming(place.folder)).toEqual([])
  expect(await readFile('/proc/mounts', 'utf8')).not.toContain(place.folder)
  expect(await readdir(join(place.cache, 'v1/work'))).toEqual([])
  const files = await readdir(place.folder, { recursive: true })
  expect(files.filter((name) => /\.tmp|\.partial/.test(name))).toEqual([])
}

async function processesNaming(...words: string[]): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const line = await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '')
    if (words.every((word) => line.includes(word))) found.push(Number(name))
  }
  return found
}
