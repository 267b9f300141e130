import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Comparable, comparableFiles } from './support/comparable-files.ts'
import { type Double, type Incoming, startGitHub } from './support/github-double.ts'
import { failOn, type ReleaseInProcess, releaseInProcess } from './support/github-double-in-process.ts'
import { published } from './support/github-double-world.ts'

let double: Double
let cache: string

beforeEach(async () => {
  double = await startGitHub()
  cache = await mkdtemp(join(tmpdir(), 'kaweezle-notes-'))
})

afterEach(async () => {
  await double[Symbol.asyncDispose]()
  await rm(cache, { recursive: true })
})

const old: Comparable = { version: '1.2.2', packages: ['kubeadm', 'doas'] }
const next: Comparable = { version: '1.2.3', packages: ['kubeadm', 'zlib'] }

/** Publishes in this process, by default {@link next} as its version. */
async function release(comparable = next, { wanted, ...options }: ReleaseInProcess = {}) {
  return releaseInProcess(double, {
    files: await comparableFiles(comparable),
    comparison: { since: undefined, cache },
    ...options,
    wanted: { tag: `v${comparable.version}`, ...wanted },
  })
}

const notesOf = (tag = 'v1.2.3') => published(double).find((one) => one.tag === tag)?.body ?? ''
const downloads = () => double.requests.filter(({ host }) => host === 'storage')

describe('the notes of a release', () => {
  test('tell what changed since the former one, and run again nothing is asked for or changed', async () => {
    await release(old)
    expect(notesOf('v1.2.2')).toBe('notes')
    await release()
    expect(notesOf()).toMatch(/^notes\n\n## `kaweezle 1\.2\.2` → `kaweezle 1\.2\.3`\n/)
    expect(notesOf()).toMatch(/\| gone \| `doas` /)
    expect(notesOf()).toMatch(/\| new \| `zlib` /)
    expect(notesOf()).toContain('### Files')

    const before = { state: published(double), downloads: downloads().length }
    const writes = double.requests.filter(({ method }) => method !== 'GET').length
    await release()
    expect({ state: published(double), downloads: downloads().length }).toEqual(before)
    expect(double.requests.filter(({ method }) => method !== 'GET')).toHaveLength(writes)
  })

  test('tell it for each architecture, the second one folded', async () => {
    const architectures = ['x86_64', 'aarch64'] as const
    await release({ ...old, architectures })
    await release({ ...next, architectures })
    expect(notesOf().split('## `kaweezle 1.2.2` → `kaweezle 1.2.3`')).toHaveLength(3)
    expect(notesOf()).toMatch(/<details><summary>aarch64<\/summary>[\s\S]*<\/details>$/)
  })

  test('of a rolling release compare with the one that it replaces', async () => {
    const rolling = { tag: 'latest', rolling: true, prerelease: true }
    await release(old)
    await release({ ...old, version: '1.2.3-main.4' }, { wanted: rolling })
    await release({ ...next, version: '1.2.3-main.5' }, { wanted: rolling })
    expect(notesOf('latest')).toContain('`kaweezle 1.2.3-main.4` → `kaweezle 1.2.3-main.5`')
  })

  test('compare with the release that was asked for, which may be another', async () => {
    await release({ ...old, version: '1.1.0' })
    await release(old)
    await release(next, { comparison: { since: 'v1.1.0', cache } })
    expect(notesOf()).toContain('`kaweezle 1.1.0` → ')
  })

  test('are taken from SHA256SUMS what files shall be, where the API tells no digests', async () => {
    double.digests = false
    await release(old)
    await release()
    expect(notesOf()).toContain('| new | `zlib`')
  })

  test('need a download once: what a broken one brought is gone on from, and a whole one is kept', async () => {
    const heavy = { ...old, weight: 200_000 }
    await release(heavy)
    const isRootfs = ({ host, headers }: Incoming) => host === 'storage' && headers.range === undefined
    // The manifest is the first.
    let count = 0
    failOn(double, (one) => isRootfs(one) && ++count === 2, { answerCutAfter: 60_000 })
    await release()
    expect(downloads().map(({ headers }) => headers.range)).toEqual([
      undefined,
      undefined,
      expect.stringMatching(/^bytes=[1-9]\d+-$/),
    ])
    expect(notesOf()).toContain('| new | `zlib`')
    await release({ ...next, version: '1.2.4' }, { comparison: { since: 'v1.2.2', cache } })
    expect(downloads()).toHaveLength(3)
    expect(notesOf('v1.2.4')).toContain('`kaweezle 1.2.2` → `kaweezle 1.2.4`')
  })

  test('with --dry-run are announced, and nothing is downloaded', async () => {
    await release(old)
    const { summary } = await release(next, { destination: { dryRun: true } })
    expect(summary).toContain('  compare with v1.2.2, for the notes\n')
    expect(downloads()).toEqual([])
  })

  test('are not found out for a release that is not there: that is said before anything is made', async () => {
    const asked = release(next, { comparison: { since: 'v9.9.9', cache } })
    await expect(asked).rejects.toMatchObject({ code: 'USAGE' })
    expect(published(double)).toEqual([])
  })
})

describe('a former release that cannot be compared with fails no release: the notes say why where', () => {
  const isDownload = ({ host }: Incoming) => host === 'storage'
  const spoil = (name: string, bytes: Buffer) => {
    for (const { assets } of double.store.releases.values())
      for (const asset of assets) if (asset.name === name) asset.bytes = bytes
  }

  test.each<[string, () => void | Promise<void>, string]>([
    ['its rootfs is not there', () => without('rootfs.tar.gz'), 'its files are not all there'],
    ['its manifest is not there', () => without('rootfs.manifest.json'), 'its files are not all there'],
    [
      'it is of an older format',
      () => spoil('rootfs.manifest.json', Buffer.from('{"schema":1}')),
      'cannot be compared',
    ],
    ['its rootfs is none', () => spoil('rootfs.tar.gz', Buffer.from('none')), 'cannot be compared'],
    [
      'downloads fail',
      () => failOn(double, isDownload, { answer: { status: 503 } }, 1000),
      'could not be downloaded',
    ],
    [
      'downloads are cut',
      () => failOn(double, isDownload, { answerCutAfter: 1 }, 1000),
      'could not be downloaded',
    ],
    [
      'others came than were listed',
      () => failOn(double, isDownload, { answer: { status: 200, bytes: Buffer.alloc(3) } }, 1000),
      'its files are damaged',
    ],
  ])('%s', async (_, harm, reason) => {
    await release(old)
    await harm()
    await release()
    expect(notesOf()).toMatch(
      new RegExp(`^notes\n\nWhat changed since \`v1\\.2\\.2\` is not told here: .*${reason}`),
    )
    expect(published(double)).toHaveLength(2)
  })

  test('there is no place for it', async () => {
    await release(old)
    const file = join(cache, 'file')
    await writeFile(file, '')
    await release(next, { comparison: { since: undefined, cache: file } })
    expect(notesOf()).toMatch(/is not told here: there was no place for a copy of it\.$/)
  })

  test('but an interrupt ends the run, with nothing made', async () => {
    await release(old)
    const controller = new AbortController()
    failOn(double, isDownload, { silent: true, before: () => controller.abort() })
    await expect(release(next, { signal: controller.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(published(double)).toHaveLength(1)
  })

  function without(name: string) {
    for (const one of double.store.releases.values())
      one.assets = one.assets.filter((asset) => asset.name !== name)
  }
})
