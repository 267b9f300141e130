import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aFile } from '../../test/support/finished-rootfs.ts'
import { tarOf } from '../tar/in-memory.fixture.ts'
import { end, member } from '../tar/raw-tar.fixture.ts'
import { compareRootfs } from './compare.ts'
import { findSide } from './find-side.ts'
import { readSide } from './read-side.ts'
import { aManifest, digestOf } from './side.fixture.ts'

const options = { progress: { bytes: () => {} }, signal: new AbortController().signal }

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-diff-'))
})

afterEach(() => rm(folder, { recursive: true }))

const at = (name: string) => join(folder, name)

/** Writes a rootfs and a manifest that is true of it. */
async function write(tar: Buffer, stem = 'rootfs', bytes = gzipSync(tar)): Promise<void> {
  const { files } = aManifest()
  const [sha256, unpackedSha256] = [bytes, tar].map(digestOf)
  const rootfs = { ...files.rootfs, size: bytes.length, sha256, unpackedSize: tar.length, unpackedSha256 }
  await writeFile(at(`${stem}.tar.gz`), bytes)
  await writeFile(
    at(`${stem}.manifest.json`),
    JSON.stringify(aManifest({ files: { ...files, rootfs } as never })),
  )
}

async function read(name = '.') {
  return readSide(await findSide(at(name)), options)
}

const small = await tarOf(new Map([aFile('motd', 'hello'), aFile('run', 'x'.repeat(100_000))]))

describe('a side', () => {
  test('is a folder, a packed file, a manifest alone, or a folder with no more than that', async () => {
    await write(small)
    for (const name of ['.', 'rootfs.tar.gz']) expect((await read(name)).contents?.members.size).toBe(2)
    expect((await read('rootfs.manifest.json')).contents).toBeUndefined()
    await rm(at('rootfs.tar.gz'))
    expect((await read()).contents).toBeUndefined()
  })

  test('may be the tar itself, of which it is not known how it was packed', async () => {
    await write(small)
    await writeFile(at('rootfs.tar'), small)
    const { contents } = await read('rootfs.tar')
    expect(contents?.sizes).toMatchObject({ packed: { total: null }, unpacked: { total: small.length } })
  })

  test('has sizes that add up, the same whenever it is read', async () => {
    await write(small)
    const first = (await read()).contents?.sizes
    expect(first?.packed).toMatchObject({ packages: 0, images: 0 })
    expect((await read()).contents?.sizes).toEqual(first)
  })

  test('of several architectures is chosen by --arch, and else not guessed', async () => {
    await write(small)
    await write(small, 'rootfs.aarch64')
    await expect(findSide(folder)).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('--arch'),
    })
    expect(await findSide(folder, 'aarch64')).toMatchObject({ rootfs: at('rootfs.aarch64.tar.gz') })
    expect(await findSide(folder, 'x86_64')).toMatchObject({ rootfs: at('rootfs.tar.gz') })
  })
})

describe('refused is', () => {
  test.each(['missing', 'missing.json', 'missing.tar.gz', '.'])('what is not there: %s', async (name) => {
    await expect(findSide(at(name))).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('an archive that is not the one of its manifest', async () => {
    await write(small)
    await writeFile(at('rootfs.tar.gz'), gzipSync(small, { level: 1 }))
    const sha256 = digestOf(gzipSync(small, { level: 1 }))
    await expect(read()).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
      message: expect.stringContaining(sha256),
    })
  })

  test('an archive that unpacks to more than its manifest says, before it has', async () => {
    await write(small)
    const bomb = await tarOf(new Map([aFile('zeros', '0'.repeat(2 ** 20))]))
    await writeFile(at('rootfs.tar.gz'), gzipSync(bomb))
    await expect(read()).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
      message: expect.stringMatching(/larger than \d+ bytes/),
    })
  })

  test.each([
    ['a way out of the root', [member({ name: '../../etc/passwd' }, 'x')]],
    ['a path twice', [member({ name: 'a' }, 'x'), member({ name: 'a' }, 'y')]],
    [
      'a file below a link',
      [member({ name: 'a', type: '2', linkName: '/etc' }), member({ name: 'a/b' }, 'x')],
    ],
    ['a hard link to nothing', [member({ name: 'a', type: '1', linkName: 'b' })]],
    ['a damaged database', [member({ name: 'lib/apk/db/installed' }, 'P:x')]],
  ])('an archive with %s', async (_, members) => {
    await write(Buffer.concat([...members, end]))
    await expect(read()).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
  })

  test('an archive that is cut off, though its manifest knows it so', async () => {
    await write(small, 'rootfs', gzipSync(small).subarray(0, -10))
    await expect(read()).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
  })

  test('a manifest that is none', async () => {
    await write(small)
    await writeFile(at('rootfs.manifest.json'), '{}')
    await expect(read()).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
  })

  test('nothing more once the run is interrupted', async () => {
    await write(small)
    const signal = AbortSignal.abort(new Error('interrupted'))
    await expect(readSide(await findSide(folder), { ...options, signal })).rejects.toThrow('interrupted')
  })
})

test('apk’s database is read where links lead to it', async () => {
  const database = member({ name: 'usr/lib/apk/db/installed' }, '')
  await write(Buffer.concat([member({ name: 'lib', type: '2', linkName: 'usr/lib' }), database, end]))
  const side = await read()
  expect(compareRootfs(side, side).equal).toBe(true)
})
