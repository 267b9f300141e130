import { appendFile, cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Difference, differenceSchema } from '../src/diff/schema.ts'
import { aFile, changeManifest, repack } from './support/finished-rootfs.ts'
import { type Bench, bench, buildMissing, main, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeBuilds = await requirement('whole builds', buildMissing)

let old: Bench
let next: Bench

/** Runs `diff` in a process of its own. */
async function diff(...argv: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, 'diff', ...argv], {
    reject: false,
  })
  return { status: exitCode, stdout, stderr }
}

async function difference(...argv: string[]): Promise<Difference> {
  const { status, stdout, stderr } = await diff(...argv, '--format=json')
  if (status !== 0) throw new Error(stderr)
  return differenceSchema.parse(JSON.parse(stdout))
}

async function edit(place: Bench, name: string, change: (text: string) => string): Promise<void> {
  const file = join(place.recipes, name)
  await writeFile(file, change(await readFile(file, 'utf8')))
}

describeBuilds('the difference of two builds', () => {
  beforeAll(async () => {
    ;[old, next] = [await bench(), await bench()]
    await succeed(old)
    await edit(next, 'minimal.yaml', (recipe) =>
      recipe
        .replace('packages:\n  - openrc', 'packages:\n  - doas\n  - openrc')
        .replace('services:\n', 'services:\n  boot: [bootmisc]\n')
        .concat('\npolicy:\n  setuid: [/usr/bin/doas]\n'),
    )
    await execa('rm', [join(next.recipes, 'minimal.packages.lock.yaml')])
    await appendFile(join(next.recipes, 'overlay-openrc/etc/rc.conf'), '# changed\n')
    await writeFile(join(next.recipes, 'overlay-openrc/etc/a|b `x` @team <b>.conf'), 'new\n')
    await succeed(next, { flags: { cache: old.cache, 'rootfs-version': '1.1.0' } })
  })

  afterAll(async () => {
    await old[Symbol.asyncDispose]()
    await next[Symbol.asyncDispose]()
  })

  test('tells the package, its setuid program, the overlay file and the service, each of its owner', async () => {
    const told = await difference(old.out, next.out)
    expect(told).toMatchObject({
      equal: false,
      bytes: 'other',
      facts: [{ fact: 'version', old: '0.0.0-dev', new: '1.1.0' }],
      privileges: {
        gained: [{ path: '/usr/bin/doas', owner: 'package:doas', kind: 'setuid', value: '0' }],
        lost: [],
      },
      packages: [{ name: 'doas', change: 'new' }],
      services: { enabled: [{ runlevel: 'boot', service: 'bootmisc' }], disabled: [] },
    })
    const files = new Map(told.files?.list.map((file) => [file.path, file]))
    expect(files.get('/etc/rc.conf')).toMatchObject({
      owner: 'overlay',
      change: 'changed',
      what: ['content'],
    })
    expect(files.get('/etc/a|b `x` @team <b>.conf')).toMatchObject({ owner: 'overlay', change: 'added' })
    expect(files.get('/etc/doas.conf')).toMatchObject({ owner: 'package:doas' })
    expect(files.get('/lib/apk/db/installed')).toMatchObject({ owner: 'apk', change: 'changed' })
    expect(files.get('/etc/runlevels/boot/bootmisc')).toMatchObject({ owner: 'services' })
    const total = told.size.causes.find(({ cause }) => cause === 'total')
    const manifest = JSON.parse(await readFile(join(next.out, 'rootfs.manifest.json'), 'utf8'))
    expect(total?.packed.new).toBe(manifest.files.rootfs.size)
    expect(total?.unpacked.new).toBe(manifest.files.rootfs.unpackedSize)
  })

  test('knows an owner for what a build puts in: little is left to the overlay', async () => {
    const empty = join(old.folder, 'empty')
    await cp(old.out, empty, { recursive: true })
    await repack(empty, (tree) => tree.clear())
    const { files } = await difference(empty, old.out)
    const overlay = files?.list.filter(
      ({ owner, new: state }) => owner === 'overlay' && state?.type === 'file',
    )
    expect(overlay?.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/etc/rc.conf', '/etc/wsl.conf', '/etc/rc.conf.orig', '/etc/shadow']),
    )
    expect(overlay?.length).toBeLessThan(15)
  })

  test('is none for a build and itself, with and without its root filesystem, and exits with 0', async () => {
    expect(await diff(old.out, old.out, '--exit-code')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/\n\nnothing changed$/),
    })
    const manifest = join(old.out, 'rootfs.manifest.json')
    const { stdout } = await diff(manifest, old.out)
    expect(stdout).toMatch(/\nnothing changed\nnot compared: .* \(OLD is a manifest alone\)$/)
  })

  test('exits with 0 however much changed, and with 1 when told so', async () => {
    expect(await diff(old.out, next.out)).toMatchObject({ status: 0 })
    const told = await diff(old.out, next.out, '--exit-code', '--renderer=plain')
    expect(told).toMatchObject({ status: 1, stderr: expect.stringContaining('error: OLD and NEW differ') })
    expect(told.stdout).toContain('privileges: 1 gained')
  })

  test('as Markdown has the hostile name as code, and in its cell', async () => {
    const { stdout } = await diff(old.out, next.out, '--format=markdown', '--verbose')
    const row = stdout.split('\n').find((line) => line.startsWith('| added') && line.includes('a&#124;b'))
    expect(row).toContain('<code>/etc/a&#124;b &#96;x&#96; &#64;team &#60;b&#62;&#46;conf</code>')
    expect(row?.split('|').length).toBe(7)
    expect(stdout).not.toContain('@team')
  })

  test('goes to a pipe without colours, and as an event where events were asked for', async () => {
    expect((await diff(old.out, next.out)).stdout).not.toContain('\u001b')
    const { stdout } = await diff(old.out, next.out, '--renderer=json')
    const events = stdout.split('\n').map((line) => JSON.parse(line))
    expect(events.at(-1)).toMatchObject({
      step: 'diff',
      event: 'progress',
      message: expect.stringMatching(/privileges: 1 gained/),
    })
  })

  test('of a root filesystem that is not the one of its manifest is refused', async () => {
    const copy = join(old.folder, 'tampered')
    await cp(old.out, copy, { recursive: true })
    await repack(copy, (tree) => void tree.set(...aFile('etc/evil', 'x')))
    await changeManifest(copy, ({ files }) => void Object.assign(files.rootfs, { sha256: '0'.repeat(64) }))
    expect(await diff(copy, next.out)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/not the one of its manifest/),
    })
  })
})

describe('the command line', () => {
  test.each([
    [[], 'OLD is missing'],
    [['a'], 'NEW is missing'],
    [['nowhere', 'nowhere'], 'there is no rootfs'],
    [['nowhere.json', 'nowhere'], 'there is no manifest nowhere.json'],
    [['a', 'b', '--format=yaml'], "--format cannot be 'yaml'"],
  ])('%j is refused with 2', async (argv, message) => {
    expect(await diff(...argv)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) })
  })

  test('--help says what is compared', async () => {
    expect(await diff('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--exit-code') })
  })
})

describe('docs/comparing.md', () => {
  const read = () => readFile(join(import.meta.dirname, '../../docs/comparing.md'), 'utf8')

  test.each(['diff', 'rebuild'])('mentions every flag of %s', async (command) => {
    const { stdout } = await execa(process.execPath, [main, command, '--help'])
    const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag)
    expect(flags.length).toBeGreaterThan(4)
    const text = await read()
    for (const flag of flags.filter((one) => one !== '--help')) expect(text).toContain(flag)
  })

  test('has a row for every key of the JSON', async () => {
    const rows = [...(await read()).matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| \S/gm)].flatMap(([, keys = '']) =>
      keys.split(', ').map((key) => key.slice(1, -1)),
    )
    for (const key of Object.keys(differenceSchema.shape)) if (key !== 'schema') expect(rows).toContain(key)
  })
})
