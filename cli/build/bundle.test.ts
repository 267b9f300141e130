import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { licensesName } from '@kaweezle/program-kit/third-party-licenses.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleCli, partsFolder } from './bundle.ts'

const repository = join(import.meta.dirname, '../..')
const version = '1.2.3-test.4'

let folder: string
let bundle: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-bundling-'))
  bundle = join(folder, 'bundle')
  await bundleCli({ folder: bundle, version })
})
afterAll(() => rm(folder, { recursive: true }))

/** All files of a bundle, by path. */
async function filesOf(place: string): Promise<ReadonlyMap<string, Buffer>> {
  const names = await readdir(place, { recursive: true })
  const files = new Map<string, Buffer>()
  for (const name of names.sort()) {
    const path = join(place, name)
    if ((await stat(path)).isFile()) files.set(name, await readFile(path))
  }
  return files
}

/** Their digests: what differs of two megabytes helps nobody. */
async function digestsOf(place: string): Promise<Record<string, string>> {
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  return Object.fromEntries([...(await filesOf(place))].map(([name, bytes]) => [name, digest(bytes)]))
}

/** Bundles in a process of its own: with another working directory, home and checkout. */
async function bundleApart(at: { checkout?: string; cwd?: string; home?: string }): Promise<string> {
  const { checkout = repository, cwd = repository, home = folder } = at
  const into = await mkdtemp(join(folder, 'apart-'))
  const script = `const { bundleCli } = await import(process.argv[1])
await bundleCli({ folder: process.argv[2], version: process.argv[3] })`
  const args = ['--input-type=module', '-e', script, join(checkout, 'cli/build/bundle.ts'), into, version]
  await promisify(execFile)(process.execPath, args, { cwd, env: { PATH: process.env['PATH'], HOME: home } })
  return into
}

/** The Node of other programs than the bundle: hundreds of megabytes. */
const installed = join(repository, 'cli/build/node-24')

/** A checkout of another name with the source of this one. */
async function otherCheckout(path: string): Promise<string> {
  const checkout = join(folder, path)
  for (const name of ['cli/src', 'cli/build', 'cli/package.json'])
    await cp(join(repository, name), join(checkout, name), {
      recursive: true,
      filter: (path) => !path.startsWith(installed),
    })
  await symlink(join(repository, 'node_modules'), join(checkout, 'node_modules'))
  return checkout
}

test('the bundle has the same bytes from another working directory, home and checkout', async () => {
  const digests = await digestsOf(bundle)
  const home = join(folder, 'home of nobody')
  await mkdir(home)
  const checkout = await otherCheckout('another/place altogether')
  for (const apart of [
    { cwd: '/', home },
    { checkout, cwd: home, home },
  ]) {
    expect(await digestsOf(await bundleApart(apart))).toEqual(digests)
  }
  for (const [name, bytes] of await filesOf(bundle)) {
    for (const path of [repository, folder, home])
      expect({ name, has: bytes.includes(path) }).toEqual({ name, has: false })
  }
})

test('a bundle leaves nothing of what was there before, and has other bytes for another version', async () => {
  const again = join(folder, 'again')
  await bundleCli({ folder: again, version: '1.0.0' })
  await writeFile(join(again, partsFolder, 'stale.cjs'), '')
  const other = await digestsOf(again)
  const program = await bundleCli({ folder: again, version })
  expect(await digestsOf(again)).toEqual(await digestsOf(bundle))
  expect(await digestsOf(again)).not.toEqual(other)
  expect((await stat(program)).mode & 0o777).toBe(0o755)
  expect(await readFile(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test('the bundle brings the licences of what it has from others, and nothing native', async () => {
  const files = await filesOf(bundle)
  const licenses = files.get(licensesName)?.toString() ?? ''
  for (const title of ['commander', 'dockerode', 'undici', 'yaml', 'zod', 'semver', 'fflate'])
    expect(licenses).toMatch(new RegExp(`^${title} [0-9.]+ \\((MIT|ISC|Apache-2.0)\\)$`, 'm'))
  expect(licenses).not.toMatch(/@kaweezle|ssh2|cpu-features|grpc/)
  expect([...files.keys()].filter((name) => !/\.(cjs|txt)$/.test(name))).toEqual([])
})
