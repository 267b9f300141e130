import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PipelineError } from '../errors.ts'
import { type OpenOptions, openRootfs } from './open-rootfs.ts'

const tar = createHash('shake256', { outputLength: 1_000_000 }).digest()
const gz = gzipSync(tar)
let folder = ''
let work = ''
let file = ''
let options: OpenOptions

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-open-'))
  work = join(folder, 'work')
  await mkdir(work)
  file = join(folder, 'rootfs.tar.gz')
  options = { folder: work, largestTar: tar.length, signal: new AbortController().signal }
})
afterEach(() => rm(folder, { recursive: true }))

describe('a rootfs', () => {
  test('that is compressed is unpacked and hashed, and removed when it is no longer needed', async () => {
    await writeFile(file, gz)
    {
      await using rootfs = await openRootfs(file, options)
      expect(rootfs).toMatchObject({ packed: written(gz), tar: written(tar) })
      if ('fault' in rootfs.tar) throw new Error(rootfs.tar.fault)
      expect(await readFile(rootfs.tar.path)).toEqual(tar)
      expect(await readdir(work)).toHaveLength(1)
    }
    expect(await readdir(work)).toEqual([])
  })

  test('that is a tar stays where it is', async () => {
    await writeFile(file, tar)
    {
      await using rootfs = await openRootfs(file, options)
      expect(rootfs).toMatchObject({ packed: undefined, tar: { ...written(tar), path: file } })
      expect(await readdir(work)).toEqual([])
    }
    expect(await readFile(file)).toEqual(tar)
  })

  test.each([
    ['cut off', gz.subarray(0, -9), 'cannot be decompressed'],
    ['cut in half', gz.subarray(0, gz.length / 2), 'cannot be decompressed'],
    ['damaged at its start', Buffer.from(gz).fill(0xff, 2, 9), 'cannot be decompressed'],
    ['damaged midway', Buffer.from(gz).fill(0, 50_000, 50_100), 'cannot be decompressed'],
    ['damaged at its end', Buffer.from(gz).fill(0, gz.length - 6), 'cannot be decompressed'],
    ['followed by a byte', Buffer.concat([gz, Buffer.from('x')]), 'cannot be decompressed'],
    ['followed by zeros', Buffer.concat([gz, Buffer.alloc(99)]), 'goes on after its compressed data'],
    ['followed by a lot', Buffer.concat([gz, Buffer.alloc(3e6)]), 'goes on after its compressed data'],
    ['larger than it may be', gzipSync(Buffer.concat([tar, tar])), 'unpacks to more than 1000000 bytes'],
  ])('that is %s is told as a fault, with the digest of the whole file', async (_, bytes, fault) => {
    await writeFile(file, bytes)
    {
      await using rootfs = await openRootfs(file, options)
      expect(rootfs).toMatchObject({ packed: written(bytes), tar: { fault } })
    }
    expect(await readdir(work)).toEqual([])
  })

  test('that is not there, or no file, cannot be read', async () => {
    await expect(openRootfs(file, options)).rejects.toMatchObject({ code: 'FILE_FAILED' })
    await expect(openRootfs(folder, options)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test.each([[gz], [tar]])(
    'is left at once when the run is interrupted, and nothing stays',
    async (bytes) => {
      await writeFile(file, Buffer.concat([bytes, bytes]))
      const controller = new AbortController()
      const interrupted = new PipelineError('INTERRUPTED', 'interrupted by SIGINT')
      const onBytes = (done: number) => done > 300_000 && controller.abort(interrupted)
      const opening = openRootfs(file, { ...options, signal: controller.signal, onBytes })
      await expect(opening).rejects.toBe(interrupted)
      expect(await readdir(work)).toEqual([])
    },
  )

  test('that cannot be unpacked for want of a folder leaves nothing', async () => {
    await writeFile(file, gz)
    const missing = join(folder, 'missing')
    await expect(openRootfs(file, { ...options, folder: missing })).rejects.toMatchObject({
      code: 'FILE_FAILED',
    })
  })
})

function written(bytes: Uint8Array) {
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}
