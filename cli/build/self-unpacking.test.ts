import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { execa, type Options } from 'execa'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { replaceFile } from '../src/files/replace-file.ts'
import { foldersOf } from '../src/settings/folders.ts'
import { selfUnpacking } from './self-unpacking.ts'

const onLinux = await requirement('Linux with glibc on x86_64', async () =>
  process.platform === 'linux' && process.arch === 'x64' ? undefined : 'it is another system',
)
const asRoot = await requirement('root on Linux', async () =>
  process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'only root mounts',
)

const options = {
  name: 'kaweezle-linux-x64',
  version: '1.2.3',
  machine: 'x86_64',
  loader: '/lib64/ld-linux-x86-64.so.2',
}
/** Prints what it is given. The rest is what packing cannot make small. */
const body = `#!/bin/sh\n[ $# = 0 ] || printf '<%s>' "$@"\nexit\n`

let folder: string
let executable: string
let home: string
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-unpacking-'))
  executable = await packed({})
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(async () => {
  home = join(folder, `home ${++count}`)
  await mkdir(home)
})

async function packed(changes: Partial<typeof options>, program = body): Promise<string> {
  const place = join(folder, `packed-${++count}`)
  await mkdir(place)
  await writeFile(join(place, 'program'), program)
  const path = join(place, 'kaweezle')
  await replaceFile(path, selfUnpacking(join(place, 'program'), { ...options, ...changes }), { mode: 0o755 })
  return path
}

async function start(path: string, words: readonly string[] = ['version'], more: Options = {}) {
  const env = { PATH: '/usr/bin:/bin', HOME: home, ...more.env }
  const { exitCode, stdout, stderr } = await execa(path, words, {
    ...more,
    env,
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  })
  return { status: exitCode, stdout, stderr }
}

/** The files below a home. */
async function filesIn(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** A folder for PATH, in which one program is another one. */
async function replaced(program: string, text: string): Promise<string> {
  const place = await mkdtemp(join(folder, 'shim-'))
  await writeFile(join(place, program), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  return `${place}${delimiter}/usr/bin${delimiter}/bin`
}

const oneProgram = [expect.stringMatching(/^kaweezle-linux-x64-1\.2\.3-[0-9a-f]{12}$/)]

onLinux('a program that unpacks itself', () => {
  test('gets the words as they were given, and is unpacked once', async () => {
    const words = ['exec', '--', 'a b', '', '*', '$HOME', `"'`, 'two\nlines', '-n', 'ü€']
    const said = { status: 0, stdout: `<${words.join('><')}>`, stderr: '' }
    expect(await start(executable, words)).toEqual(said)
    const program = join(home, '.cache/kaweezle/program', (await filesIn(home))[0] ?? '')
    const { ino } = await stat(program)
    expect(await start(executable, words)).toEqual(said)
    expect(await start(executable, [])).toEqual({ ...said, stdout: '' })
    expect((await stat(program)).ino).toBe(ino)
    expect(await filesIn(home)).toEqual(oneProgram)
  })

  test('is started by a name of PATH, through a link, by another shell, and from any folder', async () => {
    const place = join(folder, `-a 'place' of "$HOME" ü`)
    await mkdir(place)
    await cp(executable, join(place, '-kaweezle'))
    await symlink(join(place, '-kaweezle'), join(folder, 'linked'))
    const said = { status: 0, stdout: '<version>', stderr: '' }
    const fresh = async (path: string, words: string[], more?: Options) => {
      home = await mkdtemp(join(folder, 'fresh-'))
      return start(path, words, more)
    }
    expect(
      await fresh('env', ['--', '-kaweezle', 'version'], { env: { PATH: `${place}:/usr/bin:/bin` } }),
    ).toEqual(said)
    expect(await fresh(join(folder, 'linked'), ['version'])).toEqual(said)
    expect(await fresh('./kaweezle', ['version'], { cwd: dirname(executable) })).toEqual(said)
    expect(await fresh('bash', ['./-kaweezle', 'version'], { cwd: place })).toEqual(said)
    expect(await fresh('sh', ['kaweezle', 'version'], { cwd: dirname(executable) })).toEqual(said)
  })

  test.each([
    [{ KAWEEZLE_HOME: '/own', XDG_CACHE_HOME: '/cache' }],
    [{ KAWEEZLE_HOME: '', XDG_CACHE_HOME: '/cache' }],
    [{ XDG_CACHE_HOME: 'relative' }],
    [{}],
  ])('lies in the folder that the program itself has for its cache with %j', async (names) => {
    const inHome = Object.entries(names).map(([name, value]) => [name, value.replace('/', `${home}/`)])
    const environment = Object.fromEntries(inHome)
    expect(await start(executable, ['version'], { env: environment })).toMatchObject({ status: 0 })
    const { cache } = foldersOf({ environment, platform: 'linux', home })
    expect(await readdir(join(cache, 'program'))).toEqual(oneProgram)
    expect((await stat(cache)).mode & 0o777).toBe(0o700)
  })

  test('takes the place of another version, and not that of a program for another processor', async () => {
    const other = await packed({ version: '1.2.2' })
    const foreign = await packed({ name: 'kaweezle-linux-arm64' })
    for (const one of [other, foreign, executable]) expect((await start(one)).status).toBe(0)
    const arm = expect.stringMatching(/^kaweezle-linux-arm64-/)
    expect((await filesIn(home)).sort()).toEqual([arm, ...oneProgram])
  })

  test('is unpacked by eight first starts at once', async () => {
    const starts = await Promise.all(Array.from({ length: 8 }, () => start(executable)))
    for (const one of starts) expect(one).toEqual({ status: 0, stdout: '<version>', stderr: '' })
    expect(await filesIn(home)).toEqual(oneProgram)
  })

  test('is whole after a start that was killed at any moment', async () => {
    const left: string[][] = []
    for (const program of ['mkdir', 'tail', 'gzip', 'chmod', 'sync', 'mv', 'rm']) {
      const PATH = await replaced(program, 'echo some; kill -9 0')
      const killed = await start(executable, ['version'], { env: { PATH }, detached: true })
      expect({ program, status: killed.status }).toEqual({ program, status: undefined })
      left.push(await filesIn(home))
      expect(await start(executable)).toEqual({ status: 0, stdout: '<version>', stderr: '' })
      expect(await filesIn(home)).toEqual(oneProgram)
      await rm(join(home, '.cache'), { recursive: true })
    }
    // Some of them left what the next start had to remove.
    expect(left.filter((names) => names.length > 0).length).toBeGreaterThan(3)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves nothing after a %s', async (signal) => {
    const marked = join(home, 'begun')
    const PATH = await replaced('gzip', `echo some; : >'${marked}'; sleep 60`)
    const run = execa(executable, {
      env: { PATH, HOME: home },
      extendEnv: false,
      reject: false,
      detached: true,
    })
    await expect.poll(() => readdir(home)).toContain('begun')
    process.kill(-(run.pid ?? 0), signal)
    expect((await run).exitCode).toBe(130)
    expect(await filesIn(home)).toEqual(['begun'])
  })
})

onLinux('a program that cannot be unpacked', () => {
  const refusal = (message: string, hint: string) => ({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`(^|\n)error: ${message}\nhint: ${hint}\n$`)),
  })
  const npm = '.*apk add nodejs npm.*: npm install --global kaweezle'

  test.each([
    ['cut in its middle', (bytes: Buffer) => bytes.subarray(0, bytes.length - 40)],
    ['cut behind the script', (bytes: Buffer) => bytes.subarray(0, 4096)],
    ['altered', (bytes: Buffer) => Buffer.from(bytes).fill(0x55, 4096 + 30, 4096 + 32)],
    ['longer than it was', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('more')])],
  ])('is refused when it is %s', async (_, change) => {
    const path = join(folder, 'damaged')
    await writeFile(path, change(await readFile(executable)), { mode: 0o755 })
    expect(await start(path)).toEqual(refusal(`${path} is damaged`, 'Download it again.'))
    expect(await filesIn(home)).toEqual([])
  })

  test('does nothing when it is cut within the script, wherever that is', async () => {
    const bytes = await readFile(executable)
    const path = join(folder, 'cut')
    // The last two lines run it.
    const end = bytes.indexOf('\nmain "$@"')
    for (let size = 30; size < end; size += 150) {
      await writeFile(path, bytes.subarray(0, size), { mode: 0o755 })
      expect({ size, ...(await start(path)) }).toMatchObject({ stdout: '' })
    }
    expect(await readdir(home)).toEqual([])
  })

  test('says which package to use on a system of another processor, and without glibc', async () => {
    const PATH = await replaced('uname', '[ "$1" = -m ] && echo riscv64 || echo Linux')
    expect(await start(executable, ['version'], { env: { PATH } })).toEqual(
      refusal('this is for Linux on x86_64, and this system is Linux on riscv64', npm),
    )
    const withoutLoader = await packed({ loader: '/nowhere/ld.so' })
    expect(await start(withoutLoader)).toEqual(refusal('this is for Linux with glibc, .*', npm))
    const broken = await packed({}, '#!/nowhere/sh\n')
    expect(await start(broken)).toEqual(refusal('the program does not start on this system', npm))
    expect(await filesIn(home)).toEqual([])
  })

  test('says what is wrong with the folder', async () => {
    const nowhere = { env: { HOME: '' } }
    expect(await start(executable, ['version'], nowhere)).toEqual(
      refusal('HOME names no folder', '.*XDG_CACHE_HOME.*'),
    )
    await writeFile(join(home, '.cache'), '')
    expect(await start(executable)).toEqual(
      refusal(`${home}/.cache/kaweezle/program cannot be written`, '.*'),
    )
  })

  test('says that gzip is missing', async () => {
    const place = await mkdtemp(join(folder, 'few-'))
    for (const program of ['uname', 'mkdir']) await symlink(`/usr/bin/${program}`, join(place, program))
    expect(await start(executable, ['version'], { env: { PATH: place } })).toEqual(
      refusal('there is no gzip .*', 'Install gzip.'),
    )
  })
})

asRoot('a program whose home', () => {
  const onMount = async (flags: string, path = executable) => {
    const script =
      'mount -t tmpfs -o "$1" kaweezle "$HOME" && shift && "$@"; status=$?; find "$HOME" -type f; exit $status'
    return start('unshare', ['--mount', 'sh', '-c', script, 'sh', flags, path, 'version'])
  }

  test('is full says so, and leaves nothing', async () => {
    const large = await packed({}, `${body}${'0123456789'.repeat(100_000)}`)
    expect(await onMount('size=4m', large)).toMatchObject({ status: 0 })
    const full = await onMount('size=64k', large)
    expect(full).toMatchObject({ status: 1, stdout: '' })
    expect(full.stderr).toContain(`error: ${home}/.cache/kaweezle/program cannot be written\nhint: Make room`)
  })

  test.each([
    ['runs no programs', 'noexec', 'programs may not be run from'],
    ['is read-only', 'ro', 'cannot be written'],
  ])('%s says so, and leaves nothing', async (_, flags, message) => {
    const refused = await onMount(flags)
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toMatch(new RegExp(`error: .*${message}.*\nhint: .*XDG_CACHE_HOME`))
  })
})
