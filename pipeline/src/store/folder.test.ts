import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolder } from './folder.ts'

let parent: string

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'folder-'))
})

afterEach(async () => {
  await rm(parent, { recursive: true })
})

test('a folder is made with all above it, and making it again changes nothing', async () => {
  const folder = join(parent, 'a/b/c')
  await makeFolder(folder)
  await makeFolder(folder)
  expect((await stat(folder)).isDirectory()).toBe(true)
})

test('a file in the way is an error that names the folder', async () => {
  await writeFile(join(parent, 'file'), '')
  for (const folder of [join(parent, 'file'), join(parent, 'file/below')]) {
    await expect(makeFolder(folder)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: expect.stringContaining(folder),
    })
  }
})

test.runIf(process.platform === 'linux')(
  'a place where nothing can be made is an error and not a hang',
  async () => {
    await expect(makeFolder('/proc/kaweezle/below')).rejects.toMatchObject({ code: 'FILE_FAILED' })
  },
)
