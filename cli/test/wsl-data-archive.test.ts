import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataArchive } from '../src/providers/wsl/data-archive.ts'
import { tarEntries } from '../src/providers/wsl/tar-entries.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kaweezle-data-archive-'))
  const root = join(folder, 'root')
  for (const path of ['bin', 'lib', `etc/${'long/'.repeat(30)}`])
    mkdirSync(join(root, path), { recursive: true })
  writeFileSync(join(root, 'etc', 'long/'.repeat(30), 'name'), 'behind a header of its own')
  writeFileSync(join(root, 'bin/busybox'), Buffer.alloc(70_001, 'b'))
  symlinkSync('busybox', join(root, 'bin/sh'))
  writeFileSync(join(root, 'lib/ld-musl-x86_64.so.1'), 'loader')
  symlinkSync('ld-musl-x86_64.so.1', join(root, 'lib/libc.musl-x86_64.so.1'))
  writeFileSync(join(root, 'lib/last'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

function pack(name: string, ...args: string[]): string {
  const file = join(folder, name)
  execFileSync('bsdtar', ['-cf', file, ...args, '-C', join(folder, 'root'), '.'])
  return file
}

describe('the archive of a data store', () => {
  test.each([
    ['plain.tar', []],
    ['small.tar.gz', ['-z']],
    ['gnu.tar', ['--format', 'gnutar']],
    ['ustar.tar.gz', ['-z', '--format', 'ustar']],
    ['pax.tar', ['--format', 'pax']],
  ])('is made from %s, and bsdtar unpacks it', async (name, args) => {
    const file = join(folder, `data-${name}`)
    writeFileSync(file, await dataArchive(pack(name, ...args)))
    const out = join(folder, `out-${name}`)
    mkdirSync(out)
    execFileSync('bsdtar', ['-xpf', file, '-C', out, '--numeric-owner'])
    expect(readFileSync(join(out, 'bin/busybox'))).toEqual(Buffer.alloc(70_001, 'b'))
    expect(readFileSync(join(out, 'bin/sh')).length).toBe(70_001)
    expect(readFileSync(join(out, 'lib/ld-musl-x86_64.so.1'), 'utf8')).toBe('loader')
    expect(readFileSync(join(out, 'etc/wsl-distribution.conf'), 'utf8')).toContain(
      '[shortcut]\nenabled = false',
    )
  })

  test('is the same for the same root filesystem', async () => {
    const file = pack('again.tar')
    expect((await dataArchive(file)).equals(await dataArchive(file))).toBe(true)
  })

  test.each([
    ['an empty file', () => Buffer.alloc(0)],
    ['no archive', () => Buffer.from('no archive')],
    ['one cut off in its first file', () => readFileSync(pack('cut.tar', '-z')).subarray(0, 60)],
    ['bytes that only begin like gzip', () => Buffer.from('1f8b0000', 'hex')],
    ['a header that promises more than there is', () => header('bin/busybox', '77777777777')],
  ])('is not made from %s', async (title, content) => {
    const file = join(folder, `hostile-${title.length}`)
    writeFileSync(file, content())
    await expect(dataArchive(file)).rejects.toMatchObject({ code: 'PROVIDER_FAILED' })
  })

  test('is not made from one without busybox', async () => {
    const file = pack('none.tar', '--exclude', '*busybox')
    await expect(dataArchive(file)).rejects.toThrow(/has no busybox/)
  })
})

test('only what is wanted is yielded, and links are not', async () => {
  const paths: string[] = []
  for await (const { path } of tarEntries(pack('all.tar'), () => true)) paths.push(path)
  expect(paths.filter((path) => !path.includes('long')).toSorted()).toEqual([
    'bin/busybox',
    'lib/last',
    'lib/ld-musl-x86_64.so.1',
  ])
})

function header(path: string, size: string): Buffer {
  const bytes = Buffer.alloc(1024, 0)
  bytes.write(path, 0)
  bytes.write(size, 124)
  bytes.write('0', 156)
  return bytes
}
