import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMirror } from './local-mirror.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-mirror-'))
  for (const [path, text] of [
    ['upstream/v3.19/main', 'theirs'],
    ['packages/standins', 'ours'],
    ['.', 'secret'],
  ] as const) {
    await mkdir(join(folder, path), { recursive: true })
    await writeFile(join(folder, path, 'file'), text)
  }
})
afterAll(() => rm(folder, { recursive: true }))

async function ask(upstream: string, path: string) {
  await using mirror = await startMirror(join(folder, 'packages'), upstream)
  const answer = await fetch(mirror.url + path, { redirect: 'manual' })
  const { status, headers } = answer
  return { status, text: await answer.text(), location: headers.get('location') }
}

test.each([
  ['/v3.19/main/file', { status: 200, text: 'theirs' }],
  ['/v3.19/standins/file', { status: 200, text: 'ours' }],
  ['/v9.99/standins/file', { status: 200, text: 'ours' }],
  ['/v3.19/main/other', { status: 404 }],
  ['/v3.19/main', { status: 404 }],
  ['/v3.19%2f..%2f..%2ffile', { status: 404 }],
  ['/v3.19/standins/..%2f..%2ffile', { status: 404 }],
])('beside a folder, %s is what it should be', async (path, answer) => {
  expect(await ask(join(folder, 'upstream'), path)).toMatchObject(answer)
})

test.each([
  ['/v3.19/main/file', { status: 302, location: 'https://mirror.example/alpine/v3.19/main/file' }],
  ['/v3.19/standins/file', { status: 200, text: 'ours' }],
])('beside a URL, %s is what it should be', async (path, answer) => {
  expect(await ask('https://mirror.example/alpine', path)).toMatchObject(answer)
})
