import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readOverlay } from './read-overlay.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overlay-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

test('what is there is listed by name, folders before what they hold, with what the recipe says of it', async () => {
  await mkdir(join(folder, 'etc/conf.d'), { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'etc/motd'), 'hello\n', { mode: 0o600 })
  await writeFile(join(folder, 'etc/conf.d/.hidden'), '')
  await symlink('../nowhere', join(folder, 'etc/link'))
  expect(await readOverlay(folder, { '/etc/motd': { mode: 0o755, owner: 'root:wheel' } })).toEqual([
    { path: '/etc', type: 'directory', attributes: {} },
    { path: '/etc/conf.d', type: 'directory', attributes: {} },
    {
      path: '/etc/conf.d/.hidden',
      type: 'file',
      attributes: {},
      source: join(folder, 'etc/conf.d/.hidden'),
      size: 0,
      sha256: sha256(''),
    },
    { path: '/etc/link', type: 'symlink', attributes: {}, target: '../nowhere' },
    {
      path: '/etc/motd',
      type: 'file',
      attributes: { mode: 0o755, owner: 'root:wheel' },
      source: join(folder, 'etc/motd'),
      size: 6,
      sha256: sha256('hello\n'),
    },
  ])
})

test('an empty folder is an empty overlay', async () => {
  expect(await readOverlay(folder, {})).toEqual([])
})

test('a link to a folder is a link: what it leads to is not read', async () => {
  await symlink('/', join(folder, 'root'))
  expect(await readOverlay(folder, {})).toEqual([
    { path: '/root', type: 'symlink', attributes: {}, target: '/' },
  ])
})

test.each(['/etc/motd', '/etc'])('an entry for %s, which is not in the overlay, is refused', async (path) => {
  await expect(readOverlay(folder, { [path]: {} })).rejects.toMatchObject({
    code: 'RECIPE_INVALID',
    message: expect.stringContaining(path),
  })
})

test('a folder that is not there is refused, and so is a file in its place', async () => {
  await writeFile(join(folder, 'file'), '')
  for (const name of ['nowhere', 'file']) {
    await expect(readOverlay(join(folder, name), {})).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      message: expect.stringContaining(name),
    })
  }
})

test('a named pipe is refused', async () => {
  await execa('mkfifo', [join(folder, 'pipe')])
  await expect(readOverlay(folder, {})).rejects.toMatchObject({
    code: 'RECIPE_INVALID',
    message: expect.stringContaining('pipe'),
  })
})

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
