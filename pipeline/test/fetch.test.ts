import { randomBytes } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { PipelineError } from '../src/errors.ts'
import type { Fetcher } from '../src/fetch/fetch.ts'
import { fetchAll } from '../src/fetch/fetch-all.ts'
import { openMirror } from '../src/fetch/mirror.ts'
import type { Source } from '../src/fetch/source.ts'
import { openStore } from '../src/store/store.ts'
import { type Answer, serve, startServer } from './support/fault-server.ts'
import { failureOf, limits, newWorld, sha256Of } from './support/fetch-world.ts'

const content = randomBytes(300_000)
const sha256 = sha256Of(content)
const size = content.length
const file = { path: 'file', label: 'the file', sha256, size }
const unlockedFile = { path: 'file', label: 'the file', maximumSize: 2 * size }

const right = serve(content)

const firstOnly =
  (fault: Answer): Answer =>
  (response, request, count) =>
    (count === 1 ? fault : right)(response, request, count)

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end('an error page')

const half = (headers: Record<string, string | number>, then: 'reset' | 'end' | 'stall'): Answer => {
  return (response) => {
    // Without a length and not chunked, the body ends where the connection does.
    if (headers['connection'] === 'close') response.removeHeader('transfer-encoding')
    response.writeHead(200, headers)
    response.write(content.subarray(0, size / 2), () => {
      if (then === 'reset') response.socket?.resetAndDestroy()
      if (then === 'end') response.socket?.end()
    })
  }
}

const drip: Answer = (response) => {
  response.writeHead(200, { 'content-length': size })
  const timer = setInterval(() => response.write('.'), 20)
  response.on('close', () => clearInterval(timer))
}

const reset: Answer = (response) => response.socket?.resetAndDestroy()
const silence: Answer = () => {}
const toItself: Answer = (response) => response.writeHead(302, { location: '/file' }).end()

const wrongRange: Answer = (response, request, count) => {
  if (count === 1) return half({ 'content-length': size, etag: '"1"' }, 'reset')(response, request, count)
  if (request.offset === 0) return right(response, request, count)
  response.writeHead(206, { 'content-range': `bytes 7-${size - 1}/${size}` }).end(content.subarray(7))
}

const ignoresRange: Answer = (response, request, count) => {
  if (count === 1) return half({ 'content-length': size, etag: '"1"' }, 'reset')(response, request, count)
  response.writeHead(200, { 'content-length': size }).end(content)
}

describe('a fault of the transport is survived, or reported within its limit', () => {
  type Case = [fault: string, answer: Answer, failure: string | undefined, requests: number]
  const quick: Case[] = [
    ['no fault', right, undefined, 1],
    ['500 once', firstOnly(status(500)), undefined, 2],
    ['500 always', status(500), 'SOURCE_UNREACHABLE', 5],
    ['503 once', firstOnly(status(503)), undefined, 2],
    ['408 once', firstOnly(status(408)), undefined, 2],
    ['400', status(400), 'SOURCE_UNREACHABLE', 1],
    ['401', status(401), 'SOURCE_UNREACHABLE', 1],
    ['404', status(404), 'SOURCE_MISSING', 1],
    ['410', status(410), 'SOURCE_MISSING', 1],
    ['a redirect loop', toItself, 'SOURCE_UNREACHABLE', 21],
    ['a reset before the answer', firstOnly(reset), undefined, 2],
    ['a reset in the middle', firstOnly(half({ 'content-length': size }, 'reset')), undefined, 2],
    ['an end in the middle', firstOnly(half({ 'content-length': size }, 'end')), undefined, 2],
    ['an end in the middle of a chunked body', firstOnly(half({}, 'end')), undefined, 2],
    ['another range than was asked for', wrongRange, undefined, 3],
    ['a whole file for a range', ignoresRange, undefined, 2],
  ]
  const slow: Case[] = [
    ['a stall in the middle', firstOnly(half({ 'content-length': size }, 'stall')), undefined, 2],
    ['silence', silence, 'SOURCE_UNREACHABLE', 5],
    ['a stall in the middle always', half({ 'content-length': size }, 'stall'), 'SOURCE_UNREACHABLE', 5],
    ['a drip', drip, 'SOURCE_UNREACHABLE', 5],
  ]
  const impatient = { ...limits, headers: 500, idle: 500 }
  const cases = [
    ...quick.map((each) => [...each, limits] as const),
    ...slow.map((each) => [...each, impatient] as const),
  ]

  test.concurrent.each(cases)('%s, with a lock', async (_, answer, failure, requests, limits) => {
    await using world = await newWorld()
    await using server = await startServer(answer)
    const source = await openMirror(server.url, {})
    expect(await failureOf(world.fetcher({ limits }).fetchBlob({ source, ...file }))).toBe(failure)
    expect(server.requests).toHaveLength(requests)
    if (failure === undefined) expect(await world.kept()).toEqual([sha256])
    else expect(await world.store.find(sha256)).toBeUndefined()
  })

  test.concurrent.each(cases)('%s, without a lock', async (_, answer, failure, requests, limits) => {
    await using world = await newWorld()
    await using server = await startServer(answer)
    const source = await openMirror(server.url, {})
    expect(await failureOf(world.fetcher({ limits }).fetchUnlocked({ source, ...unlockedFile }))).toBe(
      failure,
    )
    expect(server.requests).toHaveLength(requests)
    expect(await world.kept()).toEqual(failure === undefined ? [sha256] : [])
  })
})

describe('wrong bytes are asked for once more, then refused, and not kept', () => {
  const flipped = Buffer.from(content)
  flipped.writeUInt8(flipped.readUInt8(1000) ^ 1, 1000)
  const endless: Answer = (response) => {
    response.writeHead(200)
    const more = () => {
      let isReady = true
      while (isReady && !response.destroyed) isReady = response.write(Buffer.alloc(16_384))
    }
    response.on('drain', more)
    more()
  }

  test.concurrent.each<[string, Answer]>([
    ['a flipped bit', serve(flipped)],
    ['no byte', serve(Buffer.alloc(0))],
    ['one byte', serve(content.subarray(0, 1))],
    ['one byte less', serve(content.subarray(0, -1))],
    ['one byte more', serve(Buffer.concat([content, Buffer.of(0)]))],
    ['a megabyte more', serve(Buffer.concat([content, Buffer.alloc(1 << 20)]))],
    ['no end', endless],
    ['another file', serve(randomBytes(size))],
    ['a page of HTML', (response) => response.writeHead(200).end('<h1>Log in</h1>'.padEnd(size))],
    [
      'a gzip encoding',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(randomBytes(size)),
    ],
  ])('%s', async (_, answer) => {
    await using world = await newWorld()
    await using server = await startServer(answer)
    const source = await openMirror(server.url, {})
    expect(await failureOf(world.fetcher().fetchBlob({ source, ...file }))).toBe('CHECKSUM_MISMATCH')
    expect(server.requests).toHaveLength(2)
    expect(await world.kept()).toEqual([])
  })

  test('a file that is right the second time is stored', async () => {
    await using world = await newWorld()
    await using server = await startServer(firstOnly(serve(flipped)))
    const source = await openMirror(server.url, {})
    expect(await world.fetcher().fetchBlob({ source, ...file })).toMatchObject({ sha256, size })
    expect(server.requests).toHaveLength(2)
  })

  test('a file that the caller refuses is asked for once more, and not kept', async () => {
    await using world = await newWorld()
    await using server = await startServer(right)
    const source = await openMirror(server.url, {})
    const verify = async () => {
      throw new PipelineError('SIGNATURE_INVALID', 'the file is signed by nobody', { hint: 'Sign it.' })
    }
    const fetching = world.fetcher().fetchUnlocked({ source, ...unlockedFile, verify })
    expect(await failureOf(fetching)).toBe('SIGNATURE_INVALID')
    expect(server.requests).toHaveLength(2)
    expect(await world.kept()).toEqual([])
  })

  const { size: _, ...withoutSize } = file
  test.each([
    ['a locked file', (fetcher: Fetcher, source: Source) => fetcher.fetchBlob({ source, ...file })],
    [
      'a file of known size',
      (fetcher: Fetcher, source: Source) => fetcher.fetchUnlocked({ source, ...file, maximumSize: 9 * size }),
    ],
    [
      'a file of unknown size',
      (fetcher: Fetcher, source: Source) =>
        fetcher.fetchUnlocked({ source, ...withoutSize, maximumSize: size }),
    ],
  ])('no more than 64 KiB too much is read of %s that does not end', async (_, fetchFrom) => {
    await using world = await newWorld()
    let read = 0
    async function* body() {
      for (read = 0; ; read += 65_536) yield Buffer.alloc(65_536)
    }
    const source: Source = {
      kind: 'server',
      name: 'memory',
      open: async () => ({ body: body(), offset: 0, delimited: true }),
    }
    expect(await failureOf(fetchFrom(world.fetcher(), source))).toBe('CHECKSUM_MISMATCH')
    expect(read).toBeLessThanOrEqual(size + 65_536)
  })

  test('an answer that announces the wrong size is let go of unread', async () => {
    await using world = await newWorld()
    const signals: AbortSignal[] = []
    const source: Source = {
      kind: 'server',
      name: 'memory',
      open: async (_, { signal }) => {
        signals.push(signal)
        return { body: Readable.from([content]), offset: 0, size: size + 1, delimited: true }
      },
    }
    expect(await failureOf(world.fetcher().fetchBlob({ source, ...file }))).toBe('CHECKSUM_MISMATCH')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    expect(world.events.filter(({ type }) => type === 'progress')).toEqual([])
  })
})

describe('a file that is not locked', () => {
  test('is asked for each time, and its new bytes are given', async () => {
    await using world = await newWorld()
    await using server = await startServer((...args) =>
      serve(args[2] === 1 ? content : Buffer.from('new'))(...args),
    )
    const source = await openMirror(server.url, {})
    const fetcher = world.fetcher()
    expect(await fetcher.fetchUnlocked({ source, ...unlockedFile })).toMatchObject({ sha256 })
    expect(await fetcher.fetchUnlocked({ source, ...unlockedFile })).toMatchObject({ size: 3 })
    expect(server.requests).toHaveLength(2)
  })

  test('is never made of two versions', async () => {
    await using world = await newWorld()
    const newer = randomBytes(size)
    const first = half({ 'content-length': size, etag: '"1"' }, 'reset')
    await using server = await startServer((...args) =>
      (args[2] === 1 ? first : serve(newer, '"2"'))(...args),
    )
    const source = await openMirror(server.url, {})
    const blob = await world.fetcher().fetchUnlocked({ source, ...unlockedFile })
    expect(blob.sha256).toBe(sha256Of(newer))
    expect(server.requests[1]?.headers).toMatchObject({ 'if-range': '"1"', range: expect.any(String) })
  })

  test('is not continued when nothing tells its versions apart', async () => {
    await using world = await newWorld()
    await using server = await startServer(
      firstOnly(half({ 'content-length': size, etag: 'W/"1"' }, 'reset')),
    )
    const source = await openMirror(server.url, {})
    await world.fetcher().fetchUnlocked({ source, ...unlockedFile })
    expect(server.requests[1]?.headers.range).toBeUndefined()
  })

  test.each<[string, Answer, string]>([
    ['does not say where it ends', half({ connection: 'close' }, 'end'), 'SOURCE_UNREACHABLE'],
    ['is larger than its kind can be', serve(Buffer.alloc(2 * size + 1)), 'CHECKSUM_MISMATCH'],
  ])('is refused when it %s', async (_, answer, code) => {
    await using world = await newWorld()
    await using server = await startServer(answer)
    const source = await openMirror(server.url, {})
    expect(await failureOf(world.fetcher().fetchUnlocked({ source, ...unlockedFile }))).toBe(code)
    expect(await world.kept()).toEqual([])
  })

  test('is refused when it has not the size that something trusted said', async () => {
    await using world = await newWorld()
    await using server = await startServer(right)
    const source = await openMirror(server.url, {})
    const fetching = world.fetcher().fetchUnlocked({ source, ...unlockedFile, size: size + 1 })
    expect(await failureOf(fetching)).toBe('CHECKSUM_MISMATCH')
  })
})

describe('time', () => {
  test.concurrent.each([
    ['silence', silence],
    ['a stall in the middle', half({ 'content-length': size }, 'stall')],
    ['a drip', drip],
  ])('%s ends within the limit and a tenth', async (_, answer) => {
    await using world = await newWorld()
    await using server = await startServer(answer)
    const source = await openMirror(server.url, {})
    const fetcher = world.fetcher({ limits: { headers: 2500, idle: 2500, tries: 1 } })
    const start = performance.now()
    expect(await failureOf(fetcher.fetchBlob({ source, ...file }))).toBe('SOURCE_UNREACHABLE')
    const elapsed = performance.now() - start
    expect(elapsed).toBeGreaterThan(2450)
    expect(elapsed).toBeLessThan(2750)
  })

  test('a file has a time limit over all of its tries', async () => {
    await using world = await newWorld()
    await using server = await startServer(silence)
    const source = await openMirror(server.url, {})
    const fetcher = world.fetcher({ limits: { ...limits, total: 500 } })
    const start = performance.now()
    await expect(fetcher.fetchBlob({ source, ...file })).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('not complete after 0.5 s'),
    })
    expect(performance.now() - start).toBeLessThan(3000)
  })

  test.concurrent.each([429, 503])(
    'a server that answers %i is left alone as long as it asks',
    async (code) => {
      await using world = await newWorld()
      await using server = await startServer(firstOnly(status(code, { 'retry-after': '1' })))
      const source = await openMirror(server.url, {})
      await world.fetcher().fetchBlob({ source, ...file })
      const [first, second] = server.requests.map(({ time }) => time)
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(990)
      expect((second ?? 0) - (first ?? 0)).toBeLessThan(3000)
    },
  )

  test.concurrent.each(['86400', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'Retry-After: %s has a limit',
    async (value) => {
      await using world = await newWorld()
      await using server = await startServer(firstOnly(status(429, { 'retry-after': value })))
      const source = await openMirror(server.url, {})
      await world.fetcher({ limits: { ...limits, longestWait: 50 } }).fetchBlob({ source, ...file })
      expect(world.events).toContainEqual(expect.objectContaining({ type: 'retrying', delay: 50 }))
    },
  )

  test('the waits between tries double, and are not all the same', async () => {
    await using world = await newWorld()
    await using server = await startServer(status(500))
    const source = await openMirror(server.url, {})
    await failureOf(world.fetcher({ limits: { ...limits, backoff: 20 } }).fetchBlob({ source, ...file }))
    const delays = world.events.flatMap((event) => (event.type === 'retrying' ? [event.delay] : []))
    expect(delays).toHaveLength(4)
    for (const [index, delay] of delays.entries()) {
      expect(delay).toBeGreaterThanOrEqual(10 * 2 ** index)
      expect(delay).toBeLessThanOrEqual(20 * 2 ** index)
    }
  })

  test('an interrupt ends a fetch at once, and what was received is kept', async () => {
    await using world = await newWorld()
    await using server = await startServer(half({ 'content-length': size }, 'stall'))
    const source = await openMirror(server.url, {})
    const interrupt = new AbortController()
    const fetcher = world.fetcher({ signal: interrupt.signal, limits: { idle: 10_000 } })
    const fetching = expect(fetcher.fetchBlob({ source, ...file })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    setTimeout(() => interrupt.abort(), 200)
    const start = performance.now()
    await fetching
    expect(performance.now() - start).toBeLessThan(2000)
    expect(await readFile(join(world.cache, 'v1/partial', sha256))).toEqual(content.subarray(0, size / 2))
  })
})

describe('an upstream that is not there', () => {
  test('a port that nobody listens on is tried again, then reported', async () => {
    await using world = await newWorld()
    const server = await startServer(silence)
    await server[Symbol.asyncDispose]()
    const source = await openMirror(server.url, {})
    expect(await failureOf(world.fetcher().fetchBlob({ source, ...file }))).toBe('SOURCE_UNREACHABLE')
    expect(world.events.filter(({ type }) => type === 'retrying')).toHaveLength(4)
  })

  test('a host that does not exist is reported', async () => {
    await using world = await newWorld()
    const source = await openMirror('http://host.invalid/', {})
    expect(await failureOf(world.fetcher().fetchBlob({ source, ...file }))).toBe('SOURCE_UNREACHABLE')
  })

  test.each([
    ['a missing folder', '/no/such/mirror', 'SOURCE_UNREACHABLE'],
    ['a missing folder as a URL', 'file:///no/such/mirror', 'SOURCE_UNREACHABLE'],
    ['a file on another machine', 'file://host/mirror', 'USAGE'],
    ['another kind of URL', 'ftp://host/mirror', 'USAGE'],
    ['no URL', 'http://', 'USAGE'],
  ])('%s is refused as a mirror', async (_, location, code) => {
    await expect(openMirror(location, {})).rejects.toMatchObject({
      code,
      message: expect.stringContaining(location.slice(-6)),
    })
  })
})

describe('the store', () => {
  test('a file that is there is given without any request', async () => {
    await using world = await newWorld()
    await using server = await startServer(right)
    const source = await openMirror(server.url, {})
    const first = await world.fetcher().fetchBlob({ source, ...file })
    const store = await openStore(world.cache)
    expect(await world.fetcher({ store, offline: true }).fetchBlob({ source, ...file })).toEqual(first)
    expect(server.requests).toHaveLength(1)
    expect(world.events.at(-1)).toEqual({ type: 'done', label: 'the file', bytes: size, from: 'store' })
  })

  test('a file that was damaged there is fetched again', async () => {
    await using world = await newWorld()
    await using server = await startServer(right)
    const source = await openMirror(server.url, {})
    const { path } = await world.fetcher().fetchBlob({ source, ...file })
    await writeFile(path, content.subarray(1))
    const store = await openStore(world.cache)
    await world.fetcher({ store }).fetchBlob({ source, ...file })
    expect(await readFile(path)).toEqual(content)
    expect(server.requests).toHaveLength(2)
  })

  test('offline, a file that is not there is an error, and no request is made', async () => {
    await using world = await newWorld()
    await using server = await startServer(right)
    const source = await openMirror(server.url, {})
    const fetcher = world.fetcher({ offline: true })
    expect(await failureOf(fetcher.fetchBlob({ source, ...file }))).toBe('OFFLINE')
    expect(await failureOf(fetcher.fetchUnlocked({ source, ...unlockedFile }))).toBe('OFFLINE')
    expect(server.requests).toHaveLength(0)
  })

  test('sixteen who ask for one file at a time cause one request', async () => {
    await using world = await newWorld()
    await using server = await startServer(right)
    const source = await openMirror(server.url, {})
    const fetcher = world.fetcher()
    const blobs = await Promise.all(Array.from({ length: 16 }, () => fetcher.fetchBlob({ source, ...file })))
    expect(new Set(blobs).size).toBe(1)
    expect(server.requests).toHaveLength(1)
  })
})

describe('many files', () => {
  test('come in the order they were asked for, at most so many at a time', async () => {
    let running = 0
    let most = 0
    const items = Array.from({ length: 50 }, (_, index) => index)
    const fetchOne = async (item: number) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
      running--
      return item * 2
    }
    const results = await fetchAll(items, fetchOne, { signal: new AbortController().signal, parallel: 4 })
    expect(results).toEqual(items.map((item) => item * 2))
    expect(most).toBe(4)
  })

  test('after a failure no further one is begun', async () => {
    let begun = 0
    const fetchOne = async () => {
      begun++
      throw new Error('failed')
    }
    const { signal } = new AbortController()
    await expect(fetchAll([1, 2, 3, 4, 5], fetchOne, { signal, parallel: 2 })).rejects.toThrow('failed')
    expect(begun).toBe(2)
  })

  test('the first failure stops the others and is the one reported', async () => {
    await using world = await newWorld()
    await using server = await startServer((response, request, count) =>
      request.url === '/3' ? status(404)(response, request, count) : silence(response, request, count),
    )
    const source = await openMirror(server.url, {})
    const fetcher = world.fetcher({ limits: { headers: 30_000 } })
    const fetching = fetchAll(
      ['1', '2', '3', '4', '5'],
      (path, signal) =>
        fetcher.fetchUnlocked({ source, path, label: `file ${path}`, maximumSize: 1, signal }),
      { signal: new AbortController().signal, parallel: 3 },
    )
    expect(await failureOf(fetching.catch((error) => Promise.reject(renamed(error))))).toBe('SOURCE_MISSING')
    expect(server.requests).toHaveLength(3)
  })

  test('a fetch leaves nothing behind on the signal it was given', async () => {
    await using world = await newWorld()
    await using server = await startServer(right)
    const source = await openMirror(server.url, {})
    const { signal } = new AbortController()
    await world.fetcher({ signal }).fetchBlob({ source, ...file })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('a thousand failures leave no file and no open descriptor', async () => {
    await using world = await newWorld()
    await using server = await startServer(status(404))
    const source = await openMirror(server.url, {})
    const fetcher = world.fetcher()
    const descriptors = async () => (await readdir('/proc/self/fd')).length
    const fetchOne = (index: number, signal: AbortSignal) => {
      const sha256 = sha256Of(Buffer.of(index >> 8, index & 255))
      return failureOf(fetcher.fetchBlob({ source, ...file, sha256, signal }))
    }
    const some = Array.from({ length: 1000 }, (_, index) => index)
    const { signal } = new AbortController()
    await fetchAll(some.slice(0, 20), fetchOne, { signal })
    const before = await descriptors()
    const failures = await fetchAll(some, fetchOne, { signal })
    expect(new Set(failures)).toEqual(new Set(['SOURCE_MISSING']))
    expect(await descriptors()).toBeLessThanOrEqual(before + 5)
    expect(await world.kept()).toEqual([])
  })
})

/** Puts "file" into the message, which {@link failureOf} wants to see there. */
function renamed(error: PipelineError): PipelineError {
  return new PipelineError(error.code, `file: ${error.message}`, { hint: error.hint ?? '' })
}
