import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Sha256 } from '../digest.ts'
import { openStore } from './store.ts'

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'store-'))
})
afterEach(() => rm(cache, { recursive: true }))

const sha256Of = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex') as Sha256

async function* chunksOf(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

describe('blobs', () => {
  test('what is put is found by its digest, also by another process', async () => {
    const blob = await (await openStore(cache)).put('letters', chunksOf('ab', 'c'))
    expect(blob).toMatchObject({ sha256: sha256Of('abc'), size: 3 })
    expect(await (await openStore(cache)).find(sha256Of('abc'), 3)).toEqual(blob)
    expect(await readFile(blob.path, 'utf8')).toBe('abc')
    expect(blob.path).toContain(`v1/blobs/sha256/${blob.sha256.slice(0, 2)}/`)
  })

  test('what was never put is absent, also with the wrong size', async () => {
    const store = await openStore(cache)
    await store.put('letters', chunksOf('abc'))
    expect(await store.find(sha256Of('abcd'))).toBeUndefined()
    expect(await store.find(sha256Of('abc'), 4)).toBeUndefined()
  })

  test.each([
    ['a flipped bit', (path: string) => writeFile(path, 'abb')],
    ['a cut', (path: string) => truncate(path, 2)],
    ['no bytes', (path: string) => truncate(path, 0)],
    ['a byte more', (path: string) => writeFile(path, 'abcd')],
  ])('a blob with %s is reported, removed and absent', async (_, damage) => {
    const { path } = await (await openStore(cache)).put('letters', chunksOf('abc'))
    await damage(path)
    const damaged: string[] = []
    const store = await openStore(cache, { onDamaged: (path) => damaged.push(path) })
    expect(await store.find(sha256Of('abc'))).toBeUndefined()
    expect(damaged).toEqual([path])
    expect(await readdir(join(path, '..'))).toEqual([])
    await store.put('letters', chunksOf('abc'))
    expect(await store.find(sha256Of('abc'))).toMatchObject({ size: 3 })
  })

  test('a put of unexpected bytes leaves nothing', async () => {
    const store = await openStore(cache)
    const put = store.put('letters', chunksOf('abc'), { sha256: sha256Of('abd') })
    await expect(put).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' })
    expect(await readdir(join(cache, 'v1/partial'))).toEqual([])
    expect(await store.find(sha256Of('abc'))).toBeUndefined()
  })

  test('a blob that its verification refuses is not stored', async () => {
    const store = await openStore(cache)
    const draft = await store.draft('letters', {})
    await draft.append(Buffer.from('abc'))
    const refuse = async () => {
      throw new Error('refused')
    }
    await expect(store.commit(draft, refuse)).rejects.toThrow('refused')
    await draft.discard()
    expect(await store.find(sha256Of('abc'))).toBeUndefined()
  })
})

describe('drafts', () => {
  test('one whose digest is known is continued by a later process', async () => {
    const expected = { sha256: sha256Of('abcdef'), size: 6 }
    const first = await (await openStore(cache)).draft('letters', expected)
    await first.append(Buffer.from('abc'))
    await first.close()
    const store = await openStore(cache)
    const second = await store.draft('letters', expected)
    expect(second.size).toBe(3)
    await second.append(Buffer.from('def'))
    expect(await store.commit(second)).toMatchObject(expected)
  })

  test('one that is longer than it may be begins again', async () => {
    const expected = { sha256: sha256Of('abc'), size: 3 }
    await mkdir(join(cache, 'v1/partial'), { recursive: true })
    await writeFile(join(cache, 'v1/partial', expected.sha256), 'abcd')
    const store = await openStore(cache)
    const draft = await store.draft('letters', expected)
    expect(draft.size).toBe(0)
    await draft.append(Buffer.from('abc'))
    expect(await store.commit(draft)).toMatchObject(expected)
  })
})

describe('records', () => {
  const schema = z.strictObject({ name: z.string(), sizes: z.array(z.number()) })
  const value = { name: 'a', sizes: [1, 2] }
  const path = () => join(cache, 'v1/records/kind/key.json')

  test('a record is read as it was written', async () => {
    await (await openStore(cache)).writeRecord('kind', 'key', value)
    expect(await (await openStore(cache)).readRecord('kind', 'key', schema)).toEqual(value)
  })

  test('a record that was never written is absent', async () => {
    expect(await (await openStore(cache)).readRecord('kind', 'key', schema)).toBeUndefined()
  })

  test('a record of another shape is absent', async () => {
    const store = await openStore(cache)
    await store.writeRecord('kind', 'key', { name: 'a' })
    expect(await store.readRecord('kind', 'key', schema)).toBeUndefined()
  })

  test('a record is absent when any byte of it is flipped or everything from there is cut', async () => {
    const store = await openStore(cache)
    await store.writeRecord('kind', 'key', value)
    const whole = await readFile(path())
    for (let at = 0; at < whole.length; at++) {
      // The line end is the one byte that says nothing.
      if (at === 64) continue
      const flipped = Buffer.from(whole)
      flipped.writeUInt8(whole.readUInt8(at) ^ 1, at)
      await writeFile(path(), flipped)
      expect(await store.readRecord('kind', 'key', schema), `flipped at ${at}`).toBeUndefined()
      await writeFile(path(), whole.subarray(0, at))
      expect(await store.readRecord('kind', 'key', schema), `cut at ${at}`).toBeUndefined()
    }
    await writeFile(path(), whole)
    expect(await store.readRecord('kind', 'key', schema)).toEqual(value)
  })

  test.each(['../key', 'a/b', '', '.hidden', 'KEY'])('a record cannot be called %j', async (key) => {
    await expect((await openStore(cache)).writeRecord('kind', key, value)).rejects.toThrow(
      'not a record name',
    )
  })
})

test('what killed builds left half-written is removed, and nothing else is', async () => {
  const store = await openStore(cache)
  await store.removeLeftovers()
  const blob = await store.put('letters', chunksOf('abc'))
  await store.writeRecord('kind', 'key', 1)
  const left = '.kaweezle-0123456789abcdef.tmp'
  const partial = 'a'.repeat(64)
  for (const path of [`partial/${left}`, `records/kind/${left}`, `partial/${partial}`]) {
    await writeFile(join(cache, 'v1', path), 'ab')
  }
  await store.removeLeftovers()
  expect(await readdir(join(cache, 'v1/partial'))).toEqual([partial])
  expect(await readdir(join(cache, 'v1/records/kind'))).toEqual(['key.json'])
  expect(await readFile(blob.path, 'utf8')).toBe('abc')
})

test('a cache that cannot be made is an error that names it', async () => {
  await writeFile(join(cache, 'file'), '')
  await expect(openStore(join(cache, 'file'))).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: expect.stringContaining(join(cache, 'file')),
  })
})
