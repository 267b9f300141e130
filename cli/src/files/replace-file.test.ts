import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { removeLeftovers, temporaryPath } from './leftovers.ts'
import { replaceFile } from './replace-file.ts'

describe('a file that is replaced', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kaweezle-files-'))
    path = join(folder, 'file')
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('has the content, and is for its owner only unless said otherwise', async () => {
    await replaceFile(path, 'one')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await replaceFile(path, Buffer.from('two'), { mode: 0o644 })
    expect((await stat(path)).mode & 0o777).toBe(0o644)
    expect(await readFile(path, 'utf8')).toBe('two')
    expect(await readdir(folder)).toEqual(['file'])
  })

  test('has all chunks of a large content, and is left as it was by one that breaks off', async () => {
    const chunks = async function* (error?: Error) {
      yield Buffer.from('one ')
      if (error !== undefined) throw error
      yield Buffer.from('two')
    }
    await replaceFile(path, chunks())
    await expect(replaceFile(path, chunks(new Error('broken off')))).rejects.toThrow('broken off')
    expect(await readFile(path, 'utf8')).toBe('one two')
    expect(await readdir(folder)).toEqual(['file'])
  })

  test('gets the folders that are missing, for their owner only', async () => {
    const umask = process.umask(0)
    onTestFinished(() => void process.umask(umask))
    await replaceFile(join(folder, 'a', 'b', 'file'), '')
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700)
  })

  test('is another file: who reads the old one reads it to its end', async () => {
    await writeFile(path, 'old')
    const { ino } = await stat(path)
    await replaceFile(path, 'new')
    expect((await stat(path)).ino).not.toBe(ino)
  })

  test('is never half written when many write it at once', async () => {
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000 + index))
    await Promise.all(contents.map((content) => replaceFile(path, content)))
    expect(contents).toContain(await readFile(path, 'utf8'))
    expect(await readdir(folder)).toEqual(['file'])
  })

  test.each([
    ['a folder is in its place', async () => mkdir(path).then(() => path)],
    ['a file is in the place of its folder', async () => writeFile(path, '').then(() => join(path, 'file'))],
    ['its name is too long', async () => join(folder, 'x'.repeat(300))],
  ])('is refused, and nothing is left, when %s', async (_, prepare) => {
    const target = await prepare()
    const before = await readdir(folder)
    await expect(replaceFile(target, 'x')).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: expect.stringContaining(folder),
    })
    expect(await readdir(folder)).toEqual(before)
  })

  test('that a dead process left unfinished is removed, and no other', async () => {
    const ours = temporaryPath(folder)
    const dead = ours.replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`)
    const elsewhere = dead.replace(/kaweezle-[0-9a-f]{8}/, 'kaweezle-00000000')
    const kept = [ours, elsewhere, `${dead}.txt`, join(folder, 'config.tmp')]
    for (const each of [dead, ...kept]) await writeFile(each, '')
    await removeLeftovers(folder)
    expect((await readdir(folder)).sort()).toEqual(kept.map((each) => each.slice(folder.length + 1)).sort())
  })

  test.runIf(process.getuid?.() !== 0)('is refused in a folder that is read-only', async () => {
    await chmod(folder, 0o500)
    await expect(replaceFile(path, 'x')).rejects.toMatchObject({ code: 'FILE_FAILED' })
    await chmod(folder, 0o700)
  })
})
