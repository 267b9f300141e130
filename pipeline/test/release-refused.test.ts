import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readReleaseToken } from '../src/publish/token.ts'
import { type Double, startGitHub } from './support/github-double.ts'
import {
  expectRight,
  failOn,
  isCreation,
  isUploadOf,
  quick,
  type ReleaseInProcess,
  releaseInProcess,
} from './support/github-double-in-process.ts'
import { fewFiles, published } from './support/github-double-world.ts'

let double: Double

beforeEach(async () => {
  double = await startGitHub()
})

afterEach(() => double[Symbol.asyncDispose]())

const release = (options?: ReleaseInProcess) => releaseInProcess(double, options)
const writes = () => double.requests.filter(({ method }) => method !== 'GET').length

describe('GitHub refuses', () => {
  test('a token that may only read: it says which rights are needed', async () => {
    double.rights = 'read'
    await expect(release()).rejects.toMatchObject({
      code: 'RELEASE_REFUSED',
      exitStatus: 1,
      hint: expect.stringContaining('contents: write'),
    })
  })

  test('a token from which it hides that there is something to write', async () => {
    double.rights = 'hidden'
    await expect(release()).rejects.toMatchObject({
      code: 'RELEASE_REFUSED',
      hint: expect.stringContaining('contents'),
    })
  })

  test('a wrong token at once, and repeats none of it even where the server does', async () => {
    const token = 'ghp_AnotherSecret'
    failOn(
      double,
      () => true,
      { answer: { status: 401, data: { message: `Bad credentials: ${token}` } } },
      1000,
    )
    const destination = { token: readReleaseToken({ GH_TOKEN: token }) }
    const error = await release({ destination }).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'RELEASE_REFUSED', hint: expect.stringContaining('GH_TOKEN') })
    expect(JSON.stringify([error.message, error.stack, error.cause?.message])).not.toContain(token)
    expect(double.requests).toHaveLength(1)
  })

  test('a repository that is not there', async () => {
    const repository = { owner: 'kaweezle', repo: 'nothing' }
    await expect(release({ destination: { repository } })).rejects.toMatchObject({
      code: 'RELEASE_REFUSED',
      hint: expect.stringContaining('kaweezle/nothing exists'),
    })
  })

  test('a tag that belonged to an immutable release', async () => {
    double.store.spentTags.add('v1.2.3')
    await expect(release()).rejects.toMatchObject({
      code: 'RELEASE_REFUSED',
      hint: expect.stringContaining('another tag'),
    })
    expect(published(double)).toMatchObject([{ draft: true }])
  })

  test('the name of a file, which it changes: nothing is published', async () => {
    const wanted = {
      assets: [{ name: 'a b', size: 1, sha256: digest, contentType: 'a/b', from: Buffer.from('a') }],
    }
    await expect(release({ wanted })).rejects.toMatchObject({
      code: 'RELEASE_INVALID',
      message: 'GitHub calls a b a.b',
    })
    expect(published(double)).toMatchObject([{ draft: true }])
  })

  test('uploads over a connection that is less safe than that to the API', async () => {
    const { uploadAsset } = await import('../src/publish/upload-asset.ts')
    const api = {
      apiUrl: 'https://host/api/v3',
      limits: quick,
      signal: new AbortController().signal,
    } as never
    const asset = { name: 'a', size: 1, sha256: digest, contentType: 'a/b', from: Buffer.from('a') }
    const to = { uploadUrl: `${double.uploadUrl}/{?name}` } as never
    await expect(uploadAsset(api, to, { asset, onBytes() {} })).rejects.toMatchObject({
      code: 'RELEASE_REFUSED',
    })
    expect(double.requests).toEqual([])
  })
})

const digest = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb' as never

describe('what is there already', () => {
  test('and right is not touched', async () => {
    await release()
    const before = writes()
    const { outcome, summary } = await release()
    expect(outcome).toEqual({ skipped: 'v1.2.3 is published already, as it should be' })
    expect(summary).toContain('https://github.test/kaweezle/kaweezle/releases/tag/v1.2.3')
    expect(writes()).toBe(before)
  })

  test('and published with other bytes is refused, and told what differs', async () => {
    await release()
    const before = writes()
    await expect(release({ files: fewFiles('1.2.3', 'other') })).rejects.toMatchObject({
      code: 'RELEASE_CONFLICT',
      exitStatus: 3,
      message: expect.stringMatching(/v1\.2\.3 is published already[\s\S]*rootfs\.tar\.gz: it has/),
    })
    expect(writes()).toBe(before)
  })

  test('is found on the last page of many releases', async () => {
    double.pageSize = 2
    await release()
    for (let count = 0; count < 5; count++) {
      const [one] = double.store.releases.values()
      if (one !== undefined)
        double.store.releases.set(1000 + count, { ...one, id: 1000 + count, tag: `v0.${count}` })
    }
    expect(await release()).toMatchObject({ outcome: { skipped: expect.any(String) } })
  })

  test('is downloaded and hashed where the API gives no digests, without the token reaching the storage', async () => {
    double.digests = false
    await release()
    expectRight(double)
    const downloads = double.requests.filter(({ host }) => host === 'storage')
    expect(downloads).toHaveLength(6)
    expect(downloads.every(({ headers }) => headers.authorization === undefined)).toBe(true)
    expect(await release()).toMatchObject({ outcome: { skipped: expect.any(String) } })
  })

  test('is found to be wrong where the API gives no digests, too', async () => {
    double.digests = false
    failOn(double, isUploadOf('rootfs.tar.gz'), { corrupt: true })
    const { lines } = await release()
    expect(lines).toContain('delete rootfs.tar.gz: it has other bytes')
    expectRight(double)
  })

  test('of a tag elsewhere is refused before anything is made', async () => {
    double.store.tags.set('v1.2.3', 'f'.repeat(40))
    await expect(release()).rejects.toMatchObject({ code: 'RELEASE_CONFLICT' })
    expect(writes()).toBe(0)
  })

  test('has not the commit: that is said before anything is made', async () => {
    const target = 'd'.repeat(40)
    await expect(release({ destination: { target } })).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('Push it'),
    })
    expect(writes()).toBe(0)
  })
})

describe('a rolling release', () => {
  const rolling = { rolling: true, prerelease: true, tag: 'latest', name: 'Kaweezle' }
  const next = 'beef'.repeat(10)

  test('takes the place of the former one, with its tag, and only when it is whole', async () => {
    await release({ wanted: rolling })
    double.store.commits.add(next)
    const seen = new Set<string>()
    double.store.onChange = () => {
      for (const { draft, assets } of double.store.releases.values())
        if (!draft)
          seen.add(
            assets
              .map(({ name, state }) => `${name} ${state}`)
              .sort()
              .join(),
          )
    }
    await release({ wanted: rolling, destination: { target: next }, files: fewFiles('1.2.4', 'b') })
    expect(published(double)).toEqual([
      expect.objectContaining({ tag: 'latest', draft: false, prerelease: true, commit: next }),
    ])
    expect(seen.size).toBe(1)
  })

  test('that cannot be uploaded leaves the former one and its tag as they were', async () => {
    await release({ wanted: rolling })
    const before = published(double)
    double.store.commits.add(next)
    failOn(double, isUploadOf('rootfs.tar.gz'), { cutAfter: 1 }, 1000)
    await expect(
      release({ wanted: rolling, destination: { target: next }, files: fewFiles('1.2.4', 'b') }),
    ).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
    expect(published(double).filter(({ draft }) => !draft)).toEqual(before)
  })

  test('whose tag may not be moved leaves the former one as it was', async () => {
    await release({ wanted: rolling })
    const before = published(double)
    double.store.commits.add(next)
    failOn(double, ({ path }) => path.startsWith('/git/refs'), {
      answer: { status: 422, data: { message: 'rule violations' } },
    })
    await expect(
      release({ wanted: rolling, destination: { target: next }, files: fewFiles('1.2.4', 'b') }),
    ).rejects.toMatchObject({ code: 'RELEASE_REFUSED' })
    expect(published(double).filter(({ draft }) => !draft)).toEqual(before)
  })

  test('is refused where releases are immutable', async () => {
    double.store.immutable = true
    await release({ wanted: rolling })
    const files = fewFiles('1.2.4', 'b')
    await expect(release({ wanted: rolling, files })).rejects.toMatchObject({ code: 'RELEASE_CONFLICT' })
    expect(published(double)).toMatchObject([{ draft: false }])
  })
})

test('a file that changes while it is uploaded is not published', async () => {
  let folder = ''
  double.fault = (incoming) => {
    if (isCreation(incoming)) overwrite(join(folder, 'rootfs.tar.gz'))
    return undefined
  }
  await expect(
    release({
      onFolder: (path) => {
        folder = path
      },
    }),
  ).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
    message: expect.stringContaining('has changed'),
  })
  expect(published(double)).toMatchObject([{ draft: true }])
})

function overwrite(file: string): void {
  const bytes = readFileSync(file)
  bytes[0] = 0
  writeFileSync(file, bytes)
}
