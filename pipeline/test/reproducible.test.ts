import { appendFile, chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashFile } from '../src/store/hash-file.ts'
import { type Dockerd, dockerdMissing, startDockerd } from './support/dockerd.ts'
import { firstDifference } from './support/first-difference.ts'
import { type Bench, bench, buildMissing, rootfsDigest, runPipeline, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeBuilds = await requirement('whole builds', buildMissing)
const describeDocker = await requirement(
  'Docker',
  async () => (await dockerdMissing()) ?? (await buildMissing()),
)
const describeFaketime = await requirement('faketime', faketimeMissing)

let reference: Bench

describeBuilds('a build of the same recipe and locks', () => {
  beforeAll(async () => {
    reference = await bench()
    await succeed(reference)
  })

  afterAll(async () => {
    await reference[Symbol.asyncDispose]()
  })

  async function expectSameBytes(other: Bench): Promise<void> {
    const file = 'rootfs.tar.gz'
    expect(await firstDifference(join(reference.out, file), join(other.out, file))).toBeUndefined()
    expect(await rootfsDigest(other.out)).toBe(await rootfsDigest(reference.out))
    for (const name of ['manifest', 'spdx', 'cdx', 'provenance'])
      await execa(
        'cmp',
        [reference.out, other.out].map((out) => join(out, `rootfs.${name}.json`)),
      )
  }

  test('gives the same bytes with another user’s habits: folder, umask, time zone, locale, home, host name', async () => {
    await using other = await bench()
    const deep = join(other.folder, 'a folder with spaces', 'ünïcode')
    await mkdir(deep, { recursive: true })
    await symlink(other.cache, join(deep, 'cache'))
    await mkdir(other.cache)
    const outcome = await succeed(other, {
      by: ['unshare', '--uts', 'sh', '-c', 'umask 077; hostname elsewhere; exec "$@"', 'sh'],
      cwd: deep,
      env: {
        TZ: 'Pacific/Kiritimati',
        LC_ALL: 'tr_TR.UTF-8',
        HOME: deep,
        LOGNAME: 'somebody',
        UV_THREADPOOL_SIZE: '1',
      },
      flags: { cache: join(deep, 'cache') },
    })
    expect(outcome).toMatchObject({ status: 0 })
    await expectSameBytes(other)
  })

  test('gives the same bytes when the recipe was checked out with other modes and times', async () => {
    await using other = await bench()
    await execa('find', [other.recipes, '-type', 'f', '-exec', 'chmod', '755', '{}', ';'])
    await execa('find', [other.recipes, '-exec', 'touch', '-d', '2001-01-01', '{}', ';'])
    await chmod(join(other.recipes, 'overlay-openrc'), 0o700)
    await succeed(other)
    await expectSameBytes(other)
  })

  describeFaketime('on another day', () => {
    test.each(['2031-01-01 12:00:00', '2016-02-29 23:59:59'])('gives the same bytes (%s)', async (day) => {
      await using other = await bench()
      await succeed(other, { by: ['faketime', '-f', `@${day}`] })
      await expectSameBytes(other)
    })
  })

  describeDocker('in the other engine', () => {
    let daemon: Dockerd
    beforeAll(async () => {
      daemon = await startDockerd()
    })
    afterAll(async () => {
      await daemon[Symbol.asyncDispose]()
    })

    test('gives the same bytes, and leaves neither container nor image', async () => {
      await using other = await bench()
      await succeed(other, {
        flags: { engine: 'docker' },
        env: { DOCKER_HOST: daemon.host },
      })
      await expectSameBytes(other)
      expect(await daemon.docker.listContainers({ all: true })).toEqual([])
      expect(await daemon.docker.listImages({ all: true })).toEqual([])
    })
  })

  test('gives the same bytes from the packages.tar of an earlier build, and the same packages.tar', async () => {
    await using other = await bench()
    const mirror = join(reference.out, 'packages.tar')
    await succeed(other, { flags: { mirror } })
    await expectSameBytes(other)
    await execa('cmp', [mirror, join(other.out, 'packages.tar')])
  })

  describe('that is a distribution of WSL', () => {
    const wsl = () => join(reference.out, 'minimal.wsl')

    test('has the rootfs once more, without taking its room twice', async () => {
      expect(await hashFile(wsl())).toMatchObject({ sha256: await rootfsDigest(reference.out) })
      expect((await stat(wsl())).ino).toBe((await stat(join(reference.out, 'rootfs.tar.gz'))).ino)
    })

    test.each([
      ['removed', () => rm(wsl())],
      ['replaced', () => rm(wsl()).then(() => writeFile(wsl(), 'x'))],
    ])('makes it again when it was %s', async (_, change) => {
      await change()
      await succeed(reference, { flags: { offline: true } })
      expect(await hashFile(wsl())).toMatchObject({ sha256: await rootfsDigest(reference.out) })
    })

    test('removes it when the rootfs is none any more', async () => {
      await using other = await bench()
      await mkdir(other.out)
      await writeFile(join(other.out, 'minimal.wsl'), 'former')
      for (const overlay of ['overlay-wsl', 'overlay-minimal'])
        await rm(join(other.recipes, overlay, 'etc/wsl-distribution.conf'))
      await succeed(other, { flags: { cache: reference.cache, offline: true } })
      expect(await readdir(other.out)).not.toContain('minimal.wsl')
      expect(await readFile(join(other.out, 'rootfs.provenance.json'), 'utf8')).not.toContain('.wsl')
    })
  })

  test('gives other bytes when one file differs, and the comparison names it', async () => {
    await using other = await bench()
    await appendFile(join(other.recipes, 'overlay-openrc/etc/rc.conf'), '# planted\n')
    await succeed(other)
    expect(await rootfsDigest(other.out)).not.toBe(await rootfsDigest(reference.out))
    const difference = await firstDifference(
      join(reference.out, 'rootfs.tar.gz'),
      join(other.out, 'rootfs.tar.gz'),
    )
    expect(difference).toMatch(/^etc\/rc\.conf: /)
  })

  test.each([
    ['0', '1970-01-01T00:00:00Z'],
    ['1700000000', '2023-11-14T22:13:20Z'],
    ['8589934591', '2242-03-16T12:56:31Z'],
  ])('has no entry younger than SOURCE_DATE_EPOCH=%s', async (epoch, iso) => {
    const outcome = await runPipeline(reference, {
      env: { SOURCE_DATE_EPOCH: epoch },
      flags: { out: join(reference.folder, `out-${epoch}`), renderer: 'json' },
    })
    expect(outcome.stdout).toContain(iso.replace('Z', '.000Z'))
  })

  test('gives the same bytes with a source date that the machine’s clock has not reached', async () => {
    const env = { SOURCE_DATE_EPOCH: '4000000000' }
    const digests = []
    for (let round = 0; round < 2; round += 1) {
      await using other = await bench()
      await succeed(other, { env })
      digests.push(await rootfsDigest(other.out))
    }
    expect(digests[0]).toBe(digests[1])
  })

  test.each(['abc', '-1', '1e3', '', '8589934592'])('refuses SOURCE_DATE_EPOCH=%j', async (epoch) => {
    const outcome = await runPipeline(reference, { env: { SOURCE_DATE_EPOCH: epoch } })
    expect(outcome).toMatchObject({ status: 2 })
    expect(outcome.stderr).toContain('SOURCE_DATE_EPOCH')
  })
})

async function faketimeMissing(): Promise<string | undefined> {
  const found = await execa('faketime', ['--version'], { reject: false })
  return found.exitCode === 0 ? undefined : 'install faketime'
}
