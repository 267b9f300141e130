import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { endOfTar, readTar, writeTar } from './tar.ts'

const files = [
  { name: '.PKGINFO', bytes: Buffer.from('pkgname = a\n') },
  { name: 'empty', bytes: Buffer.alloc(0) },
  { name: 'full', bytes: Buffer.alloc(512, 'x') },
]

test('what is written is read again, with and without an end', () => {
  const tar = writeTar(files, 1700000000)
  expect(readTar(tar, 'test')).toEqual(files)
  expect(readTar(Buffer.concat([tar, endOfTar]), 'test')).toEqual(files)
})

test('times in PAX records are passed over', () => {
  const records = retyped(writeTar([{ name: './PaxHeaders/a', bytes: Buffer.from('11 mtime=1\n') }], 0), 'x')
  expect(readTar(Buffer.concat([records, writeTar(files, 0)]), 'test')).toEqual(files)
})

test('a PAX record that renames or resizes is refused', () => {
  for (const record of ['10 path=b\n', '10 size=0\n']) {
    const records = retyped(writeTar([{ name: 'x', bytes: Buffer.from(record) }], 0), 'x')
    expect(() => readTar(Buffer.concat([records, writeTar(files, 0)]), 'test')).toThrow(
      'a PAX record changes',
    )
  }
})

test.each([...'123456gLKS7\0'])('an entry of type %j is refused', (type) => {
  const tar = retyped(writeTar([{ name: 'a', bytes: Buffer.from('b') }], 0), type)
  expect(() => readTar(tar, 'test')).toThrow('not a plain file')
})

test('a name with a prefix is refused', async () => {
  const tar = pack()
  tar.entry({ name: `${'a/'.repeat(60)}b` }, 'x')
  tar.finalize()
  const bytes = await buffer(tar)
  expect(() => readTar(bytes, 'test')).toThrow('not a plain file')
})

test('a tar that is cut, a changed header and bytes behind the end are refused', () => {
  const tar = writeTar(files, 0)
  for (const length of [1, 511, 512, 520, tar.length - 1, tar.length - 512]) {
    expect(() => readTar(tar.subarray(0, length), 'test'), `${length}`).toThrow('damaged')
  }
  for (let offset = 0; offset < 512; offset++) {
    const changed = Buffer.from(tar)
    changed.writeUInt8(changed.readUInt8(offset) ^ 1, offset)
    expect(() => readTar(changed, 'test'), `${offset}`).toThrow('damaged')
  }
  expect(() => readTar(Buffer.concat([tar, endOfTar, tar]), 'test')).toThrow('bytes follow the end')
})

/** The first entry with another type, and its header's checksum made right. */
function retyped(tar: Buffer, type: string): Buffer {
  const sum = Number.parseInt(tar.toString('latin1', 148, 154), 8) + type.charCodeAt(0) - tar.readUInt8(156)
  tar.write(type, 156, 'latin1')
  tar.write(sum.toString(8).padStart(6, '0'), 148, 'latin1')
  return tar
}
