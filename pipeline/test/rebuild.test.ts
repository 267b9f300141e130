import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rebuild as rebuildCommand } from '../src/commands/rebuild.ts'
import { isPipelineError, type PipelineError } from '../src/errors.ts'
import { openDisplay } from '../src/render/display.ts'
import { changeManifest, readTar, repack, writeRawRootfs } from './support/finished-rootfs.ts'
import { type Bench, bench, buildMissing, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeBuilds = await requirement('whole builds', buildMissing)

let place: Bench

/** What the command prints, run in this process. */
async function rebuild(release: string, ...flags: string[]): Promise<string> {
  const output: string[] = []
  const display = openDisplay(
    { renderer: 'silent', verbose: false },
    { stdout: (text) => void output.push(text), stderr: () => {} },
  )
  const recipe = join(place.recipes, 'minimal.yaml')
  const given = [`--recipe=${recipe}`, '--engine=namespace', `--cache=${place.cache}`]
  const overridden = given.filter((one) => !flags.some((flag) => flag.startsWith(one.split('=')[0] ?? '')))
  await rebuildCommand.run([release, ...overridden, ...flags], {
    signal: new AbortController().signal,
    display,
  })
  return output.join('')
}

async function failureOf(release: string, ...flags: string[]): Promise<PipelineError> {
  const [outcome] = await Promise.allSettled([rebuild(release, ...flags)])
  if (outcome.status === 'fulfilled') throw new Error(`nothing differs: ${outcome.value}`)
  if (isPipelineError(outcome.reason)) return outcome.reason
  throw outcome.reason
}

async function copyOfRelease(): Promise<string> {
  const folder = await mkdtemp(join(place.folder, 'release-'))
  await cp(place.out, folder, { recursive: true })
  return folder
}

/** A copy of the recipes, changed. */
async function checkout(change: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = await mkdtemp(join(place.folder, 'checkout-'))
  await cp(place.recipes, folder, { recursive: true, verbatimSymlinks: true })
  await change(folder)
  return `--recipe=${join(folder, 'minimal.yaml')}`
}

describeBuilds('a release', () => {
  beforeAll(async () => {
    place = await bench()
    await succeed(place, { flags: { 'rootfs-version': '1.2.3' }, env: { SOURCE_DATE_EPOCH: '1750000000' } })
  })

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('is the same when it is built again, with an empty cache, from its own packages', async () => {
    await using other = await bench()
    const output = await rebuild(place.out, `--cache=${other.cache}`)
    const sha256 = (await readFile(join(place.out, 'rootfs.tar.gz.sha256'), 'utf8')).trim()
    expect(output).toMatch(new RegExp(`rootfs\\.tar\\.gz is reproducible: ${sha256}\n$`))
    expect(await readdir(other.cache)).not.toContain('rebuild')
  })

  test('is built anew though an earlier build stands, and kept where --out says', async () => {
    const out = join(place.folder, 'again')
    expect(await rebuild(place.out, `--out=${out}`)).toContain('built again in ')
    const file = 'rootfs.tar.gz'
    expect(await readFile(join(out, file))).toEqual(await readFile(join(place.out, file)))
  })

  test('with a flipped byte in a member is refused, and the member is named', async () => {
    const release = await copyOfRelease()
    const tar = await readTar(release)
    const at = tar.indexOf('rc_parallel')
    tar[at] = (tar[at] ?? 0) ^ 1
    await writeRawRootfs(release, tar)
    const failure = await failureOf(release)
    expect(failure).toMatchObject({ code: 'CHECKSUM_MISMATCH', exitStatus: 3 })
    expect(failure.message).toMatch(
      /rootfs\.tar\.gz: \/etc\/rc\.conf(\.orig)?: its content differs from byte \d+ on$/,
    )
  })

  test('with another mode of a member is refused, though all its digests are true', async () => {
    const release = await copyOfRelease()
    await repack(release, (tree) => {
      for (const [path, entry] of tree)
        if (path.endsWith('bin/busybox')) tree.set(path, { ...entry, mode: 0o4755 })
    })
    expect((await failureOf(release)).message).toMatch(
      /\/bin\/busybox: its mode is 4755 in the release, and 755 in the rebuilt one$/,
    )
  })

  test('packed to other bytes is refused, unless another zlib did it', async () => {
    const release = await copyOfRelease()
    await writeRawRootfs(release, await readTar(release))
    const failure = await failureOf(release)
    expect(failure.message).toMatch(/rootfs\.tar\.gz: the tars are the same, and packed to other bytes$/)
    await changeManifest(release, ({ tools }) => void Object.assign(tools.compressor, { zlib: '0.9' }))
    expect(await rebuild(release)).toContain('is reproducible')
  })

  test('of another overlay is refused, with the first file that it changed', async () => {
    const changed = await checkout((folder) => appendFile(join(folder, 'overlay-openrc/etc/rc.conf'), '#\n'))
    expect((await failureOf(place.out, changed)).message).toMatch(
      /\/etc\/rc\.conf: its size is \d+ bytes in the rel/,
    )
    expect(await readdir(place.cache)).not.toContain('rebuild')
  })

  test('of other packages than the lock’s is refused before anything is built', async () => {
    const release = await copyOfRelease()
    await changeManifest(release, ({ packages }) => {
      const openrc = packages.find(({ name }) => name === 'openrc')
      if (openrc !== undefined) openrc.version = '9.9-r9'
    })
    expect(await failureOf(release)).toMatchObject({
      code: 'LOCK_MISMATCH',
      message: expect.stringMatching(
        /built from something else:\n {2}the package openrc is 0\.\S+ \(\w+\) here, and 9\.9-r9/,
      ),
      hint: expect.stringContaining('1.2.3'),
    })
  })

  test('whose packages were changed or are missing is refused', async () => {
    const release = await copyOfRelease()
    await appendFile(join(release, 'packages.tar'), 'x')
    expect(await failureOf(release)).toMatchObject({
      code: 'CHECKSUM_MISMATCH',
      message: expect.stringMatching(/packages\.tar has sha256/),
    })
    await rm(join(release, 'packages.tar'))
    expect(await failureOf(release)).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/packages\.tar is missing/),
    })
  })

  test('whose packages are named elsewhere is refused', async () => {
    const release = await copyOfRelease()
    await changeManifest(
      release,
      ({ files }) => void Object.assign(files.packages, { name: '../packages.tar' }),
    )
    expect(await failureOf(release)).toMatchObject({ code: 'ARCHIVE_INVALID' })
  })

  test('that is damaged is refused, and one without its root filesystem is none', async () => {
    const release = await copyOfRelease()
    await writeFile(
      join(release, 'rootfs.tar.gz'),
      (await readFile(join(release, 'rootfs.tar.gz'))).subarray(0, -99),
    )
    expect(await failureOf(release)).toMatchObject({ code: 'ARCHIVE_INVALID' })
    await rm(join(release, 'rootfs.tar.gz'))
    expect(await failureOf(release)).toMatchObject({ code: 'USAGE' })
  })

  test('is never written over', async () => {
    expect(await failureOf(place.out, `--out=${place.out}`)).toMatchObject({ code: 'USAGE' })
  })

  test('whose recipe has no lock is refused, and none is written', async () => {
    const unlocked = await checkout((folder) => rm(join(folder, 'minimal.packages.lock.yaml')))
    expect(await failureOf(place.out, unlocked)).toMatchObject({ code: 'LOCK_STALE' })
  })
})
