import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StepEvent } from '../src/render/event.ts'
import { type Bench, bench, buildMissing, rootfsDigest, runPipeline, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'
import { serveMirror } from './support/served-mirror.ts'

const describeBuilds = await requirement('whole builds', buildMissing)
const describeStrace = await requirement('strace', async () => {
  const { exitCode } = await execa('strace', ['--version'], { reject: false })
  return exitCode === 0 ? buildMissing() : 'install strace'
})

let place: Bench
let digest: string

describeBuilds('a second build', () => {
  beforeAll(async () => {
    place = await bench()
    await using mirror = await serveMirror()
    await succeed(place, { flags: { mirror: mirror.url } })
    expect(mirror.requests.length).toBeGreaterThan(10)
    digest = await rootfsDigest(place.out)
  })

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('with nothing changed asks no server and skips every step after the locks', async () => {
    await using mirror = await serveMirror()
    const outcome = await succeed(place, { flags: { mirror: mirror.url, renderer: 'json' } })
    expect(mirror.requests).toEqual([])
    const ended = events(outcome.stdout).filter(({ event }) => event === 'done' || event === 'skipped')
    expect(ended.map(({ step, event }) => `${step} ${event}`)).toEqual([
      'recipe done',
      'agent skipped',
      'locks done',
      'fetch skipped',
      'base skipped',
      'packages skipped',
      'overlay skipped',
      'services skipped',
      'manifests skipped',
      'images skipped',
      'normalise skipped',
      'verify skipped',
      'pack skipped',
      'describe skipped',
    ])
    expect(await rootfsDigest(place.out)).toBe(digest)
  })

  test.each([
    ['a changed overlay', 'overlay-openrc/etc/rc.conf', '# changed\n'],
    ['a changed recipe', 'minimal.yaml', '\nlinks:\n  /etc/test-link: /etc/motd\n'],
  ])('with %s installs no package again', async (_, file, addition) => {
    await using other = await bench()
    const path = join(other.recipes, file)
    await execa('sh', ['-c', 'printf "%s" "$1" >>"$2"', 'sh', addition, path])
    const flags = { cache: place.cache, renderer: 'json', mirror: 'http://127.0.0.1:9/' }
    const outcome = await succeed(other, { flags })
    const ended = events(outcome.stdout).filter(({ event }) => event === 'skipped')
    expect(ended.map(({ step }) => step)).toEqual(['agent', 'base', 'packages', 'manifests', 'images'])
    expect(await rootfsDigest(other.out)).not.toBe(digest)
  })

  test('whose finished file was damaged makes it again', async () => {
    const file = join(place.out, 'rootfs.tar.gz')
    const whole = await readFile(file)
    await execa('truncate', ['--size=-1', file])
    await succeed(place, { flags: { offline: true } })
    expect(await readFile(file)).toEqual(whole)
  })

  test('with --offline and an empty cache says what is missing and how to get it', async () => {
    await using other = await bench()
    const outcome = await runPipeline(other, { flags: { offline: true, mirror: 'http://127.0.0.1:9/' } })
    expect(outcome).toMatchObject({ status: 4, stderr: expect.stringMatching(/alpine-minirootfs.*hint:/s) })
  })

  describeStrace('with --offline', () => {
    test('makes the same bytes without one connection', async () => {
      await rm(place.out, { recursive: true })
      await rm(join(place.cache, 'v1/records'), { recursive: true })
      const log = join(place.folder, 'strace.log')
      await succeed(place, {
        flags: { offline: true, mirror: 'http://127.0.0.1:9/' },
        by: ['strace', '-f', '-qq', '-e', 'trace=connect,socket', '-o', log],
      })
      expect(await rootfsDigest(place.out)).toBe(digest)
      expect(await readFile(log, 'utf8')).not.toMatch(/AF_INET/)
    })

    test('is watched by a control that does see connections', async () => {
      await using other = await bench()
      await using mirror = await serveMirror()
      const log = join(other.folder, 'strace.log')
      const by = ['strace', '-f', '-qq', '-e', 'trace=connect,socket', '-o', log]
      await succeed(other, { flags: { mirror: mirror.url }, by })
      expect(await readFile(log, 'utf8')).toMatch(/connect\(.*AF_INET/)
    })
  })
})

function events(stdout: string): StepEvent[] {
  return stdout.split('\n').map((line) => JSON.parse(line))
}
