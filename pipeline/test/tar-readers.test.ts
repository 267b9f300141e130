import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ContentReader } from '../src/contents/content-reader.ts'
import { readTree } from '../src/contents/read-tree.ts'
import { alpineLikeTree } from '../src/tar/alpine-like-tree.fixture.ts'
import { tarOf, treeOfTar } from '../src/tar/in-memory.fixture.ts'
import { writeTar } from '../src/tar/write-tar.ts'
import { canonicalTree } from '../src/tree/canonical-tree.ts'
import { mirrorFolder } from './support/mirror.ts'
import { listTar } from './support/tar-listing.ts'

/** Type and permissions, owner, size or device, seconds since 1970, and name with target. */
type Row = readonly string[]

let folder = ''
let archive = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-readers-'))
  archive = join(folder, 'ours.tar')
  await writeFile(archive, await tarOf(alpineLikeTree))
})
afterAll(() => rm(folder, { recursive: true }))

describe.each(['C', 'C.UTF-8'])('our tar in the locale %s', (locale) => {
  it('is listed by GNU tar as what it is', async () => {
    const lines = await run(
      ['tar', '--numeric-owner', '--full-time', '--quoting-style=literal', '-tvvf', archive],
      locale,
    )
    const rows = lines.map((line) => {
      const [, mode, owner, size, day, time, name] = /^(\S+) (\S+) +(\S+) (\S+) (\S+) (.*)$/s.exec(line) ?? []
      return [mode, owner, size, String(Date.parse(`${day}T${time}Z`) / 1000), name]
    })
    expect(rows).toEqual(expectedRows)
  })

  it('is listed by bsdtar as what it is, but for the times of day', async () => {
    const lines = await run(['bsdtar', '--numeric-owner', '-tvf', archive], locale)
    const rows = lines.map((line) => {
      const [, mode, uid, gid, size, day, name] =
        /^(\S+) +0 (\S+) +(\S+) +(\S+) (\w+ +\d+ +\d+) (.*)$/s.exec(line) ?? []
      return [
        mode,
        `${uid}/${gid}`,
        size,
        String(Date.parse(`${day} UTC`) / 1000),
        name?.replace(/\\(\d{3}|\\)/g, unescapeByte),
      ]
    })
    expect(rows).toEqual(
      expectedRows.map((row) => row.with(3, String(Math.floor(Number(row[3]) / 86400) * 86400))),
    )
  })

  it('is listed by Python as what it is, with its extended attributes', async () => {
    const [rows, xattrs] = (await run(['python3', '-c', python, archive], locale)).map(
      (line) => JSON.parse(line) as Row[],
    )
    expect(rows).toEqual(expectedRows)
    expect(xattrs?.sort()).toEqual(expectedXattrs.sort())
  })
})

it('a tar that bsdtar makes of ours holds the same tree, attributes and times included', async () => {
  const { stdout } = await execa('bsdtar', ['-cf', '-', '--format=pax', `@${archive}`], {
    ...limits,
    encoding: 'buffer',
  })
  expect([...(await treeOfTar(stdout)).values()]).toEqual([...alpineLikeTree.values()])
})

describe.each(['x86_64', 'aarch64'])('the genuine minirootfs for %s', (architecture) => {
  it('comes back from us with the members and contents it had', async () => {
    const releases = join(mirrorFolder, 'v3.19/releases', architecture)
    const base = (await readdir(releases)).find((name) => name.endsWith('.tar.gz')) ?? ''
    const original = join(folder, `${architecture}.tar`)
    const output = join(folder, `${architecture}-ours.tar`)
    await pipeline(createReadStream(join(releases, base)), createGunzip(), createWriteStream(original))
    const tree = await readTree(original)
    using reader = new ContentReader()
    const members = writeTar(canonicalTree(tree), (entry) => reader.open(entry), { root: true })
    await pipeline(members, createWriteStream(output))

    const list = async (file: string): Promise<string[]> => {
      const lines = await run(['tar', '--numeric-owner', '--full-time', '-tvvf', file], 'C')
      return lines.map((line) => line.replace(/ +/g, ' ').replace(/(:\d\d) \.\/(?!$)/, '$1 ')).sort()
    }
    const before = await list(original)
    expect(before.length).toBeGreaterThan(500)
    expect(await list(output)).toEqual(before)
    expect(await listTar(createReadStream(output))).toEqual(await listTar(createReadStream(original)))
  })
})

const limits = { env: { TZ: 'UTC', LC_ALL: 'C' }, timeout: 30_000, maxBuffer: 2 ** 24 } as const

async function run([program, ...args]: [string, ...string[]], locale: string): Promise<string[]> {
  const { stdout } = await execa(program, args, {
    ...limits,
    env: { TZ: 'UTC', LC_ALL: locale },
    encoding: 'latin1',
  })
  return stdout.split('\n')
}

const python = `
import json, stat, sys, tarfile
def text(s): return s.encode('utf-8', 'surrogateescape').decode('latin1')
letters = {b'0': '-', b'1': 'h', b'2': 'l', b'3': 'c', b'4': 'b', b'5': 'd', b'6': 'p'}
joints = {b'1': ' link to ', b'2': ' -> '}
rows, xattrs = [], []
for m in tarfile.open(sys.argv[1]):
    size = '%d,%d' % (m.devmajor, m.devminor) if m.ischr() or m.isblk() else str(m.size)
    name = text(m.name) + ('/' if m.isdir() else '') + joints.get(m.type, '') + text(m.linkname)
    rows.append([letters[m.type] + stat.filemode(m.mode)[1:], '%d/%d' % (m.uid, m.gid), size, str(int(m.mtime)), name])
    for key, value in m.pax_headers.items():
        if key.startswith('SCHILY.xattr.'): xattrs.append([text(m.name), text(key[13:]), text(value)])
print(json.dumps(rows))
print(json.dumps(xattrs))
`

const letters = {
  file: '-',
  hardlink: 'h',
  symlink: 'l',
  character: 'c',
  block: 'b',
  directory: 'd',
  fifo: 'p',
} as const

const expectedRows: Row[] = [...alpineLikeTree.values()].map((entry) => [
  letters[entry.type] + permissions(entry.mode),
  `${entry.uid}/${entry.gid}`,
  'major' in entry ? `${entry.major},${entry.minor}` : String(entry.type === 'file' ? entry.size : 0),
  String(entry.mtime),
  entry.path +
    (entry.type === 'directory' ? '/' : '') +
    (entry.type === 'symlink' ? ` -> ${entry.target}` : '') +
    (entry.type === 'hardlink' ? ` link to ${entry.target}` : ''),
])

const expectedXattrs: Row[] = [...alpineLikeTree.values()].flatMap((entry) =>
  [...(entry.xattrs ?? [])].map(([name, value]) => [entry.path, name, Buffer.from(value).toString('latin1')]),
)

/** As `ls -l` has them: `rwsr-xr-t`, in capitals where the bit below is not set. */
function permissions(mode: number): string {
  const bits = [...'rwxrwxrwx'].map((letter, i) => (mode & (0o400 >> i) ? letter : '-'))
  for (const [bit, at, letter] of [
    [0o4000, 2, 's'],
    [0o2000, 5, 's'],
    [0o1000, 8, 't'],
  ] as const) {
    if (mode & bit) bits[at] = bits[at] === 'x' ? letter : letter.toUpperCase()
  }
  return bits.join('')
}

function unescapeByte(_: string, escaped: string): string {
  return escaped === '\\' ? escaped : String.fromCharCode(Number.parseInt(escaped, 8))
}
