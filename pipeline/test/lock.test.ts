import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parsePackagesLock } from '../src/locks/parse.ts'
import { printPackagesLock } from '../src/locks/print.ts'
import { anArchitecture } from './support/a-lock.ts'
import { ownKey, ownMirror, readOwnLock, writeRecipe, writeRepository } from './support/own-mirror.ts'
import { type Bench, bench, buildMissing, runPipeline } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'
import { serveMirror } from './support/served-mirror.ts'

const describeBuilds = await requirement('whole builds', buildMissing)
const committed = join(import.meta.dirname, '../../rootfs/minimal.packages.lock.yaml')
const key = ownKey()

describeBuilds('npm run lock', () => {
  test('writes the committed lock of minimal.yaml, byte for byte, and the second time nothing moves', async () => {
    await using place = await bench()
    const file = lockFile(place)
    await rm(file)
    const first = await runPipeline(place, { command: 'lock' })
    expect(first).toMatchObject({ status: 0, stdout: expect.stringMatching(/^x86_64: 15 new\n/) })
    expect(await readFile(file, 'utf8')).toBe(await readFile(committed, 'utf8'))
    const { mtimeMs } = await stat(file)
    const second = await runPipeline(place, { command: 'lock' })
    expect(second).toMatchObject({ status: 0, stdout: 'Nothing moves.' })
    expect((await stat(file)).mtimeMs).toBe(mtimeMs)
  })

  test('with --check is content with a fresh lock', async () => {
    await using place = await bench()
    const outcome = await runPipeline(place, { command: 'lock', flags: { check: true } })
    expect(outcome).toMatchObject({ status: 0, stdout: 'Nothing moves.' })
  })

  test('with --check shows what moves in a stale lock, exits with 3 and writes nothing', async () => {
    await using place = await bench()
    const file = lockFile(place)
    const genuine = await readFile(file, 'utf8')
    const stale = genuine
      .replace('"openrc", version: "0.52.1-r2"', '"openrc", version: "0.52.1-r1"')
      .replace(/ +- \{ name: "libcap2".*\n/, '')
    await writeFile(file, stale)
    const outcome = await runPipeline(place, { command: 'lock', flags: { check: true } })
    expect(outcome).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/is stale\nhint: {2}Run `npm run lock`/),
    })
    expect(outcome.stdout.split('\n')).toEqual([
      'x86_64: 1 new, 1 up',
      '  new      libcap2  2.69-r1 (needed by openrc)',
      '  up       openrc   0.52.1-r1 -> 0.52.1-r2',
    ])
    expect(await readFile(file, 'utf8')).toBe(stale)
  })

  test('with --check and no lock exits with 3 and writes none', async () => {
    await using place = await bench()
    await rm(lockFile(place))
    const outcome = await runPipeline(place, { command: 'lock', flags: { check: true } })
    expect(outcome).toMatchObject({ status: 3, stdout: expect.stringContaining('15 new') })
    await expect(stat(lockFile(place))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('keeps what the lock has for another architecture', async () => {
    await using place = await bench()
    const file = lockFile(place)
    const { architectures } = parsePackagesLock(await readFile(file, 'utf8'), 'lock')
    const aarch64 = anArchitecture()
    const base = { ...aarch64.base, file: aarch64.base.file.replaceAll('x86_64', 'aarch64') }
    const both = printPackagesLock({
      version: 1,
      architectures: { ...architectures, aarch64: { ...aarch64, base } },
    })
    await writeFile(file, both.replace('"0.52.1-r2"', '"0.52.1-r1"'))
    expect(await runPipeline(place, { command: 'lock' })).toMatchObject({ status: 0 })
    expect(await readFile(file, 'utf8')).toBe(both)
  })

  test('writes nothing when one architecture of several cannot be locked', async () => {
    await using place = await bench()
    await rm(lockFile(place))
    const outcome = await runPipeline(place, { command: 'lock', flags: { arch: undefined } })
    expect(outcome).toMatchObject({ status: 4, stderr: expect.stringContaining('aarch64/APKINDEX.tar.gz') })
    await expect(stat(lockFile(place))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('shows a package that is newer on the mirror as up, and tells it to programs as well', async () => {
    await using place = await bench()
    const mirror = await ownMirror(place)
    const recipe = await writeRecipe(place, { key, packages: ['hello'], repositories: [{ name: 'own' }] })
    const lock = (flags: Record<string, string | boolean> = {}) =>
      runPipeline(place, { command: 'lock', flags: { recipe, mirror, ...flags } })
    await writeHello(mirror, '1.9-r0')
    expect(await lock()).toMatchObject({ status: 0 })
    await writeHello(mirror, '1.10-r0')
    const told = await lock({ check: true, renderer: 'json' })
    expect(told.status).toBe(3)
    const events = told.stdout.split('\n').map((line) => JSON.parse(line))
    expect(events.slice(-2)).toMatchObject([
      {
        step: 'lock',
        event: 'progress',
        message: expect.stringContaining('up       hello  1.9-r0 -> 1.10-r0'),
      },
      { step: 'lock', event: 'failed', code: 'LOCK_STALE' },
    ])
    expect(await lock()).toMatchObject({
      status: 0,
      stdout: 'x86_64: 1 up\n  up       hello  1.9-r0 -> 1.10-r0',
    })
    expect(await readOwnLock(place)).toContain('"1.10-r0"')
  })
})

describeBuilds('a build', () => {
  test('without a lock writes one, and the next keeps it, whatever the mirror has by then', async () => {
    await using place = await bench()
    const mirror = await ownMirror(place)
    const recipe = await writeRecipe(place, { key, packages: ['hello'], repositories: [{ name: 'own' }] })
    await writeHello(mirror, '1.9-r0')
    expect(await runPipeline(place, { flags: { recipe, mirror } })).toMatchObject({ status: 0 })
    const lock = await readOwnLock(place)
    expect(lock).toContain('"1.9-r0"')
    await writeHello(mirror, '1.10-r0')
    await rm(place.out, { recursive: true })
    expect(await runPipeline(place, { flags: { recipe, mirror } })).toMatchObject({ status: 0 })
    expect(await readOwnLock(place)).toBe(lock)
  })

  test('with --locked and no lock exits with 3, before any request', async () => {
    await using place = await bench()
    await using mirror = await serveMirror()
    await rm(lockFile(place))
    const outcome = await runPipeline(place, { flags: { mirror: mirror.url, locked: true } })
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining('npm run lock') })
    expect(mirror.requests).toEqual([])
    await expect(stat(lockFile(place))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test.each([
    ['is damaged', '{'],
    ['is of another format', 'version: 2\narchitectures: {}\n'],
    ['is empty', ''],
  ])('whose lock %s exits with 3 and leaves it as it is', async (_, text) => {
    await using place = await bench()
    await writeFile(lockFile(place), text)
    const outcome = await runPipeline(place)
    expect(outcome).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('minimal.packages.lock.yaml:1:'),
    })
    expect(await readFile(lockFile(place), 'utf8')).toBe(text)
  })
})

function lockFile(place: Bench): string {
  return join(place.recipes, 'minimal.packages.lock.yaml')
}

function writeHello(mirror: string, pkgver: string): Promise<void> {
  return writeRepository(join(mirror, 'v3.19/own'), { hello: { info: { pkgver } } }, { key })
}
