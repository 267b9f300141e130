import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { localKey } from './local-key.ts'

const run = promisify(execFile)

let home: string
let folder: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'local-key-'))
  folder = join(home, 'config/kaweezle/keys')
})

afterEach(async () => {
  await rm(home, { recursive: true })
})

test('a key is made once, for its owner alone, and then found again', async () => {
  const umask = process.umask(0)
  const made = await localKey(folder)
  process.umask(umask)
  const names = await readdir(folder)
  const [privateName = ''] = names.filter((name) => name.endsWith('.rsa'))
  expect(privateName).toMatch(/^[A-Za-z0-9._-]+-[0-9a-f]{8}\.rsa$/)
  expect(names).toEqual([privateName, `${privateName}.pub`])
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, privateName))).mode & 0o777).toBe(0o600)
  expect(made.keyName).toBe(`${privateName}.pub`)
  expect(await readFile(join(folder, made.keyName), 'utf8')).toBe(made.publicPem)
  expect(made.privateKey.asymmetricKeyDetails?.modulusLength).toBe(4096)

  const again = await localKey(folder)
  expect([again.keyName, again.publicPem]).toEqual([made.keyName, made.publicPem])
  expect(await readdir(folder)).toEqual(names)
})

test('processes that need one at the same time all get the same, and leave nothing else', async () => {
  const program = `
    import { localKey } from ${JSON.stringify(join(import.meta.dirname, 'local-key.ts'))}
    process.stdout.write((await localKey(process.argv[1])).keyName)
  `
  const all = Array.from({ length: 4 }, () =>
    run(process.execPath, ['--input-type=module', '--eval', program, folder]),
  )
  const names = (await Promise.all(all)).map(({ stdout }) => stdout)
  expect(new Set(names).size).toBe(1)
  expect(await readdir(folder)).toHaveLength(2)
  expect(await readdir(join(folder, '..'))).toEqual(['keys'])
})

test('an empty folder gets a key', async () => {
  await mkdir(folder, { recursive: true })
  expect((await localKey(folder)).keyName).toMatch(/\.rsa\.pub$/)
})

test('a damaged key is refused and stays as it is', async () => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'me-01234567.rsa'), 'damaged')
  await expect(localKey(folder)).rejects.toMatchObject({
    code: 'KEY_INVALID',
    message: expect.stringContaining('me-01234567.rsa'),
  })
  expect(await readFile(join(folder, 'me-01234567.rsa'), 'utf8')).toBe('damaged')
})

test('of several keys none is taken', async () => {
  await mkdir(folder, { recursive: true })
  for (const name of ['a.rsa', 'b.rsa']) await writeFile(join(folder, name), '')
  await expect(localKey(folder)).rejects.toMatchObject({
    code: 'KEY_INVALID',
    hint: expect.stringContaining('--agent-key'),
  })
})

test('a folder with something else and no key is refused', async () => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'README'), '')
  await expect(localKey(folder)).rejects.toMatchObject({ code: 'KEY_INVALID' })
  expect(await readdir(join(folder, '..'))).toEqual(['keys'])
})

test('where no folder can be, or its key cannot be read, that is said', async () => {
  await writeFile(join(home, 'config'), '')
  await expect(localKey(folder)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  await rm(join(home, 'config'))
  // Root reads what it may not: a folder in the key's place cannot be read by anybody.
  await mkdir(join(folder, 'me-01234567.rsa'), { recursive: true })
  await chmod(folder, 0o700)
  await expect(localKey(folder)).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: expect.stringContaining('me-01234567.rsa'),
  })
})
