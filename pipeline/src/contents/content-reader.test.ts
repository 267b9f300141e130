import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Content, FileEntry, TreePath } from '../tree/entry.ts'
import { ContentReader } from './content-reader.ts'
import { digestContent } from './digest-content.ts'
import { readContent } from './read-content.ts'

const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) >> 3))
let folder = ''
let spool = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-contents-'))
  spool = join(folder, 'spool')
  await writeFile(spool, bytes)
})
afterAll(() => rm(folder, { recursive: true }))

describe('the content of an entry', () => {
  it.each([
    [0, 0],
    [0, 1],
    [999_999, 1],
    [5, 65_536],
    [5, 65_537],
    [262_143, 262_145],
    [0, 1_000_000],
    [3, 999_997],
  ])('is the range from %i of %i bytes', async (offset, size) => {
    using reader = new ContentReader()
    const entry = entryOf({ file: spool, offset }, size)
    const expected = bytes.subarray(offset, offset + size)
    expect((await buffer(reader.open(entry))).equals(expected)).toBe(true)
    expect((await readContent(reader, entry, size)).equals(expected)).toBe(true)
    for (const algorithm of ['sha1', 'sha256'] as const) {
      expect(await digestContent(reader, entry, algorithm)).toBe(
        createHash(algorithm).update(expected).digest('hex'),
      )
    }
  })

  it('may be in memory', async () => {
    using reader = new ContentReader()
    expect(String(await readContent(reader, entryOf({ bytes: Buffer.from('hello') }, 5), 5))).toBe('hello')
  })

  it('comes in parts that stay as they are while others are read', async () => {
    using reader = new ContentReader()
    const parts = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        buffer(reader.open(entryOf({ file: spool, offset: i * 100 }, 300_000))),
      ),
    )
    for (const [i, part] of parts.entries())
      expect(part.equals(bytes.subarray(i * 100, i * 100 + 300_000))).toBe(true)
  })

  it('is refused when it is larger than what the caller can take', async () => {
    using reader = new ContentReader()
    await expect(readContent(reader, entryOf({ file: spool, offset: 0 }, 1001), 1000)).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
      message: 'etc/x has 1001 bytes, more than the 1000 it may have',
    })
  })

  it('is refused when the file ends before it, or is not there', async () => {
    using reader = new ContentReader()
    const failure = { name: 'PipelineError', code: 'FILE_FAILED', message: expect.stringContaining(folder) }
    for (const content of [
      { file: spool, offset: 999_999 },
      { file: join(folder, 'missing'), offset: 0 },
    ]) {
      await expect(digestContent(reader, entryOf(content, 2), 'sha256')).rejects.toMatchObject(failure)
      await expect(digestContent(reader, entryOf(content, 200_000), 'sha256')).rejects.toMatchObject(failure)
    }
  })
})

describe('a reader', () => {
  it('holds few files open, however many it reads, and none in the end', async () => {
    const before = await openFiles()
    {
      using reader = new ContentReader()
      const files = Array.from({ length: 200 }, (_, i) => join(folder, `overlay-${i}`))
      for (const file of files) {
        await writeFile(file, bytes.subarray(0, 100_000))
        await digestContent(reader, entryOf({ file, offset: 0 }, 100_000), 'sha1')
      }
      const digests = files.map((file) =>
        digestContent(reader, entryOf({ file, offset: 0 }, 100_000), 'sha1'),
      )
      expect(new Set(await Promise.all(digests)).size).toBe(1)
      expect(await openFiles()).toBeLessThanOrEqual(before + 32)
      expect(await openFiles()).toBeGreaterThan(before)
    }
    expect(await openFiles()).toBe(before)
  })
})

async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length
}

function entryOf(content: Content, size: number): FileEntry {
  return { type: 'file', path: 'etc/x' as TreePath, mode: 0o644, uid: 0, gid: 0, mtime: 0, size, content }
}
