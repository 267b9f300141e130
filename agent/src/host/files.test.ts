import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fakeHost } from './fake-host.fixture.ts'
import type { Files } from './host.ts'
import { localFiles } from './local-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'iknite-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each<{ name: string; files: Files; root: string }>([
  { name: 'the files of this machine', files: localFiles, root: join(folder, 'local') },
  { name: 'files in memory', files: fakeHost().files, root: '/fake' },
])('$name', ({ files, root }) => {
  test('a file is read as it was written, in a folder that is made for it', async () => {
    await files.write(`${root}/a/b/file`, 'text\n', 0o600)
    expect(await files.read(`${root}/a/b/file`)).toBe('text\n')
    expect(await files.stat(`${root}/a/b/file`)).toMatchObject({ type: 'file', mode: 0o600, size: 5 })
    expect(await files.list(`${root}/a/b`)).toEqual(['file'])
    expect(await files.stat(`${root}/a`)).toMatchObject({ type: 'folder' })
  })

  test('nothing is undefined, an empty list, and removed without a word', async () => {
    expect(await files.read(`${root}/none`)).toBeUndefined()
    expect(await files.stat(`${root}/none/below`)).toBeUndefined()
    expect(await files.list(`${root}/none`)).toEqual([])
    await files.remove(`${root}/none`)
  })

  test('what is below a file is nothing', async () => {
    await files.write(`${root}/plain`, 'x', 0o644)
    expect(await files.read(`${root}/plain/below`)).toBeUndefined()
    expect(await files.list(`${root}/plain`)).toEqual([])
  })

  test('a link is told as a link, and read through', async () => {
    await files.write(`${root}/target/file`, 'through', 0o644)
    await files.link(`${root}/link`, `${root}/target`)
    expect(await files.stat(`${root}/link`)).toMatchObject({ type: 'link', target: `${root}/target` })
    expect(await files.read(`${root}/link/file`)).toBe('through')
    await expect(files.link(`${root}/link`, '/other')).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test('links that lead in a circle are an error that says so', async () => {
    await files.link(`${root}/one`, `${root}/two`)
    await files.link(`${root}/two`, `${root}/one`)
    const message = expect.stringContaining('circle (ELOOP)')
    await expect(files.read(`${root}/one`)).rejects.toMatchObject({ code: 'FILE_FAILED', message })
  })

  test('a folder moves with all in it', async () => {
    await files.write(`${root}/from/x/y`, 'y', 0o644)
    await files.rename(`${root}/from`, `${root}/to`)
    expect([await files.read(`${root}/to/x/y`), await files.stat(`${root}/from`)]).toEqual(['y', undefined])
    await expect(files.rename(`${root}/from`, `${root}/again`)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test('a folder is removed with all in it', async () => {
    await files.write(`${root}/gone/x/y`, 'y', 0o644)
    await files.remove(`${root}/gone`)
    expect(await files.list(`${root}/gone`)).toEqual([])
  })

  test('a folder is neither read nor written over', async () => {
    await files.makeFolder(`${root}/folder/below`, 0o755)
    await files.makeFolder(`${root}/folder/below`, 0o755)
    await expect(files.read(`${root}/folder`)).rejects.toMatchObject({ code: 'FILE_FAILED' })
    await expect(files.write(`${root}/folder`, 'x', 0o644)).rejects.toMatchObject({ code: 'FILE_FAILED' })
    expect(await files.list(root)).not.toContainEqual(expect.stringMatching(/^\.folder/))
  })

  test('poke writes in place, and only where a file is', async () => {
    await files.write(`${root}/knob`, '0', 0o644)
    await files.poke(`${root}/knob`, '1')
    expect(await files.read(`${root}/knob`)).toBe('1')
    await expect(files.poke(`${root}/no-knob`, '1')).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test('free space is known of a folder that is not there yet', async () => {
    expect(await files.freeBytes(`${root}/not/yet`)).toBeGreaterThan(0)
  })
})

test('the mask of the process does not decide on the mode', async () => {
  const before = process.umask(0o077)
  try {
    await localFiles.write(join(folder, 'masked'), 'x', 0o644)
  } finally {
    process.umask(before)
  }
  expect(statSync(join(folder, 'masked')).mode & 0o777).toBe(0o644)
})

test('a link in the way of a file is replaced, and what it leads to stays', async () => {
  await writeFile(join(folder, 'victim'), 'safe')
  await symlink(join(folder, 'victim'), join(folder, 'trap'))
  await localFiles.write(join(folder, 'trap'), 'new', 0o600)
  expect(await localFiles.read(join(folder, 'victim'))).toBe('safe')
  expect(await localFiles.stat(join(folder, 'trap'))).toMatchObject({ type: 'file' })
})

test('bytes that are no UTF-8 are read, not refused', async () => {
  await writeFile(join(folder, 'binary'), Buffer.from([0xff, 0xfe, 0x00, 0x41]))
  expect(await localFiles.read(join(folder, 'binary'))).toContain('A')
})

test('a file that is far too large is refused before it is read', async () => {
  execFileSync('truncate', ['-s', '1T', join(folder, 'huge')])
  const reading = localFiles.read(join(folder, 'huge'))
  await expect(reading).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: expect.stringContaining('64 MiB'),
  })
})

test('what a process that has ended left in /proc is nothing', async () => {
  expect(await localFiles.read('/proc/4194305/stat')).toBeUndefined()
})

const isRoot = process.getuid?.() === 0

test.runIf(isRoot)('a full disk is said as such, and leaves what was there and no draft', async () => {
  const full = join(folder, 'full')
  await mkdir(full)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full])
  try {
    await localFiles.write(join(full, 'file'), 'before', 0o644)
    const writing = localFiles.write(join(full, 'file'), 'x'.repeat(256 * 1024), 0o644)
    await expect(writing).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: `cannot write ${full}/file: no space is left (ENOSPC)`,
      hint: expect.stringContaining('Free some space'),
    })
    expect(await readdir(full)).toEqual(['file'])
    expect(await localFiles.read(join(full, 'file'))).toBe('before')
  } finally {
    execFileSync('umount', [full])
  }
})

test.runIf(!isRoot)('a file that may not be read is said to be so', async () => {
  await writeFile(join(folder, 'secret'), 'x')
  await chmod(join(folder, 'secret'), 0)
  const reading = localFiles.read(join(folder, 'secret'))
  await expect(reading).rejects.toMatchObject({ code: 'FILE_FAILED', hint: 'Run this as root.' })
})
