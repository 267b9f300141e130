import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMirror } from '../src/fetch/mirror.ts'
import type { Source } from '../src/fetch/source.ts'
import { type FaultServer, serve, startServer } from './support/fault-server.ts'
import { newWorld, sha256Of } from './support/fetch-world.ts'

const content = Buffer.from('0123456789')
const path = 'edge/main/x86_64/file+1~2.apk'
const { signal } = new AbortController()

let folder: string
let server: FaultServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'))
  await mkdir(join(folder, 'mirror', path, '..'), { recursive: true })
  await writeFile(join(folder, 'mirror', path), content)
  await writeFile(join(folder, 'mirror/empty'), '')
  await writeFile(join(folder, 'outside'), 'outside')
  await execa('tar', ['-cf', '../mirror.tar', 'edge', 'empty'], { cwd: join(folder, 'mirror') })
  server = await startServer((response, request, count) => {
    if (decodeURIComponent(request.url) === `/mirror/${path}`) serve(content)(response, request, count)
    else if (request.url === '/mirror/empty') serve(Buffer.alloc(0))(response, request, count)
    else response.writeHead(404).end()
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function read(source: Source, ...args: Parameters<Source['open']>): Promise<string> {
  const chunks: Uint8Array[] = []
  const { body } = await source.open(...args)
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe.each([
  ['a folder', () => join(folder, 'mirror')],
  ['a file URL', () => pathToFileURL(join(folder, 'mirror')).href],
  ['a tar', () => join(folder, 'mirror.tar')],
  ['a server', () => `${server.url}/mirror`],
  ['a server, with a slash', () => `${server.url}/mirror/`],
])('%s', (_, location) => {
  const open = () => openMirror(location(), {})

  test('gives a file whole, with its size', async () => {
    const source = await open()
    expect(await source.open(path, { signal })).toMatchObject({ size: 10, offset: 0, delimited: true })
    expect(await read(source, path, { signal })).toBe('0123456789')
    expect(await read(source, 'empty', { signal })).toBe('')
  })

  test('gives a file from an offset on', async () => {
    const source = await open()
    expect(await source.open(path, { signal, offset: 7 })).toMatchObject({ size: 10, offset: 7 })
    expect(await read(source, path, { signal, offset: 7 })).toBe('789')
  })

  test.each(['missing', 'edge/main', `${path}/below`, 'edge'])('%s is missing', async (missing) => {
    const source = await open()
    await expect(source.open(missing, { signal })).rejects.toMatchObject({
      code: 'SOURCE_MISSING',
      message: expect.stringContaining(missing.slice(-5)),
      hint: expect.any(String),
    })
  })

  test.each(['../outside', 'edge/../../outside', '/etc/passwd', 'edge//main', '', './edge', 'a\\b', 'a\0b'])(
    '%j is no path in it',
    async (outside) => {
      const source = await open()
      await expect(source.open(outside, { signal })).rejects.toThrow('not a path below a source')
    },
  )

  test('fills the store', async () => {
    await using world = await newWorld()
    const request = { path, label: 'the file', sha256: sha256Of(content), size: 10 }
    expect(await world.fetcher().fetchBlob({ source: await open(), ...request })).toMatchObject({ size: 10 })
  })
})

test('a tar that is damaged is refused as it is opened', async () => {
  const damaged = join(folder, 'damaged.tar')
  await writeFile(damaged, Buffer.alloc(10_000, 'x'))
  await expect(openMirror(damaged, {})).rejects.toMatchObject({
    code: 'ARCHIVE_INVALID',
    message: expect.stringContaining('damaged.tar'),
  })
})
