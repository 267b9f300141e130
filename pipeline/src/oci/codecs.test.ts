import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { Sha256 } from '../digest.ts'
import { chunksOf } from '../tar/raw-tar.fixture.ts'
import { Crc64 } from './crc64.ts'
import { layerIds, shortName } from './layer-ids.ts'
import { documentFile } from './storage-tree.ts'
import { storedGzip } from './stored-gzip.ts'

it.each([1, 3, 4, 7, 100])('a CRC-64 is that of the catalogues, in parts of %i bytes', async (size) => {
  const crc = new Crc64()
  for await (const part of chunksOf(Buffer.from('123456789'), size)) crc.update(part)
  expect(crc.digest().toString('hex')).toBe('b90956c775a41001')
})

it.each([0, 1, 65_535, 65_536, 200_000])(
  'a stored gzip holds %i bytes, whatever the chunks',
  async (length) => {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => i % 251))
    const wrap = async (size: number) =>
      Buffer.concat(await Array.fromAsync(storedGzip(chunksOf(bytes, size)), (part) => Buffer.from(part)))
    const gzip = await wrap(70_000)
    expect(gzip.equals(await wrap(999))).toBe(true)
    expect(gunzipSync(gzip).equals(bytes)).toBe(true)
  },
)

it('layers have the ids that skopeo 1.9.3 gave them', () => {
  const diffIds = [
    '9055980bbe1b1323433493a482fc3e0a550e677ff3a56c143d79cc34da970cdb',
    '580a8201e4decb51c6e5bc54a0a105be7edd7db8639c6a274cd335bcefe60928',
  ] as Sha256[]
  expect(layerIds(diffIds)).toEqual([
    diffIds[0],
    '339e161d3b0e74daee35726942a674517f58033c2d5263fcfd185528a65152df',
  ])
})

it('short names are the base 32 of a digest', () => {
  // printf %064d 0 | sha256sum | cut -c-64 | xxd -r -p | base32 | cut -c-26
  expect(shortName('0'.repeat(64) as Sha256)).toBe('MDQFXUNRSWXS7FARF6TRS6S4RA')
})

it.each([
  ['manifest', 'manifest'],
  ['sha256:ab', '=c2hhMjU2OmFi'],
  ['manifest-1', '=bWFuaWZlc3QtMQ=='],
])('the document %s is in the file %s', (key, file) => expect(documentFile(key)).toBe(file))
