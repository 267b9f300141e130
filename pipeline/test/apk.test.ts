import { generateKeyPairSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { execa } from 'execa'
import { extract } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Atom, parseAtom } from '../src/apk/atom.ts'
import { type IndexPackage, parseIndex, verifyIndex } from '../src/apk/index.ts'
import { buildIndex, signIndex } from '../src/apk/index-writer.ts'
import { parseInstalled } from '../src/apk/installed.ts'
import { type Keys, parseKeys } from '../src/apk/keys.ts'
import { type PackageFacts, verifyPackage } from '../src/apk/package.ts'
import { explain } from '../src/apk/reasons.ts'
import { explainRefusal, parseChanges } from '../src/apk/resolution.ts'
import { compareVersions } from '../src/apk/version.ts'
import { mergeWorld } from '../src/apk/world.ts'
import { buildApk } from './support/build-apk.ts'
import { mirrorFolder } from './support/mirror.ts'

const alpine = join(mirrorFolder, 'v3.19')
const base = join(alpine, 'releases/x86_64/alpine-minirootfs-3.19.4-x86_64.tar.gz')
const repositories = ['main', 'community'].map((name) => join(alpine, name, 'x86_64'))
const keyFile = 'alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub'

let alpineKeys: Keys
let indexed: IndexPackage[]
let packageFiles: string[]

beforeAll(async () => {
  alpineKeys = await readBaseKeys()
  const indexes = repositories.map(async (folder) =>
    parseIndex(await verifyIndex(await readFile(join(folder, 'APKINDEX.tar.gz')), alpineKeys, folder)),
  )
  indexed = (await Promise.all(indexes)).flat()
  const names = repositories.map(async (folder) =>
    (await readdir(folder)).filter((name) => name.endsWith('.apk')).map((name) => join(folder, name)),
  )
  packageFiles = (await Promise.all(names)).flat()
})

describe("Alpine's own files", () => {
  test('both indexes are signed by a key of the minirootfs and hold all of their packages', async () => {
    const counts = []
    for (const folder of repositories) {
      const index = await verifyIndex(await readFile(join(folder, 'APKINDEX.tar.gz')), alpineKeys, folder)
      expect(index.signedBy).toBe(keyFile)
      counts.push(parseIndex(index).length)
    }
    expect(counts).toEqual([5443, 17587])
  })

  test('an index with a flipped bit, a byte more or less, or without its key is refused', async () => {
    const bytes = await readFile(join(repositories[0] ?? '', 'APKINDEX.tar.gz'))
    const without = new Map([...alpineKeys].filter(([name]) => name !== keyFile))
    await expect(verifyIndex(bytes, without, 'main')).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
    const longer = Buffer.concat([bytes, Buffer.from([0])])
    for (const changed of [longer, bytes.subarray(0, -1), bytes.subarray(0, bytes.length / 2)]) {
      await expect(verifyIndex(changed, alpineKeys, 'main')).rejects.toMatchObject({
        code: 'SIGNATURE_INVALID',
      })
    }
    for (let i = 0; i < 32; i++) {
      const changed = Buffer.from(bytes)
      const offset = 666 + ((i * 7919 * 13) % (bytes.length - 666))
      changed.writeUInt8(changed.readUInt8(offset) ^ (1 << (i % 8)), offset)
      await expect(verifyIndex(changed, alpineKeys, 'main')).rejects.toMatchObject({
        code: 'SIGNATURE_INVALID',
      })
    }
  })

  test('every package is what the index says, and signed', async () => {
    expect(packageFiles).toHaveLength(130)
    for (const file of packageFiles) {
      const listed = findIndexed(file)
      const { info, ...facts } = await verifyPackage(createReadStream(file), {
        label: basename(file),
        keys: alpineKeys,
        checksum: listed.checksum,
        size: listed.size,
      })
      expect(facts).toMatchObject({ checksum: listed.checksum, size: listed.size, signedBy: keyFile })
      const { checksum, size, uninstallable, ...metadata } = listed
      expect(info).toMatchObject({ ...metadata, architecture: expect.stringMatching(/^(x86_64|noarch)$/) })
    }
  })

  test('a package served for another is refused, though its signature is good', async () => {
    const [first = '', ...others] = packageFiles.slice(0, 12)
    const { checksum } = findIndexed(first)
    for (const file of others) {
      const served = verifyPackage(createReadStream(file), {
        label: basename(first),
        keys: alpineKeys,
        checksum,
      })
      await expect(served).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' })
    }
  })

  test('every dependency of the indexes but three can be read', () => {
    const bad = indexed.flatMap(({ uninstallable }) => uninstallable ?? [])
    expect(bad).toEqual([
      'it depends on "librasterlite2=1.1.0b1-r7"',
      'it depends on "opensmtpd=7.4.0p1-r1"',
      'it depends on "owfs=3.2p4-r0"',
    ])
  })
})

describe('against the real apk', () => {
  let root: string
  const key = { keyName: 'test.rsa.pub', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }
  const facts: PackageFacts[] = []

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'kaweezle-apk-'))
    await execa('tar', ['-xzf', base, '-C', root], { timeout: 60_000 })
    await writeFile(join(root, 'etc/apk/repositories'), '')
    await writeFile(
      join(root, 'etc/apk/keys', key.keyName),
      key.publicKey.export({ type: 'spki', format: 'pem' }),
    )
    await mkdir(join(root, 'repo/x86_64'), { recursive: true })
    for (const file of packageFiles) await copyFile(file, join(root, 'repo/x86_64', basename(file)))
    const hello = await buildApk({
      info: {
        depend: ['jq>1', '/bin/sh'],
        provides: 'cmd:hello=1.0-r0',
        replaces: 'nothing',
        maintainer: 'Jürgen <j@example.test>',
      },
      files: { 'usr/share/hello/text': 'hello\n' },
      key,
    })
    await writeFile(join(root, 'repo/x86_64/hello-1.0-r0.apk'), hello.bytes)
    for (const pkgname of ['greet-a', 'greet-b']) {
      const greet = await buildApk({
        info: { pkgname, provides: 'greeting', replaces: ['old', 'older'] },
        key,
      })
      await writeFile(join(root, `repo/x86_64/${pkgname}-1.0-r0.apk`), greet.bytes)
    }
    for (const name of await readdir(join(root, 'repo/x86_64'))) {
      const file = createReadStream(join(root, 'repo/x86_64', name))
      facts.push(
        await verifyPackage(file, {
          label: name,
          keys: new Map([...alpineKeys, [key.keyName, key.publicKey]]),
        }),
      )
    }
    await writeIndex('RSA')
  })

  afterAll(() => rm(root, { recursive: true, force: true }))

  test('versions are ordered alike', async () => {
    const versions = [...new Set(indexed.map(({ version }) => version))]
    const pairs = Array.from({ length: 150 }, (_, i) => {
      const a = versions[(i * 7919) % versions.length] ?? ''
      // Half of the pairs differ in their end only.
      const near = a.replace(/\d+$/, (digits) => String((Number(digits) * 7 + i) % 30))
      return [a, i % 2 ? near : (versions[(i * 104729 + 13) % versions.length] ?? '')] as const
    })
    const edges = [
      '1.0',
      '1.0-r0',
      '1.0a',
      '1.0.0',
      '1.0_p',
      '1.0_alpha',
      '1.0_rc1',
      '1.0_rc1_p1',
      '1.0_p1',
      '1.10',
      '1.9',
    ]
    pairs.push(...edges.flatMap((a) => edges.map((b) => [a, b] as const)))
    const script = 'while read a b; do apk version -t "$a" "$b"; done'
    const { stdout } = await run(
      ['/bin/sh', '-c', script],
      pairs.map((pair) => `${pair.join(' ')}\n`).join(''),
    )
    const ours = pairs.map(([a, b]) => '<=>'[Math.sign(compareVersions(a, b)) + 1])
    const theirs = stdout.split('\n')
    expect(pairs.filter((_, i) => ours[i] !== theirs[i])).toEqual([])
    expect(new Set(theirs)).toEqual(new Set(['<', '=', '>']))
  })

  test('our index has the fields that `apk index` writes', async () => {
    await run(['/bin/sh', '-c', 'apk index --rewrite-arch x86_64 -o /theirs.tar.gz /repo/x86_64/*.apk'])
    const theirs = await parseSigned(signIndex(await readFile(join(root, 'theirs.tar.gz')), key))
    const ours = await parseSigned(await readFile(join(root, 'repo/x86_64/APKINDEX.tar.gz')))
    const byName = (a: IndexPackage, b: IndexPackage): number => (a.name < b.name ? -1 : 1)
    expect(ours).toHaveLength(133)
    expect(ours.sort(byName)).toEqual(theirs.sort(byName))
  })

  test.each(['RSA', 'RSA256'] as const)('apk takes our index signed with %s', async (algorithm) => {
    await writeIndex(algorithm)
    const { stdout, exitCode } = await run(apk('add', '--simulate', 'hello'))
    expect(exitCode, stdout).toBe(0)
    expect(parseChanges(stdout).map(({ name }) => name)).toEqual(['oniguruma', 'jq', 'hello'])
  })

  test('apk refuses our index where it is unsigned or signed by another key', async () => {
    const index = buildIndex(facts, { architecture: 'x86_64', description: 'test', sourceDate: 0 })
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const bytes of [index, signIndex(index, { keyName: key.keyName, privateKey })]) {
      await writeFile(join(root, 'repo/x86_64/APKINDEX.tar.gz'), bytes)
      const { exitCode, stdout, stderr } = await run(apk('add', '--simulate', 'hello'))
      expect(exitCode).not.toBe(0)
      expect(explainRefusal(`${stdout}\n${stderr}`)).toContain('hello')
      await expect(parseSigned(bytes)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
    }
    await writeIndex('RSA')
  })

  test('what apk says it would do is what it does, and every package has its reason', async () => {
    const before = parseInstalled(await readFile(join(root, 'lib/apk/db/installed')))
    const world = await readFile(join(root, 'etc/apk/world'), 'utf8')
    const names = ['openrc', 'dhcpcd', 'cmd:hello', 'git>2']
    const asked = names.map(parsed)

    const simulated = parseChanges((await run(apk('add', '--simulate', ...names))).stdout)
    const done = await run(apk('add', ...names))
    expect(done.exitCode, done.stderr).toBe(0)
    expect(parseChanges(done.stdout)).toEqual(simulated)

    const after = parseInstalled(await readFile(join(root, 'lib/apk/db/installed')))
    const added = after.filter(({ name }) => !before.some((one) => one.name === name))
    const sorted = (list: readonly { name: string; version: string }[]): string[] =>
      list.map(({ name, version }) => `${name}-${version}`).sort()
    expect(sorted(added)).toEqual(sorted(simulated))
    expect(await readFile(join(root, 'etc/apk/world'), 'utf8')).toBe(mergeWorld(world, asked))

    const closure = simulated.map(({ name }) => {
      const found = facts.find(({ info }) => info.name === name)
      if (found === undefined) throw new Error(name)
      return found.info
    })
    const reasons = explain({ closure, installed: before, asked })
    expect([...reasons.values()]).not.toContain('chosen by apk')
    expect(Object.fromEntries(reasons)).toMatchObject({
      openrc: 'asked for',
      hello: 'asked for',
      jq: 'needed by hello',
      oniguruma: 'needed by jq',
      'dhcpcd-openrc': 'install_if openrc dhcpcd',
    })
  })

  test('the database lists the files that `apk info -L` lists', async () => {
    for (const { name, files, version } of parseInstalled(
      await readFile(join(root, 'lib/apk/db/installed')),
    )) {
      const { stdout } = await run(['/sbin/apk', 'info', '-L', name])
      const listed = stdout
        .split('\n')
        .slice(1)
        .filter((line) => line !== '')
      expect(
        files.map(({ path }) => Buffer.from(path, 'latin1').toString()),
        `${name}-${version}`,
      ).toEqual(listed)
    }
  })

  test('why apk refuses is told in one line', async () => {
    const cases = [
      [['nosuch'], 'nosuch (no such package): required by the asked-for nosuch'],
      [['greeting'], "please select one of the 'provided by' packages explicitly"],
      [['openrc>99'], 'openrc-0.52.1-r2: breaks the asked-for openrc>99'],
      [['jq@nowhere'], "The repository tag for world dependency 'jq@nowhere' does not exist"],
    ] as const
    for (const [names, reason] of cases) {
      const { stdout, stderr, exitCode } = await run(apk('add', '--simulate', ...names))
      expect(exitCode).not.toBe(0)
      expect(explainRefusal(`${stdout}\n${stderr}`)).toContain(reason)
    }
  })

  test('the tag of a repository is read from its changes and kept in world', async () => {
    await writeFile(join(root, 'etc/apk/repositories'), '@local /repo\n')
    const { stdout } = await run(['/sbin/apk', '--no-network', 'add', 'zstd@local', 'greet-a@local'])
    const local = parseChanges(stdout).map(({ action, name, tag }) => `${action} ${name}@${tag}`)
    expect(local).toEqual(expect.arrayContaining(['pin musl@local', 'install zstd@local']))
    const names = parseInstalled(await readFile(join(root, 'lib/apk/db/installed'))).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['greet-a', 'hello', 'zstd']))
    expect(await readFile(join(root, 'etc/apk/world'), 'utf8')).toContain('\nzstd@local\n')
  })

  async function writeIndex(algorithm: 'RSA' | 'RSA256'): Promise<void> {
    const index = buildIndex(facts, { architecture: 'x86_64', description: 'test', sourceDate: 1700000000 })
    await writeFile(join(root, 'repo/x86_64/APKINDEX.tar.gz'), signIndex(index, { ...key, algorithm }))
  }

  async function parseSigned(bytes: Uint8Array): Promise<IndexPackage[]> {
    return parseIndex(await verifyIndex(bytes, new Map([[key.keyName, key.publicKey]]), 'test'))
  }

  function apk(...args: string[]): string[] {
    return ['/sbin/apk', '--no-network', '--repository', '/repo', ...args]
  }

  function run(
    argv: readonly string[],
    input = '',
  ): Promise<{ stdout: string; stderr: string; exitCode?: number }> {
    return execa('chroot', [root, ...argv], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      extendEnv: false,
      input,
      reject: false,
      timeout: 60_000,
    })
  }
})

function parsed(atom: string): Atom {
  const result = parseAtom(atom, { tags: true })
  if ('error' in result) throw new Error(result.error)
  return result
}

function findIndexed(file: string): IndexPackage {
  const found = indexed.find(({ name, version }) => `${name}-${version}.apk` === basename(file))
  if (found === undefined) throw new Error(`${file} is in no index`)
  return found
}

async function readBaseKeys(): Promise<Keys> {
  const keys: [string, string][] = []
  for await (const entry of createReadStream(base).pipe(createGunzip()).pipe(extract())) {
    const [, name] = /^(?:\.\/)?etc\/apk\/keys\/(.+)$/.exec(entry.header.name) ?? []
    if (name !== undefined) keys.push([name, await text(entry)])
    else entry.resume()
  }
  return parseKeys(keys)
}
