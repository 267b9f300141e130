import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verify as verifyCommand } from '../src/commands/verify.ts'
import type { ApkChecksum, Sha256 } from '../src/digest.ts'
import { isPipelineError, type PipelineError } from '../src/errors.ts'
import { openDisplay } from '../src/render/display.ts'
import { end, member } from '../src/tar/raw-tar.fixture.ts'
import type { TreePath } from '../src/tree/entry.ts'
import {
  aFile,
  type ChangeableManifest,
  changeManifest,
  readTar,
  repack,
  writeRawRootfs,
} from './support/finished-rootfs.ts'
import {
  type Bench,
  bench,
  buildMissing,
  main,
  type RunOptions,
  runPipeline,
  succeed,
} from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeBuilds = await requirement('whole builds', buildMissing)

let place: Bench
let recipe: string

async function verify(path: string, flags: RunOptions['flags'] = {}) {
  return runPipeline(place, { command: 'verify', words: [path], flags })
}

/** A copy of what was built. */
async function copyOfOutput(): Promise<string> {
  const folder = await mkdtemp(join(place.folder, 'copy-'))
  await cp(place.out, folder, { recursive: true })
  return folder
}

/** What the command fails with: without a process of its own, which costs more than the command. */
async function failureOf(argv: readonly string[]): Promise<PipelineError> {
  const { signal } = new AbortController()
  const display = openDisplay({ renderer: 'silent', verbose: false }, { stdout: () => {}, stderr: () => {} })
  const [outcome] = await Promise.allSettled([verifyCommand.run(argv, { signal, display })])
  if (outcome.status === 'fulfilled') throw new Error('nothing was found')
  if (isPipelineError(outcome.reason)) return outcome.reason
  throw outcome.reason
}

const workFiles = () => readdir(join(place.cache, 'v1/work'))

interface Tampering {
  readonly change: (folder: string) => Promise<unknown>
  readonly says: string | RegExp
  readonly withRecipe?: boolean
}

const inManifest =
  (change: (manifest: ChangeableManifest) => unknown) =>
  (folder: string): Promise<void> =>
    changeManifest(folder, (manifest) => void change(manifest))
const inTree =
  (change: Parameters<typeof repack>[1]) =>
  (folder: string): Promise<void> =>
    repack(folder, change)
const add =
  (...file: Parameters<typeof aFile>) =>
  (folder: string): Promise<void> =>
    repack(folder, (tree) => void tree.set(...aFile(...file)))

const zeros = '0'.repeat(64) as Sha256
const upstream = {
  name: 'metallb',
  path: '/etc/x.yaml',
  url: 'https://a/b',
  tag: 'v1',
  size: 1,
  sha256: zeros,
}

const tamperings: readonly (readonly [what: string, tampering: Tampering])[] = [
  ['a flipped bit', { change: flip, says: /file: rootfs\.tar\.gz has sha256 \w+, not / }],
  [
    'a missing last byte',
    {
      change: cutBy(1),
      says: /file: rootfs\.tar\.gz has \d+ bytes, not .*file: rootfs\.tar\.gz cannot be decompr/s,
    },
  ],
  ['a missing half', { change: cutBy(3_000_000), says: 'rootfs.tar.gz cannot be decompressed' }],
  [
    'another .sha256',
    { change: write('rootfs.tar.gz.sha256', zeros), says: 'rootfs.tar.gz.sha256 is not the sha256' },
  ],
  ['a .sha256 with a name', { change: nameInChecksum, says: 'rootfs.tar.gz.sha256 is not the sha256' }],
  ['no .sha256', { change: remove('rootfs.tar.gz.sha256'), says: 'file: rootfs.tar.gz.sha256 is missing' }],
  ['another file for WSL', { change: write('minimal.wsl', 'x'), says: 'provenance: minimal.wsl has sha256' }],
  ['no rootfs', { change: remove('rootfs.tar.gz'), says: 'file: rootfs.tar.gz is missing' }],
  ['no manifest', { change: remove('rootfs.manifest.json'), says: 'rootfs.manifest.json is missing' }],
  [
    'a cut manifest',
    { change: write('rootfs.manifest.json', '{'), says: 'rootfs.manifest.json is not JSON' },
  ],
  [
    'another document',
    { change: write('rootfs.manifest.json', '{}'), says: 'rootfs.manifest.json is no manifest' },
  ],
  [
    'another size in the manifest',
    { change: inManifest(({ files }) => files.rootfs.size++), says: /rootfs\.tar\.gz has \d+ bytes, not / },
  ],
  [
    'another digest of the tar in the manifest',
    {
      change: inManifest(({ files }) => (files.rootfs.unpackedSha256 = zeros)),
      says: /the tar in rootfs\.tar\.gz has sha256/,
    },
  ],
  [
    'a smaller tar in the manifest',
    {
      change: inManifest(({ files }) => (files.rootfs.unpackedSize = 1024)),
      says: 'unpacks to more than 1024 bytes',
    },
  ],
  [
    'a larger tar in the manifest',
    {
      change: inManifest(({ files }) => files.rootfs.unpackedSize++),
      says: /the tar in rootfs\.tar\.gz has \d+ bytes/,
    },
  ],
  [
    'another version of a package in the manifest',
    {
      change: inManifest(changePackage({ version: '9-r9' })),
      says: /packages: musl has the version .* not 9-r9/,
    },
  ],
  [
    'another identity of a package in the manifest',
    {
      change: inManifest(changePackage({ checksum: `Q1${'A'.repeat(27)}=` as ApkChecksum })),
      says: /packages: musl has the checksum Q1/,
    },
  ],
  [
    'a package taken from the manifest',
    {
      change: inManifest(
        (manifest) => (manifest.packages = manifest.packages.filter(({ name }) => name !== 'musl')),
      ),
      says: 'packages: musl is installed, but not in the manifest',
    },
  ],
  [
    'a name that looks like another finding',
    {
      change: inManifest(({ packages }) => {
        const [first] = packages
        if (first !== undefined) packages.push({ ...first, name: 'worm\n  file: x' })
      }),
      says: 'packages: worm\\x0a  file: x is in the manifest',
    },
  ],
  [
    'a package added to the manifest',
    { change: inManifest(addPackage), says: 'packages: worm is in the manifest, but not installed' },
  ],
  [
    'no database',
    {
      change: inTree((tree) => tree.delete('lib/apk/db/installed' as TreePath)),
      says: 'packages: /lib/apk/db/installed is missing',
    },
  ],
  [
    'a damaged database',
    { change: add('lib/apk/db/installed', 'P:musl\n'), says: /packages: lib\/apk\/db\/installed, line/ },
  ],
  ['an archive with a path twice', { change: doublePath, says: /archive: .*rootfs\.tar\.gz.*etc\/passwd/ }],
  [
    'a file for all to write',
    { change: add('etc/open', '', { mode: 0o666 }), says: 'world-writable: /etc/open' },
  ],
  [
    'a young file',
    { change: add('etc/young', '', { mtime: 4_000_000_000 }), says: 'times: /etc/young has the time' },
  ],
  ['a private key', { change: add('etc/k', '-----BEGIN PRIVATE KEY-----'), says: 'private-keys: /etc/k' }],
  [
    'a broken service',
    { change: add('etc/runlevels/boot/worm'), says: 'runlevels: /etc/runlevels/boot/worm' },
  ],
  [
    'a setuid program',
    {
      change: add('usr/bin/worm', '', { mode: 0o4755 }),
      withRecipe: true,
      says: 'setuid: /usr/bin/worm has mode 4755',
    },
  ],
  [
    'another content of a package’s file',
    {
      change: add('bin/busybox', 'worm', { mode: 0o755 }),
      withRecipe: true,
      says: 'package-files: /bin/busybox of busybox is changed',
    },
  ],
  [
    'a service too many',
    {
      change: addService,
      withRecipe: true,
      says: 'runlevels: /etc/runlevels/default/hwdrivers is there, but not',
    },
  ],
  [
    'another recipe',
    {
      change: inManifest((manifest) => (manifest.name = 'other')),
      withRecipe: true,
      says: 'is of the recipe other',
    },
  ],
  [
    'images in the manifest',
    {
      change: inManifest((manifest) => (manifest.images = [anImage()])),
      says: 'the manifest lists images, but has no preload',
    },
  ],
  [
    'images that are said to be there',
    {
      change: inManifest((manifest) => (manifest.preload = 'containers-storage')),
      says: /images: .*images\.json is missing/,
    },
  ],
  [
    'a layout that is said to be there',
    {
      change: inManifest((manifest) => (manifest.preload = 'oci-layout')),
      says: 'images: /usr/share/kaweezle/images/oci-layout is missing',
    },
  ],
  [
    'images that nobody speaks of',
    { change: inTree(addStorage), says: 'images: /var/lib/containers/storage/x is there' },
  ],
  [
    'a manifest of upstream that is not there',
    {
      change: inManifest(({ manifests }) => manifests.push(upstream)),
      says: 'manifests: metallb at /etc/x.yaml is missing',
    },
  ],
  [
    'a manifest of upstream at no path',
    {
      withRecipe: true,
      change: inManifest(({ manifests }) => manifests.push({ ...upstream, path: '/a/../b' })),
      says: 'manifests: metallb at /a/../b is missing',
    },
  ],
  [
    'another manifest of upstream',
    {
      change: async (folder) => {
        await add('etc/x.yaml', 'x')(folder)
        await inManifest(({ manifests }) => manifests.push(upstream))(folder)
      },
      says: /manifests: metallb at \/etc\/x\.yaml has sha256 \w+, not 0+/,
    },
  ],
]

describeBuilds('verify', () => {
  beforeAll(async () => {
    place = await bench()
    recipe = join(place.recipes, 'minimal.yaml')
    await succeed(place)
  })

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('finds nothing in what a build wrote, and says what it checked and what it could not', async () => {
    for (const path of [place.out, join(place.out, 'rootfs.tar.gz')]) {
      const outcome = await verify(path)
      expect(outcome).toMatchObject({ status: 0, stderr: expect.not.stringContaining('error') })
      expect(outcome.stdout).toMatch(
        /rootfs\.tar\.gz is what its manifest says: \d\d packages, no images, no manifests; \d+ rules kept\nnot checked .*: package-files, setuid, /,
      )
    }
    expect(await workFiles()).toEqual([])
  })

  test('with the recipe checks every rule', async () => {
    const outcome = await verify(place.out, { recipe })
    expect(outcome).toMatchObject({ status: 0, stdout: expect.not.stringContaining('not checked') })
  })

  test('takes the tar inside, with or without a .sha256 of its own', async () => {
    const folder = await copyOfOutput()
    await writeFile(join(folder, 'rootfs.tar'), await readTar(folder))
    expect(await verify(join(folder, 'rootfs.tar'))).toMatchObject({ status: 0 })
    await writeFile(join(folder, 'rootfs.tar.sha256'), `${zeros}\n`)
    const outcome = await verify(join(folder, 'rootfs.tar'))
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining('rootfs.tar.sha256 is not') })
  })

  test('takes the file for WSL for the rootfs that it is, and finds a flipped bit in it', async () => {
    const folder = await copyOfOutput()
    const file = join(folder, 'minimal.wsl')
    expect(await verify(file)).toMatchObject({ status: 0 })
    await flip(folder, 'minimal.wsl')
    await rm(join(folder, 'rootfs.tar.gz'))
    const failure = await failureOf([file, `--cache=${place.cache}`])
    expect(failure.message).toMatch(/file: minimal\.wsl has sha256 \w+, not /)
  })

  test('takes a manifest that lies elsewhere', async () => {
    const folder = await copyOfOutput()
    const manifest = join(folder, 'rootfs.manifest.json')
    await cp(join(folder, 'rootfs.tar.gz'), join(folder, 'download'))
    await cp(join(folder, 'rootfs.tar.gz.sha256'), join(folder, 'download.sha256'))
    expect(await verify(join(folder, 'download'), { manifest })).toMatchObject({ status: 0 })
  })

  test.each(tamperings)('finds %s', async (_, { change, says, withRecipe }) => {
    const folder = await copyOfOutput()
    await change(folder)
    const failure = await failureOf([
      folder,
      `--cache=${place.cache}`,
      ...(withRecipe ? [`--recipe=${recipe}`] : []),
    ])
    expect(failure).toMatchObject({ code: 'POLICY_VIOLATION', exitStatus: 3 })
    expect(failure.message).toMatch(says)
    expect(await workFiles()).toEqual([])
    await rm(folder, { recursive: true })
  })

  test('tells everything that is wrong, of every rootfs of a folder', async () => {
    const folder = await copyOfOutput()
    await changeManifest(folder, (manifest) => changePackage({ version: '9-r9' })(manifest))
    await add('etc/open', '', { mode: 0o666 })(folder)
    await cp(join(folder, 'rootfs.manifest.json'), join(folder, 'rootfs.aarch64.manifest.json'))
    await cp(join(folder, 'rootfs.tar.gz'), join(folder, 'rootfs.aarch64.tar.gz'))
    const { status, stderr } = await verify(folder)
    expect(status).toBe(3)
    for (const says of [
      'rootfs.tar.gz: packages: musl',
      'rootfs.tar.gz: world-writable: /etc/open',
      'rootfs.aarch64.tar.gz: file: rootfs.aarch64.tar.gz.sha256 is missing',
    ])
      expect(stderr).toContain(says)
  })

  test('exits with 3, and tells people all of it and programs one event', async () => {
    const folder = await copyOfOutput()
    await flip(folder)
    const plain = await verify(folder)
    expect(plain).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringContaining('file: rootfs.tar.gz'),
    })
    expect(plain.stderr).not.toMatch(/\n {4}at |a bug of ours/)
    const json = await verify(folder, { renderer: 'json' })
    const last = json.stdout.split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).toMatchObject({ step: 'verify', event: 'failed', code: 'POLICY_VIOLATION' })
  })

  test('is one event for programs', async () => {
    const { status, stdout } = await verify(place.out, { renderer: 'json' })
    const events = stdout.split('\n').map((line) => JSON.parse(line))
    expect(status).toBe(0)
    expect(events.at(-1)).toMatchObject({ step: 'verify', event: 'done' })
  })

  test('removes what a killed run left', async () => {
    await writeFile(join(place.cache, 'v1/work/.kaweezle-0123456789abcdef.tmp'), 'a tar')
    expect(await verify(place.out)).toMatchObject({ status: 0 })
    expect(await workFiles()).toEqual([])
  })

  test('leaves nothing when it is interrupted', async () => {
    const folder = await copyOfOutput()
    await writeFile(join(folder, 'rootfs.tar.gz'), gzipSync(Buffer.alloc(5e8), { level: 1 }))
    await changeManifest(folder, ({ files }) => void Object.assign(files.rootfs, { unpackedSize: 5e8 }))
    const child = execa(process.execPath, [main, 'verify', folder, `--cache=${place.cache}`], {
      reject: false,
    })
    while ((await workFiles()).length === 0) await sleep(5)
    child.kill('SIGINT')
    expect(await child).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('interrupted') })
    expect(await workFiles()).toEqual([])
  })
})

describe('verify, called wrongly,', () => {
  beforeAll(async () => {
    place = await bench()
    await mkdir(join(place.folder, 'rootfs.manifest.json'))
    await writeFile(join(place.folder, 'rootfs.tar.gz'), '')
    await writeFile(join(place.folder, 'file'), '')
  })

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test.each<[what: string, status: number, words: string[], flags: Record<string, string>, says: RegExp]>([
    ['with nothing', 2, [], {}, /nothing to verify was named/],
    ['with two files', 2, ['a', 'b'], {}, /unexpected word 'b'/],
    ['with a file that is not there', 2, ['none.tar.gz'], {}, /there is no rootfs none\.tar\.gz/],
    ['with a folder without a rootfs', 2, ['rootfs'], {}, /there is no rootfs in rootfs/],
    ['with a manifest that is not there', 2, ['file'], { manifest: 'none' }, /there is no manifest none/],
    ['with a recipe that is not there', 2, ['rootfs.tar.gz'], { recipe: 'none' }, /there is no recipe none/],
    ['with a flag of build', 2, ['file'], { mirror: 'x' }, /unknown flag --mirror/],
    ['with a folder for a manifest', 1, ['rootfs.tar.gz'], {}, /rootfs\.manifest\.json: illegal operation/],
    ['with a file for a cache', 1, ['rootfs.tar.gz'], { cache: 'file' }, /file/],
  ])('%s, exits with %i and says why', async (_, status, words, flags, says) => {
    const outcome = await runPipeline(place, { command: 'verify', words, flags, cwd: place.folder })
    expect(outcome).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(/\nhint: {2}\S/) })
    expect(outcome.stderr).toMatch(says)
    expect(outcome.stderr).not.toMatch(/ENOENT|a bug of ours/)
  })
})

async function flip(folder: string, name = 'rootfs.tar.gz'): Promise<void> {
  await using file = await open(join(folder, name), 'r+')
  const { size } = await file.stat()
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size >> 1)
  await file.write(Buffer.of((buffer[0] as number) ^ 1), 0, 1, size >> 1)
}

function cutBy(bytes: number) {
  return async (folder: string): Promise<void> => {
    const file = join(folder, 'rootfs.tar.gz')
    await truncate(file, (await readFile(file)).length - bytes)
  }
}

function write(name: string, text: string) {
  return (folder: string): Promise<void> => writeFile(join(folder, name), text)
}

function remove(name: string) {
  return (folder: string): Promise<void> => rm(join(folder, name))
}

async function nameInChecksum(folder: string): Promise<void> {
  const file = join(folder, 'rootfs.tar.gz.sha256')
  await writeFile(file, `${(await readFile(file, 'utf8')).trim()}  rootfs.tar.gz\n`)
}

function changePackage(changes: Partial<ChangeableManifest['packages'][number]>) {
  return ({ packages }: ChangeableManifest): void => {
    const musl = packages.find(({ name }) => name === 'musl')
    if (musl === undefined) throw new Error('no musl')
    Object.assign(musl, changes)
  }
}

function addPackage({ packages }: ChangeableManifest): void {
  const [first] = packages
  if (first !== undefined) packages.push({ ...first, name: 'worm' })
}

async function doublePath(folder: string): Promise<void> {
  const tar = gunzipSync(await readFile(join(folder, 'rootfs.tar.gz')))
  await writeRawRootfs(
    folder,
    Buffer.concat([tar.subarray(0, -1024), member({ name: 'etc/passwd' }, 'x'), end]),
  )
}

async function addService(folder: string): Promise<void> {
  await repack(folder, (tree) => {
    const path = 'etc/runlevels/default/hwdrivers' as TreePath
    const owned = { uid: 0, gid: 0, mtime: 1_700_000_000, mode: 0o777 }
    tree.set(path, { type: 'symlink', path, target: '/etc/init.d/hwdrivers', ...owned })
  })
}

function addStorage(tree: Parameters<Parameters<typeof repack>[1]>[0]): void {
  for (const path of ['var/lib/containers', 'var/lib/containers/storage'] as TreePath[])
    tree.set(path, { type: 'directory', path, uid: 0, gid: 0, mtime: 1_700_000_000, mode: 0o755 })
  tree.set(...aFile('var/lib/containers/storage/x'))
}

function anImage(): ChangeableManifest['images'][number] {
  return { name: 'a.example/b:1', digest: zeros, manifest: zeros, config: zeros, from: ['extra'], layers: [] }
}
