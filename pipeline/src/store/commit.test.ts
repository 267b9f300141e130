import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Sha256 } from '../digest.ts'
import { commitFile, commitText } from './commit.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commit-'))
})
afterEach(() => rm(folder, { recursive: true }))

const sha256Of = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex') as Sha256

test('a committed file has its bytes, its digest and its mode', async () => {
  const path = join(folder, 'new/folders/file')
  const written = await commitFile(path, [Buffer.from('ab'), Buffer.from('c')], {
    expected: { size: 3, sha256: sha256Of('abc') },
    mode: 0o755,
  })
  expect(written).toEqual({ size: 3, sha256: sha256Of('abc') })
  expect(await readFile(path, 'utf8')).toBe('abc')
  expect((await stat(path)).mode & 0o777).toBe(0o755)
})

test.each([
  ['one byte more', Buffer.from('abcd')],
  ['one byte less', Buffer.from('ab')],
  ['nothing', Buffer.alloc(0)],
  ['other bytes', Buffer.from('abd')],
])('%s than expected is refused: the old file stays, and nothing else', async (_, bytes) => {
  const path = join(folder, 'file')
  await commitText(path, 'old')
  const commit = commitFile(path, [bytes], { expected: { size: 3, sha256: sha256Of('abc') } })
  await expect(commit).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
    message: expect.stringContaining('file'),
  })
  expect(await readFile(path, 'utf8')).toBe('old')
  expect(await readdir(folder)).toEqual(['file'])
})

test.each([2, 4])('three bytes are refused where %i are expected, whatever their digest', async (size) => {
  const commit = commitFile(join(folder, 'file'), [Buffer.from('abc')], { expected: { size } })
  await expect(commit).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' })
  expect(await readdir(folder)).toEqual([])
})

test('a source that fails midway leaves nothing, and its error comes through', async () => {
  async function* chunks() {
    yield Buffer.from('half')
    throw new Error('the source broke')
  }
  await expect(commitFile(join(folder, 'file'), chunks())).rejects.toThrow('the source broke')
  expect(await readdir(folder)).toEqual([])
})

test('a folder in the way is an error that names it, and leaves nothing', async () => {
  await mkdir(join(folder, 'taken/below'), { recursive: true })
  await expect(commitText(join(folder, 'taken'), 'text')).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: expect.stringContaining('taken'),
  })
  expect(await readdir(folder)).toEqual(['taken'])
})

test('a file where a folder should be is an error that names it', async () => {
  await commitText(join(folder, 'file'), 'text')
  await expect(commitText(join(folder, 'file/below'), 'text')).rejects.toMatchObject({ code: 'FILE_FAILED' })
})

const commitModule = JSON.stringify(new URL('commit.ts', import.meta.url).href)

/** Commits 100,000 bytes over "old" in a process that `wrapper` started, and tells how that went. */
async function commitUnder(wrapper: string[], path: string): Promise<string> {
  const code = `
    const { commitFile, commitText } = await import(${commitModule})
    const path = ${JSON.stringify(path)}
    await commitText(path, 'old')
    await commitFile(path, [Buffer.alloc(100_000)], { expected: { size: 100_000 } }).catch((error) => {
      console.log(error.code, error.message)
    })
    const { readFileSync, readdirSync } = await import('node:fs')
    console.log(readFileSync(path, 'utf8'), readdirSync(${JSON.stringify(folder)}).length)`
  const [file = process.execPath, ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', code]
  const { stdout } = await execa(file, args, { timeout: 30_000 })
  return stdout
}

test('a full disk is DISK_FULL with what was lacking: the old file stays, and nothing else', async () => {
  const mount = `mount -t tmpfs -o size=64k none ${folder} && exec "$0" "$@"`
  const unshare = ['unshare', '--map-root-user', '--mount', 'sh', '-c', mount]
  const output = await commitUnder(unshare, join(folder, 'file'))
  expect(output).toMatch(/^DISK_FULL .*no space is left, and 100000 more bytes were to be written\nold 1$/)
})

test('a write that the system cuts short is no file: the old one stays, and nothing else', async () => {
  const output = await commitUnder(['prlimit', '--fsize=65536'], join(folder, 'file'))
  expect(output).toMatch(/^FILE_FAILED .*\nold 1$/)
})

test('under any umask the owner can read what was committed, and enter the folders', async () => {
  const path = join(folder, 'new/folder/file')
  const code = `
    process.umask(0o777)
    const { commitText } = await import(${commitModule})
    await commitText(${JSON.stringify(path)}, 'text')`
  await execa(process.execPath, ['--input-type=module', '-e', code])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700)
})
