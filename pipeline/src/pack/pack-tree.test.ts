import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ContentReader } from '../contents/content-reader.ts'
import { PipelineError } from '../errors.ts'
import type { Entry, Tree } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { archiveTree } from './archive-tree.ts'
import { packTree } from './pack-tree.ts'

const signal = new AbortController().signal
const reader = new ContentReader()
let folder: string
let destination: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-pack-'))
  destination = join(folder, 'out', 'rootfs.tar.gz')
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

test('the digests and sizes that are told are those of the file and of the tar inside', async () => {
  const packed = await packTree(tree(), { reader, destination, signal })
  const bytes = await readFile(destination)
  const tar = gunzipSync(bytes)
  expect(packed).toEqual({
    size: bytes.length,
    sha256: sha256(bytes),
    tarSize: tar.length,
    tarSha256: sha256(tar),
    members: expect.any(Map),
  })
})

test.each([
  ['gzip', ['-t']],
  ['bsdtar', ['-tf']],
  ['tar', ['-tzf']],
])('%s reads the file to its end', async (tool, args) => {
  await packTree(tree(), { reader, destination, signal })
  const { stdout } = await execa(tool, [...args, destination], { timeout: 30_000 })
  expect(stdout).toBe(tool === 'gzip' ? '' : 'etc/\netc/large\netc/motd')
})

test('the same tree gives the same bytes, whatever order its entries come in', async () => {
  const one = await packTree(tree(), { reader, destination, signal })
  const shuffled = new Map([...tree()].toReversed())
  expect(await packTree(shuffled, { reader, destination, signal })).toEqual(one)
})

test('a difference planted in one byte or in one mode changes both digests', async () => {
  const one = await packTree(tree(), { reader, destination, signal })
  for (const planted of [tree({ text: 'Velcome\n' }), tree({ mode: 0o645 })]) {
    const other = await packTree(planted, { reader, destination, signal })
    expect(other.sha256).not.toBe(one.sha256)
    expect(other.tarSha256).not.toBe(one.tarSha256)
  }
})

test('what the members take is the whole, but for what begins and ends a file', async () => {
  const { size, tarSize, members } = await packTree(tree(), { reader, destination, signal })
  const { packed, unpacked } = { packed: sumOf(members, 'packed'), unpacked: sumOf(members, 'unpacked') }
  expect([...members.keys()]).toEqual(['etc', 'etc/large', 'etc/motd'])
  // Two blocks of zeros; the header, the last block and the trailer of gzip.
  expect(tarSize - unpacked).toBe(1024)
  expect(size - packed).toBeGreaterThanOrEqual(20)
  expect(size - packed).toBeLessThan(40)
})

test('an abort midway is told as its reason, and leaves no file', async () => {
  const controller = new AbortController()
  const interrupted = new PipelineError('INTERRUPTED', 'interrupted by SIGINT')
  const progress = { bytes: (done: number) => done > 1_000_000 && controller.abort(interrupted) }
  const packing = packTree(tree(), { reader, destination, progress, signal: controller.signal })
  await expect(packing).rejects.toBe(interrupted)
  expect(await readdir(join(folder, 'out'))).toEqual([])
})

test('a content that cannot be read leaves what stood there before', async () => {
  await packTree(tree(), { reader, destination, signal })
  const before = await readFile(destination)
  const source = join(folder, 'source')
  await writeFile(source, 'too short')
  const broken = tree({ content: { file: source, offset: 0 } })
  await expect(packTree(broken, { reader, destination, signal })).rejects.toMatchObject({
    code: 'FILE_FAILED',
  })
  expect(await readFile(destination)).toEqual(before)
  expect(await readdir(join(folder, 'out'))).toEqual(['rootfs.tar.gz'])
})

test('an archive is the same tar, not compressed', async () => {
  const { tarSize, tarSha256 } = await packTree(tree(), { reader, destination, signal })
  const archive = join(folder, 'packages.tar')
  expect(await archiveTree(tree(), { reader, destination: archive, signal })).toEqual({
    size: tarSize,
    sha256: tarSha256,
  })
  expect(sha256(await readFile(archive))).toBe(tarSha256)
})

interface Variation {
  readonly text?: string
  readonly mode?: number
  readonly content?: Extract<Entry, { type: 'file' }>['content']
}

/** A directory with a short file and one of several blocks, which is read last. */
function tree({ text = 'Welcome\n', mode = 0o644, content }: Variation = {}): Tree {
  const owned = { uid: 0, gid: 0, mtime: 1_700_000_000 }
  const large = Buffer.alloc(3_000_000, 'All work and no play makes Jack a dull boy.\n')
  const entries: Entry[] = [
    { type: 'directory', path: treePath('etc'), mode: 0o755, ...owned },
    {
      type: 'file',
      path: treePath('etc/motd'),
      mode,
      ...owned,
      size: text.length,
      content: { bytes: Buffer.from(text) },
    },
    {
      type: 'file',
      path: treePath('etc/large'),
      mode: 0o644,
      ...owned,
      size: large.length,
      content: content ?? { bytes: large },
    },
  ]
  return new Map(entries.map((entry) => [entry.path, entry]))
}

function sumOf(members: Awaited<ReturnType<typeof packTree>>['members'], what: 'packed' | 'unpacked') {
  return [...members.values()].reduce((sum, bytes) => sum + bytes[what], 0)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
