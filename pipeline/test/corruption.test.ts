import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Answer } from './support/fault-server.ts'
import { type Bench, bench, buildMissing, rootfsDigest, runPipeline, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'
import { serveMirror } from './support/served-mirror.ts'
import { cutAt, flipAt, tamperedMirror } from './support/tampered-mirror.ts'

const describeBuilds = await requirement('whole builds', buildMissing)

const base = 'v3.19/releases/x86_64/alpine-minirootfs-3.19.4-x86_64.tar.gz'
const apk = 'v3.19/main/x86_64/openrc-0.52.1-r2.apk'
const index = 'v3.19/main/x86_64/APKINDEX.tar.gz'
const announcement = 'latest-stable/releases/x86_64/latest-releases.yaml'

const changes = [
  ['one bit flipped at the start', flipAt(0)],
  ['one bit flipped in the middle', flipAt(0.5)],
  ['one bit flipped at the end', flipAt(1)],
  ['its second half missing', cutAt(0.5)],
  ['its last byte missing', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['nothing left', cutAt(0)],
  ['a byte too many', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')])],
] as const

describeBuilds('what a mirror sends', () => {
  test.each(changes)('a locked build refuses a base with %s', async (_, change) => {
    await using place = await bench()
    const mirror = await tamperedMirror(place.folder, base, change)
    await expectRefusal(place, { flags: { mirror }, artefact: basename(base) })
  })

  test.each(changes)('a locked build refuses a package with %s', async (_, change) => {
    await using place = await bench()
    const mirror = await tamperedMirror(place.folder, apk, change)
    await expectRefusal(place, { flags: { mirror }, artefact: basename(apk) })
  })

  test.each(changes)('locking refuses a signed index with %s', async (_, change) => {
    await using place = await bench()
    const mirror = await tamperedMirror(place.folder, index, change)
    await expectRefusal(place, { command: 'lock', flags: { mirror }, artefact: index })
  })

  test.each(changes)(
    'locking refuses a package with %s, though only the index vouches for it',
    async (_, change) => {
      await using place = await bench()
      const mirror = await tamperedMirror(place.folder, apk, change)
      await expectRefusal(place, { command: 'lock', flags: { mirror }, artefact: basename(apk) })
    },
  )

  test.each([
    ['another digest for the base', /sha256: a2a8/, 'sha256: b2a8', basename(base)],
    ['another size for the base', /size: 3299369/, 'size: 3299368', basename(base)],
    ['no minirootfs', /flavor: alpine-minirootfs/, 'flavor: alpine-virt', announcement],
  ])('locking refuses an announcement of %s', async (_, from, to, artefact) => {
    await using place = await bench()
    const mirror = await tamperedMirror(place.folder, announcement, (bytes) =>
      Buffer.from(bytes.toString().replace(from, to)),
    )
    await expectRefusal(place, { command: 'lock', flags: { mirror }, artefact })
  })

  test('a locked build refuses a valid package in the place of another', async () => {
    await using place = await bench()
    const other = await readFile(
      join(await tamperedMirror(place.folder, apk, flipAt(0)), 'v3.19/main/x86_64/jq-1.7.1-r0.apk'),
    )
    const mirror = await tamperedMirror(place.folder, apk, () => other)
    await expectRefusal(place, { flags: { mirror }, artefact: basename(apk) })
  })
})

describeBuilds('a mirror behind HTTP', () => {
  test('that fails each file once, each in another way, only costs time', async () => {
    await using place = await bench()
    let answers = 0
    await using mirror = await serveMirror((_, count) =>
      count === 1 ? lapses[answers++ % lapses.length] : undefined,
    )
    await succeed(place, { flags: { mirror: mirror.url } })
    expect(answers).toBeGreaterThan(lapses.length)

    await using other = await bench()
    await succeed(other)
    expect(await rootfsDigest(place.out)).toBe(await rootfsDigest(other.out))
  })

  test.each([
    ['sends an error page with status 200', errorPage, 4],
    ['sends without end', endless, 3],
    ['has lost the file', (response) => void response.writeHead(404).end(), 4],
    ['forbids the file', (response) => void response.writeHead(403).end(), 4],
  ] satisfies [string, Answer, number][])(
    'that %s is refused, naming the file',
    async (_, answer, status) => {
      await using place = await bench()
      await using mirror = await serveMirror((path) => (path.endsWith(basename(apk)) ? answer : undefined))
      const outcome = await runPipeline(place, { flags: { mirror: mirror.url } })
      expect(outcome).toMatchObject({ status, stderr: expect.stringContaining(basename(apk)) })
      await expectCleanCache(place)
    },
  )

  test('that is not there is reported as such', async () => {
    await using place = await bench()
    const outcome = await runPipeline(place, { flags: { mirror: 'http://127.0.0.1:9' } })
    expect(outcome).toMatchObject({ status: 4, stderr: expect.stringMatching(/127\.0\.0\.1:9.*hint:/s) })
  })
})

/** What a struggling server may answer once. */
const lapses: readonly Answer[] = [
  (response) => response.writeHead(500).end(),
  (response) => response.writeHead(503, { 'retry-after': '0' }).end(),
  (response) => response.writeHead(429, { 'retry-after': '1' }).end(),
  (response) => response.destroy(),
  (response) => response.writeHead(200, { 'content-length': 100_000 }).write('cut', () => response.destroy()),
  (response) => response.writeHead(200).write('cut', () => response.end()),
]

function errorPage(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Bad gateway</body></html>')
}

function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(1 << 16)
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

describeBuilds('a lock', () => {
  test.each([
    ['a digest', /sha256: "43e4/, 'sha256: "43e5', 'ca-certificates'],
    ['a size', /size: 161342/, 'size: 161343', 'ca-certificates'],
    ['an identity', /Q15ZyUsNE9hk/, 'Q15ZyUsNE9hl', 'ca-certificates'],
    ['the digest of the base', /a2a87004/, 'a2a87005', 'alpine-minirootfs'],
    ['the digest of the recipe', /recipe: "./, 'recipe: "x', 'minimal.packages.lock.yaml'],
    ['the order of installation', /( +- \{ name: "ca-cert.*\n)(.*\n)/, '$2$1', 'step 1'],
    ['a missing package', / +- \{ name: "libcap2".*\n/, '', 'libcap'],
  ])('with %s changed is refused', async (_, from, to, artefact) => {
    await using place = await bench()
    const file = join(place.recipes, 'minimal.packages.lock.yaml')
    const genuine = await readFile(file, 'utf8')
    const changed = genuine.replace(from, to)
    expect(changed).not.toBe(genuine)
    await writeFile(file, changed)
    const outcome = await runPipeline(place)
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining(artefact) })
    expect(await readdir(place.folder)).not.toContain('out')
  })

  test('of another recipe is refused before anything is fetched, naming the command that renews it', async () => {
    await using place = await bench()
    const file = join(place.recipes, 'minimal.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('  - openssh\n', '  - openssh\n  - jq\n'))
    const outcome = await runPipeline(place, { flags: { mirror: 'http://127.0.0.1:9/', locked: true } })
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining('npm run lock') })
  })
})

describeBuilds('the cache', () => {
  test('heals: damaged entries are reported, fetched again, and the bytes are the same', async () => {
    await using place = await bench()
    await succeed(place)
    const digest = await rootfsDigest(place.out)
    const blobs = await filesBelow(join(place.cache, 'v1/blobs'))
    for (const blob of blobs) await writeFile(blob, flipAt(0.7)(await readFile(blob)))
    await rm(place.out, { recursive: true })
    const outcome = await runPipeline(place)
    expect(outcome).toMatchObject({ status: 0, stderr: expect.stringContaining('was damaged') })
    expect(await rootfsDigest(place.out)).toBe(digest)
    await expectCleanCache(place)
  })

  test('refuses a damaged entry that cannot be fetched again, naming it', async () => {
    await using place = await bench()
    await succeed(place)
    const blobs = await filesBelow(join(place.cache, 'v1/blobs'))
    const blob = blobs.find((file) => basename(file).startsWith('a2a87004')) ?? ''
    await writeFile(blob, cutAt(0.5)(await readFile(blob)))
    await rm(place.out, { recursive: true })
    const outcome = await runPipeline(place, { flags: { offline: true, mirror: undefined } })
    expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining(basename(base)) })
    await expectCleanCache(place)
  })
})

interface Refusal {
  readonly command?: 'build' | 'lock'
  readonly flags: Readonly<Record<string, string>>
  readonly artefact: string
}

async function expectRefusal(place: Bench, { artefact, ...options }: Refusal): Promise<void> {
  const outcome = await runPipeline(place, options)
  expect(outcome).toMatchObject({ status: 3, stderr: expect.stringContaining(artefact) })
  expect(outcome.stderr).toContain('hint: ')
  expect(outcome.stderr).not.toMatch(/ENOENT|^ {4}at /m)
  await expectCleanCache(place)
}

/** Every blob is what its name says. */
async function expectCleanCache(place: Bench): Promise<void> {
  for (const blob of await filesBelow(join(place.cache, 'v1/blobs'))) {
    expect(
      createHash('sha256')
        .update(await readFile(blob))
        .digest('hex'),
    ).toBe(basename(blob))
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
