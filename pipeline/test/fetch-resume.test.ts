import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, expect, test } from 'vitest'
import { openMirror } from '../src/fetch/mirror.ts'
import { type Answer, serve, startServer } from './support/fault-server.ts'
import { failureOf, newWorld, sha256Of, type World } from './support/fetch-world.ts'

const content = randomBytes(8 << 20)
const sha256 = sha256Of(content)
const size = content.length
const file = { path: 'file', label: 'the file', sha256, size }
const largestChunk = 64 * 1024

const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
})

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** A program that fetches the file, prints how far it is after each chunk, and how it ended. */
function program(cache: string, url: string): string {
  const module = (name: string) => JSON.stringify(new URL(`../src/${name}`, import.meta.url).href)
  return `
    const { createFetcher } = await import(${module('fetch/fetch.ts')})
    const { openMirror } = await import(${module('fetch/mirror.ts')})
    const { openStore } = await import(${module('store/store.ts')})
    const onEvent = (event) => console.log(event.type, event.bytes ?? '')
    const store = await openStore(${JSON.stringify(cache)})
    const fetcher = createFetcher({ store, signal: new AbortController().signal, onEvent })
    const source = await openMirror(${JSON.stringify(url)}, {})
    const fetchFile = () => fetcher.fetchBlob({ source, ...${JSON.stringify(file)} })`
}

/** Starts a process that fetches the file, and kills it as soon as it has `bytes` of it. */
async function fetchUntil(bytes: number, world: World, url: string): Promise<void> {
  const code = `${program(world.cache, url)}; await fetchFile()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  child.stdout.setEncoding('utf8')
  for await (const text of child.stdout) {
    const progress = [...String(text).matchAll(/progress (\d+)/g)].at(-1)?.[1]
    if (Number(progress ?? 0) >= bytes) break
  }
  await kill(child)
}

/** What an earlier process left of the file. */
async function leave(world: World, partial: Uint8Array): Promise<void> {
  await mkdir(join(world.cache, 'v1/partial'), { recursive: true })
  await writeFile(join(world.cache, 'v1/partial', sha256), partial)
}

test('a download that is killed again and again goes on where it stopped', async () => {
  await using world = await newWorld()
  const stops = [1, 100_000, 1_000_000, 1_000_001, 3_333_333, 5_000_000, 7_900_000, size - 1]
  let served = 0
  // Sends only up to the next stop, then nothing: what is wasted is only what the killed process had not written.
  const answer: Answer = (response, { offset }, count) => {
    const end = Math.min(stops[count - 1] ?? size, size)
    const part = content.subarray(offset, end)
    served += part.length
    response.writeHead(offset > 0 ? 206 : 200, {
      'content-length': size - offset,
      ...(offset > 0 && { 'content-range': `bytes ${offset}-${size - 1}/${size}` }),
    })
    response.write(part)
    if (end === size) response.end()
  }
  await using server = await startServer(answer)
  for (const stop of stops) await fetchUntil(stop, world, server.url)
  const source = await openMirror(server.url, {})
  expect(await world.fetcher().fetchBlob({ source, ...file })).toMatchObject({ sha256, size })
  expect(server.requests).toHaveLength(stops.length + 1)
  expect(served).toBeLessThanOrEqual(size + stops.length * largestChunk)
  expect(await world.kept()).toEqual([sha256])
})

test('what an earlier process left is not asked for again', async () => {
  await using world = await newWorld()
  await using server = await startServer(serve(content))
  await leave(world, content.subarray(0, 5_000_000))
  const source = await openMirror(server.url, {})
  await world.fetcher().fetchBlob({ source, ...file })
  expect(server.requests.map(({ offset }) => offset)).toEqual([5_000_000])
  expect(world.events).toContainEqual({ type: 'resumed', label: 'the file', bytes: 5_000_000 })
})

test('a whole file that was only not yet named needs no request', async () => {
  await using world = await newWorld()
  await using server = await startServer(serve(content))
  await leave(world, content)
  const source = await openMirror(server.url, {})
  expect(await world.fetcher().fetchBlob({ source, ...file })).toMatchObject({ sha256 })
  expect(server.requests).toHaveLength(0)
})

const flipped = Buffer.from(content.subarray(0, 5_000_000))
flipped.writeUInt8(flipped.readUInt8(1000) ^ 1, 1000)
const whole: Answer = (response) => response.writeHead(200, { 'content-length': size }).end(content)

test.each<[string, Uint8Array, Answer, number[]]>([
  ['a bit that flipped in the partial file', flipped, serve(content), [5_000_000, 0]],
  ['a partial file of the right size and other bytes', Buffer.alloc(size), serve(content), [0]],
  ['a partial file that is too long', Buffer.alloc(size + 1), serve(content), [0]],
  ['a server that ignores Range', content.subarray(0, 5_000_000), whole, [5_000_000]],
])('%s does no harm', async (_, partial, answer, offsets) => {
  await using world = await newWorld()
  await using server = await startServer(answer)
  await leave(world, partial)
  const source = await openMirror(server.url, {})
  expect(await world.fetcher().fetchBlob({ source, ...file })).toMatchObject({ sha256, size })
  expect(server.requests.map(({ offset }) => offset)).toEqual(offsets)
  expect(await world.kept()).toEqual([sha256])
})

test('a file whose ETag changes midway is fetched from its beginning', async () => {
  await using world = await newWorld()
  const cut: Answer = (response) => {
    response.writeHead(200, { 'content-length': size, etag: '"1"' })
    response.write(content.subarray(0, 1_000_000), () => response.socket?.end())
  }
  await using server = await startServer((...args) => (args[2] === 1 ? cut : serve(content, '"2"'))(...args))
  const source = await openMirror(server.url, {})
  expect(await world.fetcher().fetchBlob({ source, ...file })).toMatchObject({ sha256, size })
  expect(server.requests[1]?.headers['if-range']).toBe('"1"')
  expect(world.events).not.toContainEqual(expect.objectContaining({ type: 'resumed' }))
})

test('a body without length that ends too early is continued', async () => {
  await using world = await newWorld()
  const cut: Answer = (response) => {
    response.removeHeader('transfer-encoding')
    response.writeHead(200, { connection: 'close' })
    response.end(content.subarray(0, 1_000_000))
  }
  await using server = await startServer((...args) => (args[2] === 1 ? cut : serve(content))(...args))
  const source = await openMirror(server.url, {})
  expect(await world.fetcher().fetchBlob({ source, ...file })).toMatchObject({ sha256, size })
  expect(server.requests.map(({ offset }) => offset)).toEqual([0, 1_000_000])
})

test('a partial file that stays wrong is not kept', async () => {
  await using world = await newWorld()
  await using server = await startServer(serve(Buffer.alloc(size)))
  await leave(world, flipped)
  const source = await openMirror(server.url, {})
  expect(await failureOf(world.fetcher().fetchBlob({ source, ...file }))).toBe('CHECKSUM_MISMATCH')
  expect(await world.kept()).toEqual([])
})

test('a full disk is reported, and with more room the download goes on', async () => {
  await using world = await newWorld()
  await using server = await startServer(serve(content))
  const code = `
    const { execFileSync } = await import('node:child_process')
    ${program(world.cache, server.url)}
    await fetchFile().catch((error) => console.log(error.code, error.message))
    execFileSync('mount', ['-o', 'remount,size=20m', ${JSON.stringify(world.cache)}])
    await fetchFile()`
  const mount = `mount -t tmpfs -o size=3m none ${world.cache} && exec "$0" "$@"`
  const args = [
    '--map-root-user',
    '--mount',
    'sh',
    '-c',
    mount,
    process.execPath,
    '--input-type=module',
    '-e',
    code,
  ]
  const { stdout } = await execa('unshare', args, { timeout: 30_000 })
  expect(stdout).toMatch(/DISK_FULL .*no space is left, and \d+ more bytes/)
  expect(stdout).toMatch(new RegExp(`done ${size}$`))
  const [first, second] = server.requests
  expect(first?.offset).toBe(0)
  expect(second?.offset).toBeGreaterThan(2 << 20)
})
