import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifySignature } from '@kaweezle/release-format/minisign.ts'
import { describe, expect, test } from 'vitest'
import { folderOf, someFiles, testKey, testKeyText } from '../../test/support/github-double-world.ts'
import { isKeptName } from './asset-table.ts'
import { chooseBucket } from './bucket/choose-bucket.ts'
import { chooseReleaseKey, openReleaseKey } from './choose-release-key.ts'
import { isPaced } from './connect.ts'
import { waitFor } from './rate-limit.ts'
import { readFolder } from './read-folder.ts'
import { wantedAsset } from './release.fixture.ts'
import { isPrerelease, releaseTag } from './release-tag.ts'
import { parseApiUrl, parseRepository, repositoryOfRemote } from './repository.ts'
import { signContents } from './sign-contents.ts'

const api = 'https://api.github.com'
const { signal } = new AbortController()
const progress = { line() {}, bytes() {} }

describe('the tag', () => {
  test.each([
    [{ version: '1.2.3' }, 'v1.2.3'],
    [{ version: '1.2.3', tag: 'v1.2.3' }, 'v1.2.3'],
    [{ version: '1.2.3', tag: 'nightly' }, 'nightly'],
    [{ version: '0.0.0-dev', rolling: true }, 'latest'],
    [{ version: '0.0.0-dev', rolling: true, tag: 'edge' }, 'edge'],
  ])('of %j is %s', (options, expected) => {
    expect(releaseTag({ rolling: false, ...options })).toBe(expected)
  })

  test.each([
    [{ version: '0.0.0-dev' }, 'RELEASE_INVALID'],
    [{ version: '1.2.3', tag: 'v1.2.4' }, 'RELEASE_INVALID'],
    [{ version: '1..2' }, 'RELEASE_INVALID'],
    [{ version: '1.2.3', tag: '-x' }, 'USAGE'],
    [{ version: '1.2.3', tag: 'a/b' }, 'USAGE'],
    [{ version: '1.2.3', tag: 'a..b' }, 'USAGE'],
    [{ version: '1.2.3', tag: 'a.lock' }, 'USAGE'],
  ])('of %j is refused', (options, code) => {
    expect(() => releaseTag({ rolling: false, ...options })).toThrow(expect.objectContaining({ code }))
  })

  test('of a version before a full one makes a pre-release', () => {
    expect([isPrerelease('1.0.0-rc.1'), isPrerelease('1.0.0'), isPrerelease('1.0.0+5')]).toEqual([
      true,
      false,
      false,
    ])
  })
})

describe('the repository', () => {
  test.each([
    ['https://github.com/some/fork.git', api],
    ['https://user:password@github.com/some/fork', api],
    ['git@github.com:some/fork.git', api],
    ['ssh://git@github.com:22/some/fork.git', api],
    ['git@git.corp.example:some/fork.git', 'https://git.corp.example/api/v3'],
    ['git@corp.ghe.com:some/fork', 'https://api.corp.ghe.com'],
  ])('is found in the remote %s', (remote, url) => {
    expect(repositoryOfRemote(remote, url)).toEqual({ owner: 'some', repo: 'fork' })
  })

  test.each([
    ['git@gitlab.com:some/fork.git', api],
    ['https://github.com/some/fork', 'https://git.corp.example/api/v3'],
    ['https://github.com.evil.example/some/fork', api],
    ['https://github.com/some/group/fork', api],
    ['/srv/git/fork.git', api],
    ['', api],
  ])('is not taken from a remote elsewhere: %s', (remote, url) => {
    expect(repositoryOfRemote(remote, url)).toBeUndefined()
  })

  test.each(['kaweezle', 'a/b/c', 'a/..', '-a/b', 'a b/c', 'a/b?c', ''])('cannot be %j', (text) => {
    expect(() => parseRepository(text, '--repository')).toThrow(/--repository cannot be/)
  })
})

describe('the address of the API', () => {
  test.each([
    [api, api],
    ['https://host/api/v3/', 'https://host/api/v3'],
    ['http://127.0.0.1:80/', 'http://127.0.0.1'],
  ])('%s is taken', (text, expected) => {
    expect(parseApiUrl(text)).toBe(expected)
  })

  test.each(['http://host/api/v3', 'https://a:b@host', 'https://host/?a', 'ftp://host', 'host', ''])(
    '%j is refused, since a token would go there',
    (text) => {
      expect(() => parseApiUrl(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    },
  )

  test('decides whether writes keep their distance', () => {
    const urls = [
      api,
      'https://api.corp.ghe.com',
      'https://host/api/v3',
      'https://api.github.com.evil.example',
    ]
    expect(urls.map(isPaced)).toEqual([true, true, false, false])
  })
})

describe('how long GitHub asks to wait', () => {
  const now = 1_000_000_000
  test.each([
    ['a number of seconds', 403, { 'retry-after': '7' }, '', 7000],
    ['the end of a limit', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000005' }, '', 6000],
    ['an end that is over', 429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '5' }, '', 1000],
    ['a secondary limit', 403, {}, 'You have exceeded a secondary rate limit.', 60_000],
    ['too many requests', 429, {}, '', 60_000],
    ['want of rights', 403, { 'x-ratelimit-remaining': '12' }, 'Resource not accessible', undefined],
    ['another refusal', 422, { 'retry-after': '7' }, '', undefined],
    ['a date it never sends', 403, { 'retry-after': 'Fri, 27 Nov 2026' }, '', undefined],
  ])('is known from %s', (_, status, headers, message, expected) => {
    expect(waitFor({ status, headers, message }, now)).toBe(expected)
  })
})

describe('the key', () => {
  test('of a flag comes before that of the environment, and a file before a text', async () => {
    const env = { KAWEEZLE_RELEASE_KEY: '/env', KAWEEZLE_RELEASE_KEY_TEXT: 'text' }
    expect(chooseReleaseKey({ key: '/flag' }, env)).toEqual({ file: '/flag' })
    expect(chooseReleaseKey({}, env)).toEqual({ file: '/env' })
    const { KAWEEZLE_RELEASE_KEY_TEXT } = env
    expect(chooseReleaseKey({}, { KAWEEZLE_RELEASE_KEY_TEXT, KAWEEZLE_RELEASE_KEY: '' })).toMatchObject({
      text: 'text',
    })
    const text = testKeyText()
    expect(await openReleaseKey({ text, variable: 'X' })).toMatchObject({ id: testKey.id })
  })

  test('has to be there, unless none is asked for', () => {
    expect(() => chooseReleaseKey({}, {})).toThrow(expect.objectContaining({ code: 'USAGE' }))
    expect(chooseReleaseKey({ unsigned: true }, { KAWEEZLE_RELEASE_KEY: '/env' })).toBe('unsigned')
  })

  test('and --unsigned contradict each other', () => {
    expect(() => chooseReleaseKey({ key: '/flag', unsigned: true }, {})).toThrow(/contradict/)
  })

  test.each(['', 'no key', 'untrusted comment: x\nRWQ='])('that is none (%j) is not shown', async (text) => {
    const error = await openReleaseKey({ text: `${text}hush`, variable: 'X' }).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'KEY_INVALID' })
    expect(String(error)).not.toContain('hush')
  })

  test('that is not there is said to be so', async () => {
    await expect(openReleaseKey({ file: '/nowhere/key' })).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })
})

describe('the bucket', () => {
  const token = { KAWEEZLE_BUCKET_TOKEN: 'x' }
  const named = { ...token, KAWEEZLE_BUCKET: 'named/bucket' }

  test('is that of the flag, or else of the environment; where both say nothing there is none', () => {
    const repository = { owner: 'a', repo: 'b' }
    expect(chooseBucket({ bucket: 'a/b' }, named)).toMatchObject({ repository, proposed: false })
    const flags = { 'bucket-pull-request': true }
    expect(chooseBucket(flags, named)).toMatchObject({ repository: { owner: 'named' }, proposed: true })
    expect(chooseBucket({}, { ...token, KAWEEZLE_BUCKET: '' })).toBeUndefined()
  })

  test.each([
    ['is no repository', { bucket: 'x' }, token, '--bucket cannot be'],
    ['is an empty flag', { bucket: '' }, named, '--bucket cannot be'],
    [
      'is no repository in the environment',
      {},
      { ...token, KAWEEZLE_BUCKET: 'x' },
      'KAWEEZLE_BUCKET cannot be',
    ],
    [
      'has no token',
      {},
      { ...named, KAWEEZLE_BUCKET_TOKEN: '', GH_TOKEN: 'x' },
      'there is no token in KAWEEZLE_BUCKET_TOKEN',
    ],
    ['is proposed to and not named', { 'bucket-pull-request': true }, token, 'none is named'],
  ])('that %s is refused', (_, flags, env, message) => {
    expect(() => chooseBucket(flags, env)).toThrow(message)
    expect(() => chooseBucket(flags, env)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})

describe('SHA256SUMS', () => {
  const assets = [wantedAsset('b'), wantedAsset('a')].map((one) => ({
    ...one,
    contentType: '',
    from: one.name,
  }))

  test('lists every file by name, and has a signature that holds', () => {
    const [list, signature] = signContents(assets, { tag: 'v1', key: testKey })
    expect(String(list?.from)).toBe(`${wantedAsset('a').sha256}  a\n${wantedAsset('b').sha256}  b\n`)
    const signed = verifySignature(list?.from as Uint8Array, Buffer.from(signature?.from ?? '').toString(), [
      testKey,
    ])
    expect(signed).toEqual({ keyId: testKey.id, trustedComment: 'Kaweezle v1' })
  })

  test('is the same for the same files and key, so that a second run finds it as it is', () => {
    expect(signContents(assets, { tag: 'v1', key: testKey })).toEqual(
      signContents([...assets].reverse(), { tag: 'v1', key: testKey }),
    )
  })

  test('has no signature without a key', () => {
    expect(signContents(assets, { tag: 'v1', key: undefined })).toHaveLength(1)
  })
})

describe('a folder', () => {
  test('is read with what lies below it, but for what a killed build left', async () => {
    await using folder = await folderOf({
      ...someFiles(),
      '.kaweezle-0123456789abcdef.tmp': 'x',
      'apk/.hidden': 'x',
    })
    const files = await readFolder(folder.path, { progress, signal })
    expect(files.map(({ path }) => path)).toEqual(Object.keys(someFiles()).sort())
  })

  test('that is not there, or is a file, is a mistake on the command line', async () => {
    await expect(readFolder('/nowhere', { progress, signal })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(readFolder(import.meta.filename, { progress, signal })).rejects.toMatchObject({
      code: 'USAGE',
    })
  })

  test('with a link in it is refused: what is released is what lies there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kaweezle-link-'))
    await writeFile(join(folder, 'a'), 'a')
    await symlink('/etc/passwd', join(folder, 'report.html'))
    await expect(readFolder(folder, { progress, signal })).rejects.toMatchObject({ code: 'RELEASE_INVALID' })
    await rm(folder, { recursive: true })
  })

  test('is not read to its end after an interrupt', async () => {
    await using folder = await folderOf(someFiles())
    const aborted = AbortSignal.abort(new Error('stop'))
    await expect(readFolder(folder.path, { progress, signal: aborted })).rejects.toThrow('stop')
  })
})

test.each(['a b', 'ä.txt', '.hidden', 'a~b', 'a:b', 'a(1)', 'dot.', '', 'x'.repeat(201)])(
  'the name %j is one that GitHub would change',
  (name) => {
    expect(isKeptName(name)).toBe(false)
  },
)
