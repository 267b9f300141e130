import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Double, type Fault, type Incoming, startGitHub } from './support/github-double.ts'
import {
  expectRight,
  failOn,
  isCreation,
  isList,
  isPublishing,
  isUpload,
  isUploadOf,
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

describe('a fault that passes', () => {
  test.each<[string, (one: Incoming) => boolean, Fault, number?]>([
    ['a list that is answered by 502', isList, { answer: { status: 502 } }, 2],
    ['a list whose connection is cut', isList, { drop: true }],
    ['a proxy that answers in place of GitHub', isList, { answer: { status: 200, data: 'please log in' } }],
    ['a draft that GitHub fails to make', isCreation, { answer: { status: 500 } }, 2],
    ['a draft whose making got no answer', isCreation, { lose: true }],
    ['an upload that is refused by 502', isUpload, { answer: { status: 502 } }],
    ['an upload that is cut at its beginning', isUploadOf('packages.tar'), { cutAfter: 1 }],
    ['an upload that is cut in the middle', isUploadOf('rootfs.tar.gz'), { cutAfter: 500 }, 3],
    ['an upload whose answer got lost', isUploadOf('rootfs.tar.gz'), { lose: true }],
    ['an upload that GitHub keeps wrong', isUploadOf('rootfs.tar.gz'), { corrupt: true }],
    ['a publishing that fails', isPublishing, { answer: { status: 503 } }],
    ['a publishing whose answer got lost', isPublishing, { lose: true }],
    ['too many requests', isUpload, { answer: { status: 429, headers: { 'retry-after': '0' } } }],
  ])('does not keep a release from being right: %s', async (_, which, fault, times) => {
    failOn(double, which, fault, times)
    await release()
    expectRight(double)
  })

  test('leaves a starter where an upload broke, which is removed before the next try', async () => {
    failOn(double, isUploadOf('rootfs.tar.gz'), { cutAfter: 500 })
    const { lines } = await release()
    expect(lines).toContain('delete rootfs.tar.gz: its upload never ended')
    expect(double.uploads.filter((name) => name === 'rootfs.tar.gz')).toHaveLength(2)
    expectRight(double)
  })

  test('costs only what it broke: the other files are uploaded once', async () => {
    failOn(double, isUploadOf('rootfs.tar.gz'), { cutAfter: 500 })
    await release()
    expect(double.completed.sort()).toEqual([...new Set(double.completed)])
  })

  test('ends an upload in which nothing moves any more, and tries again', async () => {
    failOn(double, isUploadOf('rootfs.tar.gz'), { hangAfter: 1 })
    const { lines } = await release({ limits: { idle: 300 } })
    expect(lines.join('\n')).toContain('nothing moved for 0.3 s')
    expectRight(double)
  })

  test('ends a request that is never answered, and looks again', async () => {
    failOn(double, isCreation, { silent: true })
    await release({ limits: { answer: 300 } })
    expectRight(double)
  })

  test.each([
    ['retry-after', { 'retry-after': '1' }, 'slow down'],
    [
      'x-ratelimit-reset',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) - 60) },
      'API rate limit exceeded',
    ],
  ])('is waited for as long as GitHub says: %s', async (_, headers, message) => {
    failOn(double, isUpload, { answer: { status: 403, headers, data: { message } } })
    const { lines } = await release()
    expect(lines.join('\n')).toMatch(/rate limit is reached, for another 1\.0 s; again in 1\.0 s/)
    const uploads = double.requests.filter(isUpload)
    expect((uploads[1]?.time ?? 0) - (uploads[0]?.time ?? 0)).toBeGreaterThan(950)
    expectRight(double)
  })

  test('in which another run made the file first is no failure', async () => {
    let first = true
    double.fault = (incoming) => {
      if (!isUploadOf('packages.tar')(incoming) || !first) return undefined
      first = false
      return {
        before: () => {
          const [own] = [...double.store.releases.values()]
          own?.assets.push({
            id: 999,
            name: 'packages.tar',
            contentType: '',
            state: 'uploaded',
            bytes: Buffer.from(fewFiles()['packages.tar'] ?? ''),
          })
        },
      }
    }
    await release()
    expect(double.completed).not.toContain('packages.tar')
    expectRight(double)
  })

  test('in which lists lack what was just made makes no second draft', async () => {
    double.lag = true
    await release()
    expect(double.requests.filter(isCreation)).toHaveLength(1)
    expectRight(double)
  })
})

describe('a fault that stays', () => {
  test.each<[string, (one: Incoming) => boolean, Fault]>([
    ['lists', isList, { answer: { status: 500 } }],
    ['uploads', isUpload, { answer: { status: 500 } }],
    ['uploads that are cut', isUpload, { cutAfter: 1 }],
    ['publishing', isPublishing, { drop: true }],
  ])('ends the run after the tries that are allowed, with nothing published: %s', async (_, which, fault) => {
    failOn(double, which, fault, 1000)
    await expect(release()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
    expect(published(double).every(({ draft }) => draft)).toBe(true)
    expect(double.requests.length).toBeLessThan(60)
  })

  test('is found out when GitHub keeps other bytes', async () => {
    failOn(double, isUploadOf('rootfs.tar.gz'), { corrupt: true }, 1000)
    await expect(release()).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' })
    expect(published(double)).toMatchObject([{ draft: true }])
  })

  test('is not waited for when the limit lasts too long', async () => {
    failOn(double, isCreation, { answer: { status: 429, headers: { 'retry-after': '3600' } } })
    await expect(release()).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('for another 60 min'),
    })
    expect(writes()).toBe(1)
  })
})

describe('an interrupt', () => {
  test.each<[string, (one: Incoming) => boolean, Fault]>([
    ['while a list is awaited', isList, { silent: true }],
    ['in an upload', isUploadOf('rootfs.tar.gz'), { hangAfter: 1 }],
    ['while a limit is waited for', isUpload, { answer: { status: 429, headers: { 'retry-after': '4' } } }],
  ])('ends the run at once: %s', async (_, which, fault) => {
    const controller = new AbortController()
    failOn(double, which, { ...fault, before: () => void setTimeout(() => controller.abort(), 100) })
    const started = performance.now()
    await expect(release({ signal: controller.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
      exitStatus: 130,
    })
    expect(performance.now() - started).toBeLessThan(2000)
    expect(published(double).every(({ draft }) => draft)).toBe(true)
  })
})
