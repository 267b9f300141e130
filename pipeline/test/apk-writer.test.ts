import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackageDescription } from '../src/apk/description.ts'
import { type IndexPackage, parseIndex, verifyIndex } from '../src/apk/index.ts'
import { buildIndex, type IndexEntry, signIndex } from '../src/apk/index-writer.ts'
import { type InstalledPackage, parseInstalled } from '../src/apk/installed.ts'
import { verifyPackage } from '../src/apk/package.ts'
import {
  flip,
  impostor,
  contentInMemory as openContent,
  packageCorpus,
  trusted,
} from '../src/apk/package-corpus.fixture.ts'
import { type BuiltPackage, buildPackage } from '../src/apk/package-writer.ts'
import { signatureMember } from '../src/apk/sign.ts'
import { type Unpacked, unpack } from '../src/apk/unpacked.fixture.ts'
import { file, treeOf } from '../src/tar/alpine-like-tree.fixture.ts'
import type { Tree, TreePath } from '../src/tree/entry.ts'
import { minirootfs } from './support/engine-base.ts'
import { serve, startServer } from './support/fault-server.ts'
import { mirrorFolder } from './support/mirror.ts'

const genuineFolder = join(mirrorFolder, 'v3.19/main/x86_64')
const keys = new Map([[trusted.keyName, trusted.publicKey]])
const roots: string[] = []

afterAll(async () => {
  for (const root of roots) await rm(root, { recursive: true, force: true })
})

describe('of bad packages and indexes', () => {
  let root: string
  beforeAll(async () => {
    root = await makeRoot()
  })

  test.each(packageCorpus)('apk $apk $title (our reader: "$ours")', async ({ bytes, apk, ours }) => {
    await writeFile(join(root, 'one.apk'), bytes)
    const verified = await run(root, '/sbin/apk', 'verify', '/one.apk')
    const added = await run(root, ...apkCommand('add', '/one.apk'))
    await run(root, ...apkCommand('del', 'hello'))
    const verdict = (code: number | undefined): string => (code === 0 ? 'accepts' : 'refuses')
    expect([verdict(verified.exitCode), verdict(added.exitCode)]).toEqual([apk, apk])
    // Ours is never more lenient. Where it is stricter, the corpus says why.
    if (apk === 'refuses') expect(ours).not.toBe('')
  })

  test('the corpus has at least 15 bad packages, and few that only ours refuses', () => {
    expect(packageCorpus.filter(({ apk }) => apk === 'refuses').length).toBeGreaterThanOrEqual(30)
    const stricter = packageCorpus.filter(({ apk, ours }) => apk === 'accepts' && ours !== '')
    expect(stricter.map(({ title }) => title)).toEqual(['nine good signatures'])
  })

  test('apk and our reader take the same indexes', async () => {
    const built = await buildOwn('hello')
    const index = buildIndex([built], indexOptions)
    const other = buildIndex([], indexOptions)
    const good = signIndex(index, trusted)
    const signature = good.subarray(0, good.length - index.length)
    const rows: Record<string, readonly Buffer[]> = {
      RSA: [good],
      RSA256: [signIndex(index, { ...trusted, algorithm: 'RSA256' })],
      RSA512: [signIndex(index, { ...trusted, algorithm: 'RSA512' })],
      unsigned: [index],
      stranger: [signIndex(index, { ...trusted, keyName: 'stranger.rsa.pub' })],
      impostor: [signIndex(index, impostor)],
      'signature of another': [signatureMember(other, trusted), index],
      'signed twice': [signature, good],
      'signature of a signed index': [signIndex(good, trusted)],
      'flipped signature': [flip(good, 200)],
      'flipped bit': [flip(good, signature.length + 40)],
      'flipped last bit': [flip(good, good.length - 1)],
      'flipped gzip header': [flip(good, signature.length + 4)],
      'cut short': [good.subarray(0, -1)],
      'a byte more': [good, Buffer.of(0)],
      'two indexes': [good, other],
      'signature behind': [index, signature],
      nothing: [],
    }
    await mkdir(join(root, 'repo/x86_64'), { recursive: true })
    const verdicts: Record<string, string> = {}
    for (const [title, parts] of Object.entries(rows)) {
      const bytes = Buffer.concat(parts)
      await writeFile(join(root, 'repo/x86_64/APKINDEX.tar.gz'), bytes)
      const theirs = await run(root, ...apkCommand('add', '--repository', '/repo', '--simulate', 'hello'))
      const ours = await verifyIndex(bytes, keys, title).then(
        () => 'takes',
        () => 'refuses',
      )
      verdicts[title] = `apk ${theirs.exitCode === 0 ? 'takes' : 'refuses'}, ours ${ours}`
    }
    // Ours is stricter where there are two signatures: nobody makes such an index.
    expect(verdicts).toMatchInlineSnapshot(`
      {
        "RSA": "apk takes, ours takes",
        "RSA256": "apk takes, ours takes",
        "RSA512": "apk takes, ours takes",
        "a byte more": "apk refuses, ours refuses",
        "cut short": "apk refuses, ours refuses",
        "flipped bit": "apk refuses, ours refuses",
        "flipped gzip header": "apk refuses, ours refuses",
        "flipped last bit": "apk refuses, ours refuses",
        "flipped signature": "apk refuses, ours refuses",
        "impostor": "apk refuses, ours refuses",
        "nothing": "apk refuses, ours refuses",
        "signature behind": "apk refuses, ours refuses",
        "signature of a signed index": "apk refuses, ours refuses",
        "signature of another": "apk refuses, ours refuses",
        "signed twice": "apk takes, ours refuses",
        "stranger": "apk refuses, ours refuses",
        "two indexes": "apk refuses, ours refuses",
        "unsigned": "apk refuses, ours refuses",
      }
    `)
  })
})

describe('a repository of ours', () => {
  let root: string
  let packages: readonly BuiltPackage[]
  const log = (): Promise<string> => readFile(join(root, 'log'), 'utf8')
  const script = (name: string): string => `#!/bin/sh\necho "${name} $*" >> /log\n`
  const scripts = (name: string) => ({
    '.pre-install': `${script(`${name}.pre-install`)}grep -q ours /etc/passwd || adduser -S -D ours\n`,
    '.post-install': script(`${name}.post-install`),
    '.pre-upgrade': script(`${name}.pre-upgrade`),
    '.post-upgrade': script(`${name}.post-upgrade`),
    '.pre-deinstall': script(`${name}.pre-deinstall`),
    '.post-deinstall': script(`${name}.post-deinstall`),
    '.trigger': script(`${name}.trigger`),
  })

  beforeAll(async () => {
    root = await makeRoot()
    const own = {
      description: 'Ünïcode',
      url: 'https://example.test',
      license: 'Apache-2.0',
      origin: 'own',
      commit: 'abc',
      maintainer: 'M <m@x>',
      packager: 'P <p@x>',
      provides: ['cmd:own=1.0-r0', 'own-virtual'],
      providerPriority: 5,
      conflicts: ['own-rival'],
      replaces: ['own-old'],
      triggers: ['/usr/share/watched'],
      scripts: scripts('own'),
    }
    packages = [
      await buildOwn('own', own, ownTree),
      await buildOwn('own', { ...own, version: '1.1-r0' }, ownTree),
      await buildOwn('own-openrc', { installIf: ['own', 'alpine-baselayout'], depends: ['own'] }),
      await buildOwn('own-user', { depends: ['own-virtual', 'cmd:own>=1.0'] }, watchedTree),
      await buildOwn('own-rival'),
    ]
    await writePackages(root, packages)
    await writeIndex(
      root,
      packages.filter(({ info }) => info.version === '1.0-r0'),
    )
  })

  test('`apk index` of it says what our index says', async () => {
    await run(
      root,
      '/bin/sh',
      '-c',
      'apk index --rewrite-arch x86_64 -o /theirs.tar.gz /repo/x86_64/own*-1.0-r0.apk',
    )
    const theirs = signIndex(await readFile(join(root, 'theirs.tar.gz')), trusted)
    const ours = await readFile(join(root, 'repo/x86_64/APKINDEX.tar.gz'))
    expect(await indexed(ours)).toHaveLength(4)
    expect(await indexed(ours)).toEqual(await indexed(theirs))
  })

  test('apk installs from it over HTTP, and what a package provides, pulls and watches works', async () => {
    const asked: string[] = []
    await using server = await startServer((response, request, count) => {
      asked.push(basename(request.url))
      const path = join(root, 'repo', request.url)
      readFile(path).then(
        (content) => serve(content)(response, request, count),
        () => response.writeHead(404).end(),
      )
    })
    const added = await run(root, '/sbin/apk', '--no-cache', '--repository', server.url, 'add', 'own-user')
    expect(added.exitCode, added.stderr + added.stdout).toBe(0)
    expect(asked).toEqual([
      'APKINDEX.tar.gz',
      ...['own', 'own-openrc', 'own-user'].map((name) => `${name}-1.0-r0.apk`),
    ])
    expect((await installed(root)).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['own', 'own-openrc']),
    )
    expect(await log()).toBe(
      'own.pre-install 1.0-r0\nown.post-install 1.0-r0\nown.trigger /usr/share/watched\n',
    )
  })

  test('files, links, modes and owners are those of the tree, names before numbers', async () => {
    const id = Number((await run(root, 'id', '-u', 'ours')).stdout)
    const at = async (path: string) => {
      const { mode, uid, mtimeMs, nlink } = await stat(join(root, path))
      return [(mode & 0o7777).toString(8), uid, mtimeMs / 1000, nlink]
    }
    expect(await at('usr/bin/own')).toEqual(['4755', 0, 1700000000, 2])
    expect(await at('usr/bin/own-hard')).toEqual(['4755', 0, 1700000000, 2])
    expect(await at('usr/share/own/of-user')).toEqual(['640', id, 1600000000, 1])
    expect(id).not.toBe(4321)
    expect((await at('usr/share/own/of-number')).slice(0, 2)).toEqual(['600', 1234])
    const listing = await run(
      root,
      '/bin/sh',
      '-c',
      'readlink /usr/bin/own-link; ls -ld /usr/share/own; own-hard',
    )
    expect(listing.stdout).toMatch(/^own\ndrwx------.* \/usr\/share\/own\nhello from own$/)
    const { files = [] } = (await installed(root)).find(({ name }) => name === 'own') ?? {}
    expect(files.map(({ path }) => path)).toEqual(
      [...ownTree].flatMap(([path, { type }]) => (type === 'directory' ? [] : path)),
    )
  })

  test('`apk audit` finds nothing, and does find what is changed afterwards', async () => {
    const audit = async (): Promise<string> =>
      (await run(root, '/sbin/apk', 'audit', '--system', '--check-permissions', '/usr')).stdout
    expect(await audit()).not.toContain('own')
    await writeFile(join(root, 'usr/share/own/text'), 'changed')
    expect(await audit()).toBe('U usr/share/own/text')
    await run(root, ...apkCommand('--repository', '/repo', 'fix', 'own'))
    expect(await audit()).not.toContain('own')
  })

  test('a conflict is refused', async () => {
    const added = await run(root, ...apkCommand('--repository', '/repo', 'add', 'own-rival'))
    expect(added.exitCode).not.toBe(0)
    expect(added.stdout + added.stderr).toContain('own-rival')
  })

  test('an upgrade and a removal run their scripts, and leave nothing', async () => {
    await writeIndex(root, packages)
    await rm(join(root, 'log'))
    const upgraded = await run(root, ...apkCommand('--repository', '/repo', 'upgrade'))
    expect(upgraded.exitCode, upgraded.stderr).toBe(0)
    expect(await log()).toBe(
      'own.pre-upgrade 1.1-r0 1.0-r0\nown.post-upgrade 1.1-r0 1.0-r0\nown.trigger /usr/share/watched\n',
    )
    await rm(join(root, 'log'))
    const removed = await run(root, ...apkCommand('del', 'own-user'))
    expect(removed.exitCode, removed.stderr).toBe(0)
    expect(await log()).toBe('own.pre-deinstall 1.1-r0\nown.post-deinstall 1.1-r0\n')
    expect((await installed(root)).some(({ name }) => name.startsWith('own'))).toBe(false)
    await expect(stat(join(root, 'usr/share/own'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a package with a flipped bit, in the control member or in the data, is not installed from it', async () => {
    const [own] = packages as readonly [BuiltPackage]
    const bytes = await buffer(own.bytes())
    for (const offset of [own.head.length - 20, own.head.length + 60, bytes.length - 20]) {
      await writeFile(join(root, 'repo/x86_64/own-1.0-r0.apk'), flip(bytes, offset))
      const added = await run(root, ...apkCommand('--repository', '/repo', 'add', 'own=1.0-r0'))
      expect(added.exitCode).not.toBe(0)
      expect(added.stderr).toMatch(/ERROR: own-1\.0-r0: (?:IO ERROR|BAD archive|BAD signature)/)
      await run(root, ...apkCommand('del', 'own'))
    }
    await writeFile(join(root, 'repo/x86_64/own-1.0-r0.apk'), bytes)
    const added = await run(root, ...apkCommand('--repository', '/repo', 'add', 'own=1.0-r0'))
    expect(added.exitCode, added.stderr).toBe(0)
  })
})

describe("Alpine's own packages, built again from their content", () => {
  let rebuilt: readonly (Unpacked & { file: string; built: BuiltPackage; again: Unpacked })[]

  beforeAll(async () => {
    const files = (await readdir(genuineFolder)).filter((name) => name.endsWith('.apk'))
    const all = []
    for (const name of files) {
      const before = await unpack(await readFile(join(genuineFolder, name)))
      const options = { openContent, keys: [trusted], owners: before.owners }
      const built = await buildPackage(before.description, before.tree, options)
      all.push({ ...before, file: name, built, again: await unpack(await buffer(built.bytes())) })
    }
    rebuilt = all
  })

  test('have the same files, links, modes, owners, times and checksums', () => {
    expect(rebuilt).toHaveLength(130)
    for (const { file: name, rows, again } of rebuilt) expect(again.rows, name).toEqual(rows)
    const all = rebuilt.flatMap(({ rows }) => rows)
    expect(all.length).toBeGreaterThan(1500)
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['file', 'directory', 'symlink', 'link']))
    // A control: one changed mode would be seen.
    expect(rebuilt[0]?.again.rows.map((row) => ({ ...row, mode: 0 }))).not.toEqual(rebuilt[0]?.rows)
  })

  test('have the same description and scripts', () => {
    for (const { file: name, description, again } of rebuilt)
      expect(again.description, name).toEqual(description)
    expect(
      rebuilt.flatMap(({ description }) => Object.keys(description.scripts ?? {})).length,
    ).toBeGreaterThan(10)
  })

  test('are verified by apk, and installed by it as the genuine ones are', async () => {
    const results = []
    for (const kind of ['genuine', 'rebuilt'] as const) {
      const root = await makeRoot()
      const entries: IndexEntry[] = []
      await mkdir(join(root, 'repo/x86_64'), { recursive: true })
      for (const { file: name, built } of rebuilt) {
        const bytes =
          kind === 'genuine' ? await readFile(join(genuineFolder, name)) : await buffer(built.bytes())
        await writeFile(join(root, 'repo/x86_64', name), bytes)
        entries.push(await verifyPackage(Readable.from([bytes]), { label: name }))
      }
      await writeIndex(root, entries)
      const verified = await run(root, '/bin/sh', '-c', 'apk verify /repo/x86_64/*.apk | grep -c " - OK"')
      expect(verified.stdout).toBe('130')
      const names = await installable(
        root,
        rebuilt.map(({ description }) => description.name),
      )
      const added = await run(root, ...apkCommand('--repository', '/repo', 'add', ...names))
      expect(added.exitCode, added.stderr).toBe(0)
      const audit = await run(root, '/sbin/apk', 'audit', '--full', '--recursive', '--check-permissions')
      const lists = await run(root, '/bin/sh', '-c', 'for p in $(apk info | sort); do apk info -L $p; done')
      const owned = (await installed(root)).map(({ name, directories, files }) => ({
        name,
        directories,
        files,
      }))
      results.push({ names, audit: audit.stdout.split('\n').sort(), lists: lists.stdout, owned })
    }
    const [genuine, ours] = results
    expect(ours).toEqual(genuine)
    expect(ours?.owned.length).toBeGreaterThan(40)
  })
})

const indexOptions = { architecture: 'x86_64', description: 'own', sourceDate: 1700000000 }
const directory = { type: 'directory' } as const
const hello = { ...file('#!/bin/sh\necho hello from own\n'), mode: 0o4755, mtime: 1800000000 }
const ownTree = treeOf({
  usr: directory,
  'usr/bin': directory,
  'usr/bin/own': hello,
  'usr/bin/own-hard': { type: 'hardlink', target: 'usr/bin/own' as TreePath, mode: 0o4755 },
  'usr/bin/own-link': { type: 'symlink', target: 'own', mode: 0o777 },
  'usr/share': directory,
  'usr/share/own': { ...directory, mode: 0o700 },
  'usr/share/own/of-number': { ...file('x'), mode: 0o600, uid: 1234, gid: 1234 },
  'usr/share/own/of-user': { ...file('y'), mode: 0o640, uid: 4321, gid: 4321, mtime: 1600000000 },
  'usr/share/own/text': file('text'),
})
const watchedTree = treeOf({
  usr: directory,
  'usr/share': directory,
  'usr/share/watched': directory,
  'usr/share/watched/file': file('watched'),
})

function smallTree(name: string): Tree {
  return treeOf({ usr: directory, 'usr/share': directory, [`usr/share/${name}`]: file(name) })
}

function buildOwn(
  name: string,
  changes: Partial<PackageDescription> = {},
  tree = smallTree(name),
): Promise<BuiltPackage> {
  const description = { name, version: '1.0-r0', architecture: 'noarch', buildDate: 1700000000, ...changes }
  const owners = { users: new Map([[4321, 'ours']]), groups: new Map([[4321, 'audio']]) }
  return buildPackage(description, tree, { openContent, keys: [trusted], owners })
}

async function makeRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'kaweezle-apk-writer-'))
  roots.push(root)
  await execa('tar', ['-xzf', await minirootfs('x86_64'), '-C', root], { timeout: 60_000 })
  await writeFile(join(root, 'etc/apk/repositories'), '')
  const pem = trusted.publicKey.export({ type: 'spki', format: 'pem' })
  await writeFile(join(root, 'etc/apk/keys', trusted.keyName), pem)
  return root
}

async function writePackages(root: string, packages: readonly BuiltPackage[]): Promise<void> {
  await mkdir(join(root, 'repo/x86_64'), { recursive: true })
  for (const { info, bytes } of packages)
    await writeFile(join(root, `repo/x86_64/${info.name}-${info.version}.apk`), bytes())
}

async function writeIndex(root: string, entries: readonly IndexEntry[]): Promise<void> {
  const bytes = signIndex(buildIndex(entries, indexOptions), trusted)
  await writeFile(join(root, 'repo/x86_64/APKINDEX.tar.gz'), bytes)
}

async function indexed(bytes: Uint8Array): Promise<IndexPackage[]> {
  const packages = parseIndex(await verifyIndex(bytes, keys, 'test'))
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function installed(root: string): Promise<InstalledPackage[]> {
  return parseInstalled(await readFile(join(root, 'lib/apk/db/installed')))
}

/** Of `names` as many as go together, from the first on: some lack dependencies, some conflict. */
async function installable(root: string, names: readonly string[]): Promise<string[]> {
  const found = []
  for (const name of names) {
    const { exitCode } = await run(
      root,
      ...apkCommand('--repository', '/repo', 'add', '--simulate', ...found, name),
    )
    if (exitCode === 0) found.push(name)
  }
  return found
}

function apkCommand(...args: readonly string[]): string[] {
  return ['/sbin/apk', '--no-network', ...args]
}

function run(root: string, ...argv: readonly string[]) {
  return execa('chroot', [root, ...argv], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    extendEnv: false,
    reject: false,
    timeout: 60_000,
  })
}
