import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Architecture, architectureOf } from '@kaweezle/release-format/architecture.ts'
import { releaseFiles } from '@kaweezle/release-format/release-files.ts'
import { afterAll, expect, test } from 'vitest'
import { defaults, type Settings } from '../settings/table.ts'
import { localReleases } from './local-releases.ts'

const home = mkdtempSync(join(tmpdir(), 'kaweezle-releases-'))
afterAll(() => rmSync(home, { recursive: true }))

const architecture = architectureOf(process.arch) ?? 'x86_64'
const names = releaseFiles(architecture)

/** A folder with a release that nobody signed. */
async function build(version: string): Promise<string> {
  const folder = join(home, version)
  await mkdir(folder, { recursive: true })
  const bytes = Buffer.from(`rootfs of ${version}`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const rootfs = { name: names.rootfs, size: bytes.length, sha256, unpackedSize: 1, unpackedSha256: sha256 }
  const manifest = {
    ...{ schema: 2, name: 'kaweezle', version, architecture, packages: [], agent: { version: '0.1.0-r0' } },
    files: { rootfs },
  }
  await writeFile(join(folder, names.rootfs), bytes)
  await writeFile(join(folder, names.manifest), JSON.stringify(manifest))
  return folder
}

async function find(settings: Partial<Settings>, installed?: string, wanted?: Architecture) {
  const events: string[] = []
  const releases = localReleases({
    cacheFolder: join(home, 'cache'),
    environment: {},
    signal: new AbortController().signal,
  })
  const request = {
    settings: { ...defaults, ...settings },
    installed,
    architecture: wanted,
    onEvent: (event: { type: string }) => void events.push(event.type),
  }
  const release = await releases.find(request)
  return { release, events, path: (await releases.fetch(release, request)).path }
}

test('a folder that is allowed without a signature is taken from where it is', async () => {
  const release = await build('1.0.0')
  const found = await find({ release, allowUnsigned: true, offline: true })
  expect(found.release).toMatchObject({ version: '1.0.0', signed: undefined })
  expect(found.events).toEqual(['unsigned'])
  expect(await readFile(found.path, 'utf8')).toBe('rootfs of 1.0.0')
})

test('without that permission it is refused', async () => {
  await expect(find({ release: await build('1.0.0') })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
})

test('an older one is refused unless that is allowed', async () => {
  const settings = { release: await build('1.0.0'), allowUnsigned: true }
  await expect(find(settings, '2.0.0')).rejects.toMatchObject({ code: 'RELEASE_OLDER', exitStatus: 3 })
  expect((await find({ ...settings, allowDowngrade: true }, '2.0.0')).release.version).toBe('1.0.0')
})

test('another architecture than that of this program is looked for where it is asked for', async () => {
  const other = architecture === 'x86_64' ? 'aarch64' : 'x86_64'
  const settings = { release: await build('1.0.0'), allowUnsigned: true }
  await expect(find(settings, undefined, other)).rejects.toMatchObject({
    code: 'RELEASE_INVALID',
    message: expect.stringContaining(other),
  })
})

test('bytes that are not those of the manifest are refused', async () => {
  const release = await build('1.0.1')
  await writeFile(join(release, names.rootfs), 'rootfs of 6.6.6')
  await expect(find({ release, allowUnsigned: true })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' })
})

test('offline asks no server, whatever is asked for', async () => {
  for (const settings of [{}, { release: 'v1.0.0' }, { mirror: 'http://127.0.0.1:1/x' }]) {
    await expect(find({ ...settings, offline: true })).rejects.toMatchObject({ code: 'OFFLINE' })
  }
})

test('a key that is none is refused before anything is asked', async () => {
  await expect(find({ publicKey: 'RWabc', offline: true })).rejects.toMatchObject({ code: 'USAGE' })
})
