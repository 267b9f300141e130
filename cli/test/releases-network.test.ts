import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findRelease } from '../src/releases/find-release.ts'
import { startProxy } from './support/connect-proxy.ts'
import { installInChild } from './support/install-child.ts'
import { openReleaseWorld, type ReleaseWorld } from './support/release-world.ts'

let world: ReleaseWorld
beforeEach(async () => {
  world = await openReleaseWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const unreachable = ['SOURCE_UNREACHABLE', 4]

test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])(
  'everything goes through the proxy of %s',
  async (name) => {
    world.publish('1.0.0')
    await using proxy = await startProxy()
    expect(
      await world.refusal('latest', { env: { [name]: `http://user:pa%40ss@127.0.0.1:${proxy.port}` } }),
    ).toBeUndefined()
    expect(new Set(proxy.targets)).toEqual(
      new Set([`localhost:${world.server.port}`, `127.0.0.1:${world.server.port}`]),
    )
    expect(proxy.authorizations[0]).toBe(`Basic ${Buffer.from('user:pa@ss').toString('base64')}`)
  },
)

test.each(['localhost,127.0.0.1', '*', 'other,LOCALHOST 127.0.0.1'])(
  'NO_PROXY %s is gone to directly',
  async (noProxy) => {
    world.publish('1.0.0')
    await using proxy = await startProxy()
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: noProxy }
    expect(await world.refusal('latest', { env })).toBeUndefined()
    expect(proxy.targets).toEqual([])
  },
)

test.each([403, 407, 502])('a proxy that answers %i is reported, without its password', async (status) => {
  world.publish('1.0.0')
  await using proxy = await startProxy(status)
  const env = { HTTPS_PROXY: `http://user:secret@127.0.0.1:${proxy.port}` }
  const failure = await findRelease('latest', { ...world.options, env }).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  expect(String(failure)).not.toContain('secret')
  expect(world.server.seen).toEqual([])
})

test.each(['nonsense', 'ftp://proxy', 'http://'])('the proxy %j is a usage error', async (proxy) => {
  expect(await world.refusal('latest', { env: { HTTPS_PROXY: proxy } })).toEqual(['USAGE', 2])
})

test('an authority that is not named is not trusted, and the hint says how to name it', async () => {
  world.publish('1.0.0')
  expect(await world.refusal('latest', { caFile: undefined })).toEqual(unreachable)
  await expect(findRelease('latest', { ...world.options, caFile: undefined })).rejects.toMatchObject({
    hint: expect.stringContaining('--ca-file'),
  })
})

test.each([
  ['absent', undefined, ['FILE_FAILED', 1]],
  ['garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', ['USAGE', 2]],
])('a CA file that is %s is reported', async (_what, content, code) => {
  const caFile = join(world.folder, 'company.pem')
  if (content !== undefined) writeFileSync(caFile, content)
  expect(await world.refusal('latest', { caFile })).toEqual(code)
})

test('NODE_EXTRA_CA_CERTS is enough', async () => {
  world.publish('1.0.0')
  const { caFile: _, ...options } = world.options
  const child = installInChild('latest', options, { NODE_EXTRA_CA_CERTS: world.server.caFile })
  expect(await child.result).toMatchObject({ size: 300_000 })
  expect(await installInChild('latest', options, {}).result).toMatchObject({ code: 'SOURCE_UNREACHABLE' })
})

test('a token is for the API alone, and no other host ever sees it', async () => {
  world.publish('1.0.0')
  const github = { ...world.options.github, token: 'ghp_secret' }
  expect(await world.refusal('latest', { github })).toBeUndefined()
  const seen = world.server.seen.map(({ host, path, headers }) => [
    host.startsWith('localhost'),
    path.split('/')[1],
    headers.authorization,
  ])
  expect(seen).toContainEqual([true, 'repos', 'Bearer ghp_secret'])
  expect(seen).toContainEqual([true, 'api-asset', 'Bearer ghp_secret'])
  expect(seen.filter(([isApi]) => !isApi).map(([, , authorization]) => authorization)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('an API that names an asset elsewhere does not get the token sent there', async () => {
  world.publish('1.0.0')
  const elsewhere = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value).replaceAll(/https:\/\/localhost(:\d+\/api-asset)/g, 'https://127.0.0.1$1'),
    )
  world.server.lie = ({ path }) => (path.startsWith('/repos') ? { json: elsewhere } : undefined)
  const github = { ...world.options.github, token: 'ghp_secret' }
  expect(await world.refusal('latest', { github })).toBeUndefined()
  const others = world.server.seen.filter(({ host }) => !host.startsWith('localhost'))
  expect(others.length).toBeGreaterThan(4)
  expect(others.every(({ headers }) => headers.authorization === undefined)).toBe(true)
})

test('the password of a mirror stays with it: not on redirects, not even back, and in no message', async () => {
  world.publish('1.0.0')
  const back = `https://localhost:${world.server.port}/mirror/v1.0.0/SHA256SUMS.minisig?back`
  world.server.lie = ({ path, host, headers }) => {
    if (!path.endsWith('minisig') || headers.authorization === undefined) {
      return path.endsWith('minisig') && host.startsWith('127') ? { redirect: back } : undefined
    }
    return { redirect: `https://127.0.0.1:${world.server.port}${path}` }
  }
  const url = world.server.mirrorUrl('v1.0.0').replace('://', '://me:pa%40ss@')
  const release = await findRelease(url, world.options)
  expect(release.origin).toBe(world.server.mirrorUrl('v1.0.0'))
  const sent = world.server.seen.map(({ path, headers }) => [
    path.split('/').at(-1),
    headers.authorization?.slice(0, 5),
  ])
  expect(sent).toEqual([
    ['SHA256SUMS', 'Basic'],
    ['SHA256SUMS.minisig', 'Basic'],
    ['SHA256SUMS.minisig', undefined],
    ['SHA256SUMS.minisig', undefined],
    ['rootfs.manifest.json', 'Basic'],
  ])
  world.server.releases.clear()
  await expect(findRelease(`${url}?sig=secret`, world.options)).rejects.toMatchObject({
    message: expect.not.stringMatching(/pa|sig=/),
  })
})

test('the signature of cloud storage in a mirror`s query goes with every file', async () => {
  world.publish('1.0.0')
  const seen: string[] = []
  world.server.lie = (request) => {
    seen.push(request.query)
    return undefined
  }
  expect(await world.refusal(`${world.server.mirrorUrl('v1.0.0')}/rootfs.tar.gz?sig=secret`)).toBeUndefined()
  expect(seen).toEqual(['?sig=secret', '?sig=secret', '?sig=secret', '?sig=secret'])
})

test('a token is not sent without TLS', async () => {
  const github = { apiUrl: 'http://localhost:1', token: 'ghp_secret' }
  expect(await world.refusal('latest', { github })).toEqual(['USAGE', 2])
})

test.each(['kaweezle', 'a/b/c', '../x', 'a/..', 'a b/c', ''])('%j is no repository', async (repository) => {
  expect(await world.refusal('latest', { github: { ...world.options.github, repository } })).toEqual([
    'USAGE',
    2,
  ])
})

test('channels take the newest that is ripe enough, drafts never', async () => {
  for (const version of ['1.0.0', '1.1.0-rc.1', '1.1.0-beta.2', '1.2.0-alpha.1', '1.2.0-dev'])
    world.publish(version)
  world.publish('0.9.0')
  world.server.releases.set('v2.0.0', { files: world.publish('2.0.0'), draft: true })
  world.server.releases.set('nightly', { files: world.publish('3.0.0-dev'), prerelease: true })
  const versions = await Promise.all(
    ['stable', 'rc', 'beta', 'alpha'].map(async (one) => (await findRelease(one, world.options)).version),
  )
  expect(versions).toEqual(['1.0.0', '1.1.0-rc.1', '1.1.0-rc.1', '1.2.0-alpha.1'])
})
