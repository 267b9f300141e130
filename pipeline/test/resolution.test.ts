import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { parsePackagesLock } from '../src/locks/parse.ts'
import { serve, startServer } from './support/fault-server.ts'
import { mirrorFolder } from './support/mirror.ts'
import {
  type OwnPackages,
  ownKey,
  ownMirror,
  readOwnLock,
  writeRecipe,
  writeRepository,
} from './support/own-mirror.ts'
import { type Bench, bench, buildMissing, rootfsDigest, runPipeline } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeBuilds = await requirement('whole builds', buildMissing)

const key = ownKey()
const main = { name: 'main' }
const own = { name: 'own' }
const edge = { name: 'main', release: 'edge', tag: 'edge' }
const hello: OwnPackages = { hello: {} }

interface Case {
  readonly packages: readonly string[]
  readonly repositories: readonly object[]
  readonly upgrade?: boolean
  /** Own repositories by their path on the mirror. */
  readonly has: Readonly<Record<string, OwnPackages>>
}

const understood: [title: string, question: Case, answer: string[]][] = [
  [
    'takes from a tagged repository what is asked for with its tag and what only that has, and nothing else',
    {
      packages: ['tool@edge', 'jq'],
      repositories: [main, edge],
      has: {
        'edge/main': {
          tool: { info: { depend: ['tool-library', 'oniguruma'] } },
          'tool-library': {},
          jq: { info: { pkgver: '99-r0' } },
        },
      },
    },
    [
      'oniguruma 6.9.9-r0 of v3.19/main: needed by jq',
      'jq 1.7.1-r0 of v3.19/main: asked for',
      'tool-library 1.0-r0 of edge/main: needed by tool',
      'tool 1.0-r0 of edge/main: asked for',
    ],
  ],
  [
    'takes of the same version in two repositories that of the first',
    { packages: ['hello'], repositories: [{ name: 'two' }, { name: 'one' }], has: twoHellos() },
    ['hello 1.0-r0 of v3.19/two: asked for'],
  ],
  [
    'takes the newer of two versions, wherever it is',
    {
      packages: ['hello'],
      repositories: [{ name: 'one' }, { name: 'two' }],
      has: { 'v3.19/one': hello, 'v3.19/two': { hello: { info: { pkgver: '1.1-r0' } } } },
    },
    ['hello 1.1-r0 of v3.19/two: asked for'],
  ],
  [
    'takes along what installs itself',
    {
      packages: ['hello', 'extras'],
      repositories: [own],
      has: {
        'v3.19/own': {
          ...hello,
          extras: {},
          'hello-extras': { info: { install_if: 'hello=1.0-r0 extras' } },
          'other-extras': { info: { install_if: 'other extras' } },
        },
      },
    },
    [
      'extras 1.0-r0 of v3.19/own: asked for',
      'hello 1.0-r0 of v3.19/own: asked for',
      'hello-extras 1.0-r0 of v3.19/own: install_if hello extras',
    ],
  ],
  [
    'leaves the packages of the base as they are',
    { packages: ['hello'], repositories: [own], has: { 'v3.19/own': newScanelf() } },
    ['hello 1.0-r0 of v3.19/own: asked for'],
  ],
  [
    'upgrades the packages of the base when asked to',
    { packages: ['hello'], repositories: [own], upgrade: true, has: { 'v3.19/own': newScanelf() } },
    ['hello 1.0-r0 of v3.19/own: asked for', 'scanelf 99-r0 of v3.19/own: needed by musl-utils'],
  ],
  [
    'finds nothing to do for a tag of a repository that lacks what the base has',
    { packages: ['scanelf@edge'], repositories: [main, edge], has: { 'edge/main': hello } },
    [],
  ],
]

const refused: [title: string, question: Case, message: RegExp][] = [
  [
    'that nobody has',
    { packages: ['nosuch'], repositories: [own], has: { 'v3.19/own': hello } },
    /nosuch \(no such package\)/,
  ],
  [
    'in a version that nobody has',
    { packages: ['hello>2'], repositories: [own], has: { 'v3.19/own': hello } },
    /hello-1\.0-r0: breaks the asked-for hello>2/,
  ],
  [
    'that only a tagged repository has, without its tag',
    { packages: ['hello'], repositories: [main, edge], has: { 'edge/main': hello } },
    /hello/,
  ],
  [
    'against one that the base needs',
    {
      packages: ['hello'],
      repositories: [own],
      has: { 'v3.19/own': { hello: { info: { depend: '!scanelf' } } } },
    },
    /scanelf-\S+: breaks hello/,
  ],
  [
    'in whose place the base would lose another',
    {
      packages: ['hello'],
      repositories: [own],
      upgrade: true,
      has: { 'v3.19/own': { ...hello, 'apk-tools': { info: { pkgver: '99-r0' } } } },
    },
    /apk would remove/,
  ],
]

describeBuilds('locking', () => {
  test.each(understood)('%s', async (_, question, answer) => {
    await using place = await bench()
    expect(await lockOwn(place, question)).toMatchObject({ status: 0 })
    const { packages = [] } = parsePackagesLock(await readOwnLock(place), 'lock').architectures.x86_64 ?? {}
    const lines = packages.map(
      ({ name, version, repository, why }) => `${name} ${version} of ${repository}: ${why}`,
    )
    expect(lines.toSorted()).toEqual(answer.toSorted())
  })

  test.each(refused)('refuses a package %s, with the reason of apk', async (_, question, message) => {
    await using place = await bench()
    const outcome = await lockOwn(place, question)
    expect(outcome).toMatchObject({ status: 2, stderr: expect.stringMatching(message) })
    expect(outcome.stderr).toContain('\nhint:  ')
    await expect(readOwnLock(place)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('says which package has left the mirror whose index still lists it', async () => {
    await using place = await bench()
    const mirror = await ownMirror(place)
    await writeRepository(join(mirror, 'v3.19/own'), hello, { key })
    await rm(join(mirror, 'v3.19/own/x86_64/hello-1.0-r0.apk'))
    const recipe = await writeRecipe(place, { key, packages: ['hello'], repositories: [own] })
    expect(await runPipeline(place, { command: 'lock', flags: { recipe, mirror } })).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('hello-1.0-r0.apk does not exist'),
    })
  })

  test('refuses an index that is not signed', async () => {
    await using place = await bench()
    const outcome = await lockOwn(place, { packages: ['hello'], repositories: [own], has: {} }, (mirror) =>
      writeRepository(join(mirror, 'v3.19/own'), hello, { key, signed: false }),
    )
    expect(outcome).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('APKINDEX.tar.gz is not signed'),
    })
  })

  test.each([
    ['whose name the recipe does not have', 'stranger.rsa.pub'],
    ['that has the name of one of the recipe’s', key.keyName],
  ])('refuses an index signed by a key %s', async (_, keyName) => {
    await using place = await bench()
    const outcome = await lockOwn(place, { packages: ['hello'], repositories: [own], has: {} }, (mirror) =>
      writeRepository(join(mirror, 'v3.19/own'), hello, { key: ownKey(keyName) }),
    )
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringMatching(/v3\.19\/own.*sign/) })
  })
})

const baseName = 'alpine-minirootfs-3.19.4-x86_64.tar.gz'
const releases = 'v3.19/releases/x86_64'
const exact = { release: 'v3.19', version: '3.19.4' }
const newest = { release: 'v3.19' }

describeBuilds('locking the base', () => {
  test('takes the version asked for, with the digest that is published beside it', async () => {
    await using place = await bench()
    expect(await lockBase(place, exact, {})).toMatchObject({ status: 0 })
    expect(await readOwnLock(place)).toContain(`file: "${releases}/${baseName}"`)
  })

  test.each([
    ['a digest that is not its', exact, { [`${baseName}.sha256`]: `${'0'.repeat(64)}  ${baseName}\n` }],
    ['the digest of another file', exact, { [`${baseName}.sha256`]: `${'0'.repeat(64)}  other.tar.gz\n` }],
    ['no digest', exact, { [`${baseName}.sha256`]: '<html>' }],
    ['bytes that are not gzip', exact, withDigest(Buffer.from('not gzip'))],
    ['an archive without apk', exact, withDigest(gzipSync(Buffer.alloc(1024)))],
    ['another branch', newest, { 'latest-releases.yaml': announcement('v3.20', '3.20.1') }],
    ['a version of another branch', newest, { 'latest-releases.yaml': announcement('v3.19', '3.20.1') }],
  ])('refuses a mirror that has for it %s', async (_, base, files) => {
    await using place = await bench()
    const outcome = await lockBase(place, base, files)
    expect(outcome).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/error: .*(alpine-minirootfs-3|latest-releases\.yaml)/),
    })
    await expect(readOwnLock(place)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describeBuilds('a build', () => {
  test('takes packages from an address of their own, and later from packages.tar alone', async () => {
    await using place = await bench()
    const mirror = await ownMirror(place)
    const folder = join(place.folder, 'elsewhere')
    await writeRepository(folder, { hello: { files: { 'etc/hello': 'hello\n' } } }, { key })
    const server = await startServer((response, request, count) => {
      readFile(join(folder, request.url.replace('/apk/', ''))).then(
        (content) => serve(content)(response, request, count),
        () => response.writeHead(404).end(),
      )
    })
    const url = `${server.url}/apk`
    const recipe = await writeRecipe(place, { key, packages: ['hello'], repositories: [main, { url }] })
    expect(await runPipeline(place, { flags: { recipe, mirror } })).toMatchObject({ status: 0 })
    expect(await readOwnLock(place)).toContain(`repository: "${url}"`)
    await server[Symbol.asyncDispose]()
    const digest = await rootfsDigest(place.out)
    const again = { recipe, mirror: join(place.out, 'packages.tar'), cache: join(place.folder, 'fresh') }
    const out = join(place.folder, 'again')
    expect(await runPipeline(place, { flags: { ...again, out } })).toMatchObject({ status: 0 })
    expect(await rootfsDigest(out)).toBe(digest)
  })

  test('that upgrades the base gives the same as its lock says', async () => {
    await using place = await bench()
    const question = { packages: ['hello'], repositories: [own], upgrade: true }
    const outcome = await lockOwn(
      place,
      { ...question, has: { 'v3.19/own': newScanelf() } },
      undefined,
      'build',
    )
    expect(outcome).toMatchObject({ status: 0 })
    expect(await readFile(join(place.out, 'rootfs.manifest.json'), 'utf8')).toMatch(
      /"scanelf",\s+"version": "99-r0"/,
    )
  })

  test('stops at a package whose script fails, and names it', async () => {
    await using place = await bench()
    const scripts = { '.post-install': '#!/bin/sh\nexit 7\n' }
    const question = {
      packages: ['hello'],
      repositories: [own],
      has: { 'v3.19/own': { hello: { scripts } } },
    }
    expect(await lockOwn(place, question, undefined, 'build')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('hello-1.0-r0.post-install: script exited with error 7'),
    })
  })
})

/** Writes the mirror and the recipe of a case, and locks or builds it. */
async function lockOwn(
  place: Bench,
  { has, ...recipe }: Case,
  prepare: (mirror: string) => Promise<void> = async () => {},
  command: 'lock' | 'build' = 'lock',
) {
  const mirror = await ownMirror(place)
  for (const [path, packages] of Object.entries(has))
    await writeRepository(join(mirror, path), packages, { key })
  await prepare(mirror)
  return runPipeline(place, {
    command,
    flags: { recipe: await writeRecipe(place, { key, ...recipe }), mirror },
  })
}

/** Locks a recipe on `base` of a mirror in which `files` are in the place of the genuine ones. */
async function lockBase(place: Bench, base: object, files: Readonly<Record<string, string | Uint8Array>>) {
  const mirror = join(place.folder, 'mirror')
  await mkdir(join(mirror, releases), { recursive: true })
  await symlink(join(mirrorFolder, 'v3.19/main'), join(mirror, 'v3.19/main'))
  for (const name of await readdir(join(mirrorFolder, releases))) {
    if (!(name in files)) await symlink(join(mirrorFolder, releases, name), join(mirror, releases, name))
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(mirror, releases, name), content)
  const recipe = await writeRecipe(place, { key, base, packages: [], repositories: [main] })
  return runPipeline(place, { command: 'lock', flags: { recipe, mirror } })
}

function withDigest(bytes: Uint8Array) {
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { [baseName]: bytes, [`${baseName}.sha256`]: `${digest}  ${baseName}\n` }
}

function announcement(branch: string, version: string): string {
  const file = `alpine-minirootfs-${version}-x86_64.tar.gz`
  const rest = { file, size: 1, sha256: '0'.repeat(64) }
  return JSON.stringify([{ flavor: 'alpine-minirootfs', arch: 'x86_64', branch, version, ...rest }])
}

function twoHellos() {
  return {
    'v3.19/one': { hello: { files: { 'etc/one': '1\n' } } },
    'v3.19/two': { hello: { files: { 'etc/two': '2\n' } } },
  }
}

function newScanelf(): OwnPackages {
  return { ...hello, scanelf: { info: { pkgver: '99-r0' } } }
}
