import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { updateBucket } from '../src/publish/bucket/update-bucket.ts'
import { readBucketToken } from '../src/publish/token.ts'
import { type Double, type Fault, type Incoming, startGitHub } from './support/github-double.ts'
import { commitTo, textIn } from './support/github-double-bucket.ts'
import { failOn, quick, releaseInProcess } from './support/github-double-in-process.ts'
import {
  fewFiles,
  folderOf,
  published,
  runRelease,
  scoopText,
  withScoop,
} from './support/github-double-world.ts'

let double: Double

beforeEach(async () => {
  double = await startGitHub()
})

afterEach(() => double[Symbol.asyncDispose]())

interface Update {
  readonly version?: string
  readonly proposed?: boolean
  readonly dryRun?: boolean
  readonly token?: string
}

async function update({
  version = '1.2.3',
  proposed = false,
  dryRun = false,
  token = double.bucket.token,
}: Update = {}) {
  const lines: string[] = []
  const wanted = { text: scoopText(version), version, proposed, origin: double.repository }
  const done = await updateBucket(wanted, {
    repository: { owner: 'kaweezle', repo: 'scoop-bucket' },
    apiUrl: double.apiUrl,
    token: readBucketToken({ KAWEEZLE_BUCKET_TOKEN: token }),
    dryRun,
    limits: quick,
    signal: new AbortController().signal,
    progress: { line: (text) => void lines.push(text), bytes() {} },
  })
  return { ...done, lines }
}

const writes = () => double.requests.filter(({ method }) => method !== 'GET')
const isCommit = ({ method, path }: Incoming) => method === 'PUT' && path.startsWith('/contents/')
const isBranch = ({ method, path }: Incoming) => method === 'POST' && path === '/git/refs'
const isPull = ({ method, path }: Incoming) => method === 'POST' && path === '/pulls'
const isLook = ({ method }: Incoming) => method === 'GET'

describe('the bucket of scoop', () => {
  test('gets the manifest as a commit to its default branch; run again nothing is changed', async () => {
    expect(await update()).toMatchObject({
      outcome: { done: 'kaweezle/scoop-bucket has this kaweezle.json' },
      lines: ['commit kaweezle.json to trunk of kaweezle/scoop-bucket'],
    })
    expect(textIn(double.bucket)).toBe(scoopText())
    expect(double.bucket.messages).toEqual(['kaweezle: Update to version 1.2.3'])
    expect(await update()).toMatchObject({
      outcome: { skipped: expect.stringContaining('has this') },
      lines: [],
    })
    await update({ version: '1.2.4' })
    expect(textIn(double.bucket)).toBe(scoopText('1.2.4'))
    expect(writes()).toHaveLength(2)
  })

  test('keeps a newer version', async () => {
    commitTo(double.bucket, scoopText('1.10.0'))
    const { summary } = await update()
    expect(summary).toBe('kaweezle/scoop-bucket has kaweezle.json of the newer version 1.10.0, which stays\n')
    expect(writes()).toEqual([])
  })

  test('gets a branch and a pull request where that is asked for, which is found again, open or not', async () => {
    commitTo(double.bucket, scoopText('1.2.2'))
    const page = 'https://github.test/kaweezle/scoop-bucket/pull/1'
    expect((await update({ proposed: true })).summary).toContain(page)
    expect(textIn(double.bucket)).toBe(scoopText('1.2.2'))
    expect(textIn(double.bucket, 'kaweezle-1.2.3')).toBe(scoopText())
    expect(double.bucket.pulls).toMatchObject([{ head: 'kaweezle-1.2.3', base: 'trunk' }])
    expect(writes()).toHaveLength(3)
    expect((await update({ proposed: true })).summary).toContain(page)
    for (const pull of double.bucket.pulls) pull.state = 'closed'
    expect((await update({ proposed: true })).summary).toContain(page)
    expect(writes()).toHaveLength(3)
  })

  test.each([
    [false, 'would be committed to kaweezle/scoop-bucket'],
    [true, 'would be proposed to kaweezle/scoop-bucket'],
  ])('with --dry-run is only looked at (proposed: %s)', async (proposed, text) => {
    expect((await update({ proposed, dryRun: true })).summary).toContain(text)
    expect(writes()).toEqual([])
  })
})

describe('a fault that passes does not keep the bucket from being right:', () => {
  const conflict = { answer: { status: 409, data: { message: 'is at a but expected b' } } }
  test.each<[string, (one: Incoming) => boolean, Fault, number?]>([
    ['a look that fails', isLook, { answer: { status: 502 } }, 2],
    ['a commit that fails', isCommit, { answer: { status: 500 } }],
    ['a commit whose answer got lost', isCommit, { lose: true }],
    ['a commit in the way of another', isCommit, conflict, 2],
    ['a branch whose answer got lost', isBranch, { lose: true }],
    ['a branch that fails', isBranch, { drop: true }],
    ['a pull request whose answer got lost', isPull, { lose: true }],
    [
      'too many requests',
      isPull,
      { answer: { status: 403, headers: { 'retry-after': '0' }, data: { message: 'slow' } } },
    ],
  ])('%s', async (_, which, fault, times) => {
    failOn(double, which, fault, times)
    await update({ proposed: true })
    expect(textIn(double.bucket, 'kaweezle-1.2.3')).toBe(scoopText())
    expect(double.bucket.pulls).toHaveLength(1)
    expect(double.bucket.messages).toHaveLength(1)
  })

  test.each([
    ['a file that was not there', undefined],
    ['another file', scoopText('1.2.1')],
  ])('somebody else commits meanwhile, in the place of %s', async (_, before) => {
    if (before !== undefined) commitTo(double.bucket, before)
    let isFirst = true
    double.fault = (incoming) => {
      if (!isCommit(incoming) || !isFirst) return undefined
      isFirst = false
      return { before: () => commitTo(double.bucket, scoopText('1.2.2')) }
    }
    await update()
    expect(textIn(double.bucket)).toBe(scoopText())
    expect(writes()).toHaveLength(2)
  })

  test('and when that is of a newer version, it stays', async () => {
    failOn(double, isCommit, { before: () => commitTo(double.bucket, scoopText('2.0.0')) })
    expect((await update()).summary).toContain('newer version 2.0.0')
    expect(textIn(double.bucket)).toBe(scoopText('2.0.0'))
  })
})

describe('GitHub refuses', () => {
  function hidden(): string {
    double.bucket.rights = 'hidden'
    return double.bucket.token
  }

  test.each([
    ['a token that may only read', () => double.token],
    ['a token from which the bucket is hidden', hidden],
  ])('%s: it says which token needs which rights', async (_, token) => {
    await expect(update({ token: token() })).rejects.toMatchObject({
      code: 'RELEASE_REFUSED',
      hint: expect.stringMatching(
        /kaweezle\/scoop-bucket exists.*KAWEEZLE_BUCKET_TOKEN.*"Contents: Read and write"/,
      ),
    })
  })

  test('a wrong token', async () => {
    await expect(update({ token: 'x' })).rejects.toMatchObject({
      code: 'RELEASE_REFUSED',
      hint: expect.stringMatching(/^The token in KAWEEZLE_BUCKET_TOKEN is wrong/),
    })
  })

  test('what stays in conflict, after the tries that are allowed', async () => {
    failOn(
      double,
      isCommit,
      { answer: { status: 409, data: { message: 'Repository rule violations found' } } },
      100,
    )
    await expect(update()).rejects.toMatchObject({
      code: 'RELEASE_REFUSED',
      message: expect.stringContaining('rule violations'),
    })
    expect(writes()).toHaveLength(quick.tries)
  })
})

describe('npm run release', () => {
  const env = { KAWEEZLE_BUCKET: 'kaweezle/scoop-bucket', KAWEEZLE_BUCKET_TOKEN: 'ghp_NorThis' }

  test('updates the bucket after the release; run again nothing is changed', async () => {
    await using folder = await folderOf(withScoop())
    const first = await runRelease(double, { folder: folder.path, env })
    expect(first).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/is published:[\s\S]*has this kaweezle\.json$/),
    })
    expect(textIn(double.bucket)).toBe(scoopText())
    expect(writes().findIndex(isCommit)).toBe(writes().length - 1)
    const before = writes().length
    const { stdout } = await runRelease(double, { folder: folder.path, env })
    expect(stdout).toMatch(/is published already, as it should be[\s\S]*has this kaweezle\.json$/)
    expect(writes()).toHaveLength(before)
  })

  test.each([['--draft'], ['--latest']])('leaves the bucket alone with %s', async (flag) => {
    await using folder = await folderOf(withScoop())
    expect(await runRelease(double, { folder: folder.path, env, flags: [flag] })).toMatchObject({
      status: 0,
    })
    expect(double.requests.filter(({ repository }) => repository === double.bucket.repository)).toEqual([])
  })

  test('publishes nothing where there is no manifest for the bucket', async () => {
    await using folder = await folderOf(fewFiles())
    const { status, stderr } = await runRelease(double, { folder: folder.path, env })
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringContaining('no kaweezle.json for the bucket'),
    })
    expect(double.requests).toEqual([])
  })

  test.each([
    [1, 'a branch'],
    [2, 'a commit'],
    [3, 'a pull request'],
  ])('killed after its write %i to the bucket, which makes %s, and run again ends the same', async (nth) => {
    const flags = ['--bucket-pull-request']
    const files = withScoop()
    await releaseInProcess(double, { files })
    await using folder = await folderOf(files)
    const before = published(double)
    let pid = 0
    let count = 0
    double.fault = ({ method, repository }) => {
      if (method === 'GET' || repository !== double.bucket.repository || ++count !== nth) return undefined
      return { after: () => void process.kill(pid, 'SIGKILL'), lose: true }
    }
    const onStart = (started: number) => {
      pid = started
    }
    const killed = await runRelease(double, { folder: folder.path, env, flags, onStart })
    expect(killed.signal).toBe('SIGKILL')
    expect(await runRelease(double, { folder: folder.path, env, flags })).toMatchObject({ status: 0 })
    expect(count).toBe(3)
    expect(textIn(double.bucket, 'kaweezle-1.2.3')).toBe(scoopText())
    expect(double.bucket.pulls).toHaveLength(1)
    expect(published(double)).toEqual(before)
  })
})
