import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findFinished } from './finished-files.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-finished-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function touch(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(folder, name), '')
}

test.each([
  ['rootfs.tar.gz', 'rootfs.manifest.json', 'rootfs.tar.gz.sha256'],
  ['rootfs.aarch64.tar.gz', 'rootfs.aarch64.manifest.json', 'rootfs.aarch64.tar.gz.sha256'],
  ['rootfs.tar', 'rootfs.manifest.json', 'rootfs.tar.sha256'],
  ['kaweezle.wsl', 'rootfs.manifest.json', 'rootfs.tar.gz.sha256'],
  ['kaweezle.aarch64.wsl', 'rootfs.aarch64.manifest.json', 'rootfs.aarch64.tar.gz.sha256'],
])('beside %s its manifest is %s, and its digest in %s', async (rootfs, manifest, checksum) => {
  await touch(rootfs)
  expect(await findFinished(join(folder, rootfs))).toEqual([
    {
      rootfs: join(folder, rootfs),
      manifest: join(folder, manifest),
      checksum: join(folder, checksum),
    },
  ])
})

test('a manifest that is named is taken, whatever the rootfs is called', async () => {
  await touch('download', 'other.json')
  const [found] = await findFinished(join(folder, 'download'), join(folder, 'other.json'))
  expect(found?.manifest).toBe(join(folder, 'other.json'))
})

test('a folder stands for every rootfs in it, also where only its manifest is there', async () => {
  await touch('rootfs.tar.gz', 'rootfs.manifest.json', 'rootfs.tar.gz.sha256', 'packages.tar', 'x.tar.gz')
  await touch('rootfs.aarch64.manifest.json')
  const found = await findFinished(folder)
  expect(found.map(({ rootfs }) => rootfs)).toEqual([
    join(folder, 'rootfs.tar.gz'),
    join(folder, 'rootfs.aarch64.tar.gz'),
  ])
})

test.each<[what: string, path: string, manifest: string | undefined, message: RegExp]>([
  ['a file that is not there', 'none.tar.gz', undefined, /^there is no rootfs .*none\.tar\.gz$/],
  ['a file below a file', 'file/rootfs.tar.gz', undefined, /^there is no rootfs /],
  ['a folder without a rootfs', 'empty', undefined, /^there is no rootfs in .*empty$/],
  ['a file of another name', 'file', undefined, /file is not named like a rootfs/],
  ['a name that is only an extension', '.tar.gz', undefined, /\.tar\.gz is not named like a rootfs/],
  ['a manifest that is not there', 'file', 'none', /^there is no manifest .*none$/],
  ['a manifest that is a folder', 'file', 'empty', /empty is a folder, not a manifest$/],
  ['a manifest for a folder', 'empty', 'file', /^--manifest is of one rootfs/],
])('%s is told as a mistake on the command line', async (_, path, manifest, message) => {
  await touch('file', '.tar.gz')
  await mkdir(join(folder, 'empty'))
  const finding = findFinished(join(folder, path), manifest && join(folder, manifest))
  await expect(finding).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(message) })
})
