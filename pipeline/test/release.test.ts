import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Double, startGitHub } from './support/github-double.ts'
import {
  type Folder,
  fewFiles,
  folderOf,
  published,
  runRelease,
  someFiles,
} from './support/github-double-world.ts'
import { main } from './support/pipeline.ts'

let double: Double
let folder: Folder

beforeEach(async () => {
  double = await startGitHub()
  folder = await folderOf(someFiles())
})

afterEach(async () => {
  await double[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const run = (flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  runRelease(double, { folder: folder.path, flags, env })
const writes = () => double.requests.filter(({ method }) => method !== 'GET')

describe('npm run release', () => {
  test('publishes all files, and run again changes nothing and says so', async () => {
    const first = await run()
    expect(first).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('v1.2.3 is published: https://'),
    })
    expect(first.stdout).toContain('14 files uploaded')
    const [one] = published(double)
    expect(one).toMatchObject({ tag: 'v1.2.3', draft: false, prerelease: false })
    expect(one?.body).toContain('Kubernetes 1.35.0')
    expect(one?.body).not.toContain('<!--')

    const before = { requests: writes().length, release: published(double) }
    const second = await run()
    expect(second.stdout).toContain('v1.2.3 is published already, as it should be')
    expect({ requests: writes().length, release: published(double) }).toEqual(before)
  })

  test('has a list of digests that sha256sum takes, and a signature that minisign takes where it is there', async () => {
    await run()
    const names = [...double.store.releases.values()].flatMap(({ assets }) => assets.map(({ name }) => name))
    expect(names).toEqual(expect.arrayContaining(['SHA256SUMS', 'SHA256SUMS.minisig']))
    const flat = Object.fromEntries(
      [...double.store.releases.values()].flatMap(({ assets }) =>
        assets.map(({ name, bytes }) => [name, bytes]),
      ),
    )
    await using downloaded = await folderOf(flat)
    const { stdout } = await execa('sha256sum', ['--check', 'SHA256SUMS'], { cwd: downloaded.path })
    expect(stdout.split('\n')).toHaveLength(12)
    const key = /-P (\S+)/.exec(published(double)[0]?.body ?? '')?.[1] ?? ''
    const minisign = await execa('minisign', ['-Vm', 'SHA256SUMS', '-P', key], {
      cwd: downloaded.path,
      reject: false,
    })
    if (minisign.code !== 'ENOENT') expect(minisign.exitCode).toBe(0)
  })

  test('with --dry-run prints the plan, asks only, and writes no file', async () => {
    const { status, stdout } = await run(['--dry-run'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^v1\.2\.3 would be published[\s\S]*upload rootfs\.tar\.gz[\s\S]*publish v1\.2\.3/)
    expect(writes()).toEqual([])
    expect(await readdir(folder.path)).not.toContain('SHA256SUMS')
    expect(published(double)).toEqual([])
  })

  test('with --draft leaves a draft, which the next run without it publishes with the notes that people wrote', async () => {
    expect((await run(['--draft'])).stdout).toContain('v1.2.3 is a draft')
    const [draft] = double.store.releases.values()
    if (draft !== undefined) draft.body = `by hand\r\n\r\n${draft.body.slice(draft.body.indexOf('<!--'))}`
    await run()
    expect(published(double)).toMatchObject([{ draft: false, body: 'by hand' }])
    expect(double.uploads).toHaveLength(14)
  })

  test('takes notes from a file, also for a draft that is there', async () => {
    await run(['--draft'])
    const notes = join(folder.path, '.notes.md')
    await writeFile(notes, '# New\n')
    await run(['--draft', `--notes=${notes}`])
    expect(published(double)[0]?.body).toContain('# New')
    await run([`--notes=${notes}`])
    expect(published(double)).toMatchObject([{ draft: false, body: '# New\n' }])
  })

  test('replaces a rolling release as a whole, and moves its tag', async () => {
    await run(['--latest'])
    const next = 'beef'.repeat(10)
    double.store.commits.add(next)
    await using newer = await folderOf(someFiles('1.2.4', 'b'))
    const flags = ['--latest', `--target=${next}`, `--cache=${join(newer.path, '.cache')}`]
    const dry = await runRelease(double, {
      folder: newer.path,
      flags: [...flags, '--dry-run', '--notes-since=none'],
    })
    expect(dry.stdout).toContain('move the tag latest')
    expect(dry.stdout).not.toContain('compare with')
    await runRelease(double, { folder: newer.path, flags })
    expect(published(double)).toMatchObject([
      { tag: 'latest', prerelease: true, draft: false, name: 'Kaweezle 1.2.4', commit: next },
    ])
    // What these tests release is no root filesystem.
    expect(published(double)[0]?.body).toContain('What changed since `latest` is not told here')
  })

  test('works with an Enterprise Server that tells no digests, as a workflow there names it', async () => {
    await using enterprise = await startGitHub({ base: '/api/v3' })
    enterprise.digests = false
    const env = {
      GITHUB_REPOSITORY: enterprise.repository,
      GITHUB_API_URL: enterprise.apiUrl,
      GH_TOKEN: '',
      GITHUB_TOKEN: enterprise.token,
    }
    const outcome = await runRelease(enterprise, { folder: folder.path, env, bare: true })
    expect(outcome).toMatchObject({ status: 0 })
    expect(published(enterprise)).toMatchObject([{ draft: false }])
    expect(enterprise.requests.filter(({ host }) => host === 'uploads')).toHaveLength(14)
  })

  test('finds the repository of a fork in its git remote, where that is on the same server', async () => {
    await using clone = await folderOf({})
    const git = (...args: string[]) => execa('git', args, { cwd: clone.path })
    await git('init', '--quiet')
    await git('remote', 'add', 'origin', `http://127.0.0.1/${double.repository}.git`)
    const flags = [`--api-url=${double.apiUrl}`, '--dry-run']
    const inClone = { folder: folder.path, flags, bare: true, cwd: clone.path }
    const { stdout } = await runRelease(double, inClone)
    expect(stdout).toContain(`(${double.repository}, ${double.apiUrl})`)

    await git('remote', 'set-url', 'origin', `git@elsewhere.example:${double.repository}.git`)
    const { status, stderr } = await runRelease(double, inClone)
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('which repository') })
  })

  test('prints one JSON object a line where that is asked for', async () => {
    const { stdout } = await run(['--renderer=json'])
    const events = stdout.split('\n').map((line) => JSON.parse(line))
    expect(events).toEqual(
      expect.arrayContaining([expect.objectContaining({ step: 'publish', event: 'done' })]),
    )
  })
})

describe('npm run release refuses', () => {
  test.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
    ['no key', [], { KAWEEZLE_RELEASE_KEY_TEXT: '' }, 'nothing says which key signs'],
    ['a key that is none', [], { KAWEEZLE_RELEASE_KEY_TEXT: 'x' }, 'not a minisign secret key'],
    ['no token', [], { GH_TOKEN: '' }, 'there is no token'],
    ['a token that breaks a header', [], { GH_TOKEN: 'a\nb: c' }, 'characters that no token has'],
    ['an API without https', ['--api-url=http://example.com'], {}, '--api-url cannot be used'],
    ['a repository that is none', ['--repository=x'], {}, '--repository cannot be'],
    ['a tag that is none', ['--tag=a b'], {}, '--tag cannot be'],
    ['a rolling latest', ['--latest', '--make-latest=true'], {}, 'never shows as the latest'],
    ['notes that are given and compared', ['--notes=x', '--notes-since=v1'], {}, 'contradict each other'],
    ['a bucket without its token', ['--bucket=a/b'], {}, 'there is no token in KAWEEZLE_BUCKET_TOKEN'],
    ['an unknown flag', ['--publish'], {}, 'unknown flag --publish'],
  ])('a wrong command line before it asks anything: %s', async (_, flags, env, message) => {
    const { status, stderr } = await run(flags, env)
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) })
    expect(double.requests).toEqual([])
  })

  test('files that do not belong together, before it asks anything', async () => {
    await writeFile(join(folder.path, 'packages.tar'), 'other')
    const { status, stderr } = await run()
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringContaining('packages.tar: it has 5 bytes'),
    })
    expect(double.requests).toEqual([])
    expect(await readdir(folder.path)).not.toContain('SHA256SUMS')
  })

  test('to publish other files under a tag that is published', async () => {
    await run()
    const before = published(double)
    await using other = await folderOf(someFiles('1.2.3', 'other'))
    const { status, stderr } = await runRelease(double, { folder: other.path })
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringContaining('published already with other files'),
    })
    expect(published(double)).toEqual(before)
  })

  test('an unsigned release, unless it is asked for; then no old signature stays', async () => {
    await run(['--draft'])
    expect((await run(['--unsigned', '--draft'])).status).toBe(0)
    expect(await readdir(folder.path)).not.toContain('SHA256SUMS.minisig')
    expect(Object.keys(published(double)[0]?.assets ?? {})).not.toContain('SHA256SUMS.minisig')
  })

  test('to show the token or the key, whatever the server repeats', async () => {
    double.fault = ({ headers }) => ({
      answer: { status: 403, data: { message: `no: ${headers.authorization}` } },
    })
    for (const renderer of ['plain', 'json']) {
      const { status, stdout, stderr } = await run(['--verbose', `--renderer=${renderer}`])
      expect(status).toBe(1)
      expect(stdout + stderr).toContain('contents: write')
      expect(stdout + stderr).not.toContain(double.token)
      expect(stdout + stderr).not.toMatch(/RWQ|secret key\n/)
    }
  })
})

test('an interrupt ends it in order, with nothing published, and the next run goes on', async () => {
  let pid = 0
  double.fault = (incoming) => {
    if (incoming.query.get('name') !== 'rootfs.tar.gz' || pid === 0) return undefined
    const target = pid
    pid = 0
    return { hangAfter: 1, before: () => void setTimeout(() => process.kill(target, 'SIGINT'), 50) }
  }
  const interrupted = await runRelease(double, {
    folder: folder.path,
    onStart: (started) => {
      pid = started
    },
  })
  expect(interrupted).toMatchObject({ status: 130, stderr: expect.stringContaining('interrupted by SIGINT') })
  expect(published(double)).toMatchObject([{ draft: true }])
  const there = double.completed.length
  expect((await run()).stdout).toContain(`${14 - there} files uploaded`)
  expect(published(double)).toMatchObject([{ draft: false }])
})

test('a large file goes out as it is read: the program needs no more memory than for a small one', async () => {
  const [small, large] = [await peakFor(1 << 20), await peakFor(320 << 20)]
  expect(small).toBeGreaterThan(50 << 20)
  expect(large - small).toBeLessThan(160 << 20)
})

/** The most memory that the program has when it releases a file of that size. */
async function peakFor(size: number): Promise<number> {
  await using server = await startGitHub()
  await using place = await folderOf({ ...fewFiles(), 'kaweezle-linux-x64': Buffer.alloc(size, 1) })
  const { status, stderr } = await runRelease(server, {
    folder: place.path,
    env: { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(tellPeak).toString('base64')}` },
  })
  expect(status).toBe(0)
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(stderr)?.[1]) * 1024
}

/** Not `maxRSS`, which begins with that of the process that started this one. */
const tellPeak = `import { readFileSync } from 'node:fs'
process.on('exit', () => console.error(readFileSync('/proc/self/status', 'utf8')))`

test('docs/releasing.md names every flag', async () => {
  const { stdout } = await execa(process.execPath, [main, 'release', '--help'])
  const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag ?? '')
  const text = await readFile(join(import.meta.dirname, '../../docs/releasing.md'), 'utf8')
  expect(flags.length).toBeGreaterThan(10)
  for (const flag of flags.filter((one) => !['--renderer', '--verbose', '--help'].includes(one)))
    expect(text).toContain(flag)
})
