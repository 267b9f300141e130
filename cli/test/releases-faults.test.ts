import { expect, test } from 'vitest'
import { findRelease } from '../src/releases/find-release.ts'
import type { Lie } from './support/lie.ts'
import { impatient, openReleaseWorld, type ReleaseWorld } from './support/release-world.ts'

const paths = {
  api: /^\/repos\//,
  list: /^\/storage\/.*SHA256SUMS$/,
  signature: /^\/storage\/.*minisig$/,
  manifest: /^\/storage\/.*\/rootfs\.manifest\.json$/,
  rootfs: /^\/storage\/.*\/rootfs\.tar\.gz$/,
}
type Kind = keyof typeof paths
const kinds = Object.keys(paths) as Kind[]

/** Lies about one kind of file: to its first request, or to all. */
async function installWith(world: ReleaseWorld, kind: Kind, lie: Lie, when: 'once' | 'always') {
  world.publish('1.0.0')
  world.server.lie = ({ path, count }) =>
    paths[kind].test(path) && (when === 'always' || count === 1) ? lie : undefined
  const isSilent = lie.hang === true || lie.stallAt !== undefined || lie.slow !== undefined
  return (await world.refusal('v1.0.0', isSilent ? { limits: impatient } : {})) ?? 'done'
}

/** All kinds at once: most of the time is waiting. */
function eachKind(check: (world: ReleaseWorld, kind: Kind) => Promise<void>): Promise<unknown> {
  return Promise.all(
    kinds.map(async (kind) => {
      await using world = await openReleaseWorld()
      await check(world, kind)
    }),
  )
}

const seconds = (from: number) => String(Math.floor(Date.now() / 1000) + from)
const page: Lie = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html>\n<p>Sign in',
}
const limit = (reset: string): Lie => ({
  status: 403,
  headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
})

const passing: readonly (readonly [string, () => Lie])[] = [
  ['a 500', () => ({ status: 500, body: 'oops' })],
  ['a 503 with Retry-After', () => ({ status: 503, headers: { 'retry-after': '1' } })],
  ['a 429 with Retry-After', () => ({ status: 429, headers: { 'retry-after': '1' } })],
  ['a rate limit that ends soon', () => limit(seconds(1))],
  ['a hang', () => ({ hang: true })],
  ['a cut', () => ({ cutAt: 100 })],
  ['a stall', () => ({ stallAt: 100 })],
  ['a length that is too long', () => ({ contentLength: 400_000 })],
]

test.each(passing)('%s that passes is outlasted, whichever file it meets', async (what, lie) => {
  await eachKind(async (world, kind) => {
    if (kind === 'api' && /cut|stall|length/.test(what)) return
    // A longer file is not the one: it is refused at once.
    if (kind === 'rootfs' && what.includes('length')) return
    expect([kind, await installWith(world, kind, lie(), 'once')]).toEqual([kind, 'done'])
    expect(world.events.some(({ type }) => type === 'retrying')).toBe(true)
  })
})

const unreachable = ['SOURCE_UNREACHABLE', 4]
const wrongSignature = ['SIGNATURE_INVALID', 3]
const wrongRelease = ['RELEASE_INVALID', 3]
const wrongBytes = ['CHECKSUM_MISMATCH', 3]
const missing = ['SOURCE_MISSING', 4]
const limited = ['RATE_LIMITED', 4]
const skipped = undefined

// In the order of `kinds`; then how many requests it takes.
const lasting: readonly (readonly [string, () => Lie, readonly (unknown[] | undefined)[], number])[] = [
  ['a 500', () => ({ status: 500 }), [unreachable, unreachable, unreachable, unreachable, unreachable], 3],
  ['a 403', () => ({ status: 403 }), [unreachable, unreachable, unreachable, unreachable, unreachable], 1],
  ['a 401', () => ({ status: 401 }), [unreachable, unreachable, unreachable, unreachable, unreachable], 1],
  ['a 404', () => ({ status: 404 }), [missing, wrongRelease, wrongSignature, wrongRelease, missing], 1],
  ['a 429', () => ({ status: 429 }), [limited, limited, limited, limited, limited], 3],
  [
    'a 503 for an hour',
    () => ({ status: 503, headers: { 'retry-after': '3600' } }),
    [unreachable, unreachable, unreachable, unreachable, unreachable],
    1,
  ],
  ['a rate limit for an hour', () => limit(seconds(3600)), [limited, limited, limited, limited, limited], 1],
  [
    'a secondary limit for an hour',
    () => ({ status: 403, headers: { 'retry-after': '3600' } }),
    [limited, limited, limited, limited, limited],
    1,
  ],
  ['a hang', () => ({ hang: true }), [unreachable, unreachable, unreachable, unreachable, unreachable], 3],
  ['a cut', () => ({ cutAt: 100 }), [skipped, unreachable, unreachable, unreachable, unreachable], 3],
  ['a stall', () => ({ stallAt: 100 }), [skipped, unreachable, unreachable, unreachable, unreachable], 3],
  [
    'an early end',
    () => ({ endAt: 100 }),
    [skipped, wrongSignature, wrongSignature, wrongRelease, unreachable],
    0,
  ],
  [
    'a length that is too long',
    () => ({ contentLength: 400_000 }),
    [skipped, unreachable, unreachable, unreachable, wrongBytes],
    0,
  ],
  [
    'a megabyte more',
    () => ({ append: 1 << 20 }),
    [skipped, unreachable, unreachable, wrongRelease, wrongBytes],
    1,
  ],
  [
    'a changed bit',
    () => ({ flip: 99 }),
    [skipped, wrongSignature, wrongSignature, wrongRelease, wrongBytes],
    1,
  ],
  [
    'gzip that nobody asked for',
    () => ({ gzip: true }),
    [skipped, unreachable, unreachable, unreachable, wrongBytes],
    1,
  ],
  ['a sign-in page', () => page, [unreachable, wrongSignature, wrongSignature, wrongRelease, unreachable], 1],
  [
    'a redirect loop',
    () => ({ loop: true }),
    [unreachable, unreachable, unreachable, unreachable, unreachable],
    0,
  ],
  [
    'a redirect without TLS',
    () => ({ redirect: 'http://127.0.0.1/rootfs.tar.gz' }),
    [unreachable, unreachable, unreachable, unreachable, unreachable],
    1,
  ],
  [
    'a redirect to a file',
    () => ({ redirect: 'file:///etc/passwd' }),
    [unreachable, unreachable, unreachable, unreachable, unreachable],
    1,
  ],
  ['a JSON that is cut', () => ({ truncate: 100 }), [unreachable, skipped, skipped, skipped, skipped], 1],
  [
    'a JSON of something else',
    () => ({ json: () => ({}) }),
    [unreachable, skipped, skipped, skipped, skipped],
    1,
  ],
]

test.each(lasting)(
  '%s that lasts is reported by its code, whichever file it meets, and forgotten',
  async (_what, lie, codes, most) => {
    await eachKind(async (world, kind) => {
      const code = codes[kinds.indexOf(kind)]
      if (code === undefined) return
      expect([kind, await installWith(world, kind, lie(), 'always')]).toEqual([kind, code])
      const requests = world.server.seen.filter(({ path }) => paths[kind].test(path)).length
      if (most > 0) expect([kind, requests]).toEqual([kind, most])
      if (code[1] === 3) expect(world.cached()).toEqual({})
      world.server.lie = () => undefined
      expect([kind, await world.refusal('v1.0.0')]).toEqual([kind, undefined])
    })
  },
)

test('a rate limit that lasts is reported with the time of its end, by the clock of the server', async () => {
  await using world = await openReleaseWorld()
  world.publish('1.0.0')
  const reset = Math.floor(Date.now() / 1000) - 86_400 + 600
  const headers = {
    date: new Date(Date.now() - 86_400_000).toUTCString(),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': `${reset}`,
  }
  world.server.lie = () => ({ status: 403, headers })
  const soon = new Date(Date.now() + 600_000).toISOString().slice(0, 15)
  await expect(findRelease('latest', world.options)).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    message: expect.stringContaining(soon),
  })
})

test('sizes that only the API says do not count', async () => {
  await using world = await openReleaseWorld()
  const lie = (value: unknown) => JSON.parse(JSON.stringify(value).replace(/"size":\d+/g, '"size":1'))
  expect(await installWith(world, 'api', { json: lie }, 'always')).toBe('done')
})

test.each([
  [
    'an asset that is still being uploaded',
    (text: string) => text.replace('"uploaded"', '"starter"'),
    wrongRelease,
  ],
  [
    'an address without TLS',
    (text: string) => text.replaceAll('"https://localhost', '"http://localhost'),
    unreachable,
  ],
  [
    'an address that is a file',
    (text: string) => text.replaceAll(/"https:[^"]*download[^"]*"/g, '"file:///etc/passwd"'),
    unreachable,
  ],
])('an API that names %s is refused', async (_what, change, code) => {
  await using world = await openReleaseWorld()
  expect(
    await installWith(world, 'api', { json: (value) => JSON.parse(change(JSON.stringify(value))) }, 'always'),
  ).toEqual(code)
})

test('a server that drips is as good as silent', async () => {
  await using world = await openReleaseWorld()
  world.publish('1.0.0')
  world.server.lie = ({ path }) => (paths.rootfs.test(path) ? { slow: { delay: 20, bytes: 1 } } : undefined)
  const start = performance.now()
  expect(await world.refusal('v1.0.0', { limits: impatient })).toEqual(unreachable)
  expect(performance.now() - start).toBeLessThan(impatient.tries * impatient.idle * 3)
})

test('a server that is not there is tried, and reported', async () => {
  await using world = await openReleaseWorld()
  const apiUrl = 'https://localhost:9'
  expect(await world.refusal('latest', { github: { apiUrl } })).toEqual(unreachable)
  expect(await world.refusal('https://no-such-host.invalid/')).toEqual(unreachable)
  expect(world.events.filter(({ type }) => type === 'retrying').length).toBeGreaterThanOrEqual(
    impatient.tries - 1,
  )
})

test('whoever interrupts waits for nothing', async () => {
  await using world = await openReleaseWorld()
  world.publish('1.0.0')
  world.server.lie = () => ({ hang: true })
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 100)
  const start = performance.now()
  const limits = { ...impatient, headers: 60_000 }
  expect(await world.refusal('latest', { signal: controller.signal, limits })).toEqual(['INTERRUPTED', 130])
  expect(performance.now() - start).toBeLessThan(2000)
})
