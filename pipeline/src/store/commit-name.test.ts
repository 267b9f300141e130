import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requirement } from '../../test/support/requirement.ts'
import { commitName } from './commit-name.ts'

const memory = '/dev/shm'
const describeTwoFileSystems = await requirement('two file systems', async () => {
  const [disk, other] = await Promise.allSettled([stat(tmpdir()), stat(memory)])
  if (disk.status === 'rejected' || other.status === 'rejected') return `no ${memory}`
  return disk.value.dev === other.value.dev ? `${memory} is on the same one as ${tmpdir()}` : undefined
})

let folder = ''
let source = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-name-'))
  source = join(folder, 'source')
  await writeFile(source, 'bytes')
})
afterEach(() => rm(folder, { recursive: true }))

test.each(['nothing', 'another file', 'the same file'])(
  'gives a file a second name where %s has it',
  async (what) => {
    const name = join(folder, 'name')
    if (what === 'another file') await writeFile(name, 'other')
    if (what === 'the same file') await commitName(source, name)
    await commitName(source, name)
    expect((await stat(name)).ino).toBe((await stat(source)).ino)
    expect((await readdir(folder)).toSorted()).toEqual(['name', 'source'])
  },
)

test('leaves what stands there when there is no such file', async () => {
  const name = join(folder, 'name')
  await writeFile(name, 'other')
  await expect(commitName(join(folder, 'none'), name)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  expect(await readFile(name, 'utf8')).toBe('other')
  expect((await readdir(folder)).toSorted()).toEqual(['name', 'source'])
})

describeTwoFileSystems('where a hard link cannot be made', () => {
  test('gives the name to a copy', async () => {
    const elsewhere = await mkdtemp(join(memory, 'kaweezle-name-'))
    try {
      await commitName(source, join(elsewhere, 'name'))
      expect(await readdir(elsewhere)).toEqual(['name'])
      expect(await readFile(join(elsewhere, 'name'), 'utf8')).toBe('bytes')
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  })
})
