import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownSource, programDigest } from './program-digest.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'program-digest-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

test('a change in any folder of the source changes the digest, and one of a test does not', async () => {
  const folders = [join(folder, 'one'), join(folder, 'two')]
  for (const each of folders) await mkdir(join(each, 'deep'), { recursive: true })
  const digests = new Set<string>()
  const digestAfter = async (path: string, text: string) => {
    await writeFile(join(folder, path), text)
    return programDigest(folders)
  }
  digests.add(await digestAfter('one/a.ts', '1'))
  digests.add(await digestAfter('one/a.ts', '2'))
  digests.add(await digestAfter('two/a.ts', '2'))
  digests.add(await digestAfter('two/deep/b.ts', ''))
  expect(digests.size).toBe(4)
  digests.add(await digestAfter('two/a.test.ts', '3'))
  expect(digests.size).toBe(4)
})

test('every workspace that the pipeline imports is of its source', async () => {
  const [pipeline = ''] = ownSource
  const names = (await readdir(pipeline, { recursive: true })).filter((name) => /(?<!\.test)\.ts$/.test(name))
  const imported = new Set<string>()
  for (const name of names) {
    const text = await readFile(join(pipeline, name), 'utf8')
    for (const [, workspace = ''] of text.matchAll(/from '@kaweezle\/([\w-]+)\//g)) imported.add(workspace)
  }
  const workspaces = join(pipeline, '../..')
  expect(imported).toContain('program-kit')
  expect(ownSource).toEqual(expect.arrayContaining([...imported].map((one) => join(workspaces, one, 'src'))))
})
