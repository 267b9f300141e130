import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createGunzip } from 'node:zlib'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Engine, Sandbox } from '../src/engine/engine.ts'
import { namespaceProblem } from '../src/engine/namespace-problem.ts'
import { selectEngine } from '../src/engine/select.ts'
import { type Dockerd, dockerdMissing, startDockerd } from './support/dockerd.ts'
import { writeBase } from './support/engine-base.ts'
import { requirement } from './support/requirement.ts'
import { type ListedEntry, listTar } from './support/tar-listing.ts'

const childProgram = join(import.meta.dirname, 'support/sandbox-child.ts')
const mountPoints = ['dev', 'proc', 'run', 'sys', 'tmp']
const timeLimit = 30_000

/** cap_net_bind_service=ep, as linux/capability.h lays out version 2. */
const capability = `\x01\0\0\x02\0\x04\0\0${'\0'.repeat(12)}`
const mtime = new Date('2001-02-03T04:05:06Z')
const additions = [
  { name: 'opt/setuid', mode: 0o6755, text: '#!/bin/sh\n', mtime },
  { name: 'opt/owned', mode: 0o640, uid: 1234, gid: 5678, text: 'owned', mtime },
  {
    name: 'opt/another-name',
    type: 'link',
    linkname: './opt/owned',
    mode: 0o640,
    uid: 1234,
    gid: 5678,
    mtime,
  },
  { name: 'opt/absolute', type: 'symlink', linkname: '/etc/passwd', mode: 0o777, uid: 7, gid: 8, mtime },
  {
    name: 'opt/capable',
    mode: 0o755,
    text: 'x',
    pax: { 'SCHILY.xattr.security.capability': capability },
    mtime,
  },
  { name: 'opt/sticky', type: 'directory', mode: 0o1777, mtime },
  { name: `opt/${'long'.repeat(40)}`, text: 'long', mtime },
] as const
/** An ELF header of no architecture at all: no emulation that a machine may have can run it. */
const foreign = [
  { name: 'bin/busybox', mode: 0o755, text: `\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x02\0\x7f\x7f` },
]

let daemon: Dockerd | undefined
let folder: string
let base: string
let baseListing: Record<string, ListedEntry>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-test-'))
  // For the test as another user.
  await chmod(folder, 0o755)
  base = join(folder, 'base.tar.gz')
  await writeBase(base, additions)
  baseListing = await listTar(createReadStream(base).pipe(createGunzip()))
  if ((await dockerdMissing()) === undefined) {
    daemon = await startDockerd()
    process.env['DOCKER_HOST'] = daemon.host
  }
})

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const gates = [
  { choice: 'docker', describeEngine: await requirement('dockerd', dockerdMissing) },
  {
    choice: 'namespace',
    describeEngine: await requirement('namespaces', async () => (await namespaceProblem())?.message),
  },
] as const

for (const { choice, describeEngine } of gates) {
  describeEngine(`the ${choice} engine`, () => {
    let workFolder: string
    let controller: AbortController
    let engine: Engine
    let sandbox: Sandbox

    async function newEngine(): Promise<Engine> {
      controller = new AbortController()
      return selectEngine(choice, { workFolder, signal: controller.signal })
    }

    async function openOne(): Promise<void> {
      workFolder = await mkdtemp(join(folder, 'work-'))
      engine = await newEngine()
      sandbox = await engine.open({ base, architecture: 'x86_64' })
    }

    async function closeIt(): Promise<void> {
      await sandbox[Symbol.asyncDispose]()
      await expectNothingLeft(workFolder)
    }

    const shell = (script: string) => sandbox.run(['sh', '-c', script], { timeLimit })
    const output = async (script: string) => (await shell(script)).stdout.trim()
    const listing = async () => listTar(await sandbox.export())

    describe('in one sandbox', () => {
      beforeAll(openOne)
      afterAll(closeIt)

      test('a command gets its input, and its lines, output and status come back', async () => {
        const lines: string[] = []
        const result = await sandbox.run(['sh', '-c', 'cat; echo oops >&2; printf "a\\nb"; exit 9'], {
          timeLimit,
          input: Buffer.from('in\n'),
          onLine: (line, stream) => lines.push(`${stream} ${line}`),
        })
        expect(result).toEqual({ status: 9, stdout: 'in\na\nb', stderr: 'oops\n' })
        expect(lines.sort()).toEqual(['stderr oops', 'stdout a', 'stdout b', 'stdout in'])
      })

      test('a command without input reads its end at once', async () => {
        expect(await shell('cat; echo $?')).toMatchObject({ status: 0, stdout: '0\n' })
      })

      test('an export that is read late is whole', async () => {
        const stream = await sandbox.export()
        await sleep(300)
        expect(Object.keys(await listTar(stream))).toEqual(Object.keys(await listing()))
      })

      test('arguments arrive as they are', async () => {
        const words = ['a b', '', '$HOME', "'", '"', '*', '-n', 'é\n']
        const { stdout } = await sandbox.run(['printf', '%s|', ...words], { timeLimit })
        expect(stdout).toBe(words.map((word) => `${word}|`).join(''))
      })

      test('only the last 4 MiB of output are kept', async () => {
        const { stdout } = await shell('head -c 9000000 /dev/zero | tr "\\0" x; echo; echo end')
        expect(stdout).toHaveLength(4 * 1024 * 1024)
        expect(stdout.endsWith('x\nend\n')).toBe(true)
      })

      test.each([
        ['a program that is not there', ['no-such-program'], 127],
        ['a file that cannot be executed', ['/etc/passwd'], 126],
        ['a program that is killed', ['sh', '-c', 'kill -9 $$'], 137],
      ] as const)('%s is a result and no error', async (_title, argv, status) => {
        expect((await sandbox.run(argv as unknown as [string], { timeLimit })).status).toBe(status)
      })

      test('a command sees no network', async () => {
        expect(await output('ip -o link | cut -d: -f2; ip route; ip -6 route')).toBe('lo')
        expect(await output('ip -o link show lo up')).toBe('')
        expect((await shell('ping -c 1 -W 1 127.0.0.1')).status).not.toBe(0)
      })

      test('a command sees nothing of the host: environment, umask, groups, host name, folder, processes', async () => {
        expect(
          (await output('unset PWD SHLVL; env | sort; umask; id; hostname; pwd; ls -d /proc/[0-9]*')).split(
            '\n',
          ),
        ).toEqual([
          'HOME=/root',
          'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
          '0022',
          expect.stringMatching(/^uid=0\(root\) gid=0\(root\)( groups=0\(root\))?$/),
          'localhost',
          '/',
          '/proc/1',
          expect.stringMatching(/^\/proc\/\d+$/),
        ])
      })

      test('the usual devices work', async () => {
        expect(
          await output('echo gone >/dev/null; head -c 3 /dev/zero | wc -c; head -c 3 /dev/urandom | wc -c'),
        ).toBe('3\n3')
        expect(await output('cat /dev/fd/0 <<X\nhere\nX')).toBe('here')
        expect(await output('ls /dev | xargs')).toBe('fd full null random tty urandom zero')
      })

      test('a run sees nothing that another left in memory, and no program it left running', async () => {
        await shell('touch /tmp/x /run/x; sleep 1000 >/dev/null 2>&1 & exit 0')
        expect(await output('ls /tmp; ls /run; pidof sleep')).toBe('kaweezle')
      })

      test('supplies are seen read-only, can be added and replaced, and are not in the export', async () => {
        const file = join(workFolder, '..', `${randomUUID()}.txt`)
        await writeFile(file, 'from a file')
        await sandbox.supply([
          { path: 'a/b', bytes: Buffer.from('first') },
          { path: 'file', file },
        ])
        await sandbox.supply([
          { path: 'a/b', bytes: Buffer.from('second') },
          { path: 'a/c', bytes: new Uint8Array() },
          { path: 'file', bytes: Buffer.from('other') },
        ])
        expect(await output('cd /run/kaweezle; find . -type f | sort | xargs; cat a/b file')).toBe(
          './a/b ./a/c ./file\nsecondother',
        )
        expect(await shell('echo x >/run/kaweezle/a/b')).toMatchObject({ status: 1 })
        expect((await shell('rm /run/kaweezle/file')).status).not.toBe(0)
        expect(await readFile(file, 'utf8')).toBe('from a file')
        expect(Object.keys(await listing()).filter((path) => path.startsWith('run/'))).toEqual([])
      })

      test.each(['../x', '/x', 'a/../../x', ''])('a supply for %j is refused', async (path) => {
        await expect(sandbox.supply([{ path, bytes: new Uint8Array() }])).rejects.toThrow(
          'Not a path of a supply',
        )
      })

      test('a supply that cannot be read is an error', async () => {
        const supply = { path: 'x', file: join(folder, 'none') }
        await expect(sandbox.supply([supply])).rejects.toMatchObject({ code: 'FILE_FAILED' })
      })
    })

    describe('in a sandbox of its own', () => {
      beforeEach(openOne)
      afterEach(closeIt)

      test('the export is the base: owners, modes, times, links, capabilities, contents', async () => {
        const entries = await listing()
        expect(differences(entries, baseListing)).toEqual({})
        expect(entries['']).toMatchObject({ type: 'directory', mode: 0o755, owner: '0:0' })
        expect(entries['opt/owned']?.names).toEqual(['opt/another-name', 'opt/owned'])
        expect(entries['opt/capable']?.capability).toBe(capability)
      })

      test('what commands change is in the export, and what they leave in memory is not', async () => {
        expect(
          await shell(`
            set -e
            mkdir -m 2750 /opt/new && echo text >/opt/new/file && chown -R 11:22 /opt/new && ln /opt/new/file /opt/new/also
            rm /etc/motd && ln -s ../x /etc/motd && chmod 4755 /opt/owned && touch -d @86400 /opt/setuid
            touch /tmp/x /run/x /dev/x; ! touch /proc/x
          `),
        ).toMatchObject({ status: 0 })
        const entries = await listing()
        expect(entries['opt/new']).toMatchObject({ type: 'directory', mode: 0o2750, owner: '11:22' })
        expect(entries['opt/new/file']).toMatchObject({
          owner: '11:22',
          names: ['opt/new/also', 'opt/new/file'],
        })
        expect(entries['etc/motd']).toMatchObject({ type: 'symlink', target: '../x' })
        expect(entries['opt/another-name']).toMatchObject({ mode: 0o4755 })
        expect(entries['opt/setuid']).toMatchObject({ mtime: 86_400 })
        const inside = Object.keys(entries).filter((path) => mountPoints.includes(path.split('/')[0] ?? ''))
        expect(inside).toEqual(mountPoints)
        expect(entries['.dockerenv']).toBeUndefined()
      })

      test('past its time limit a command is killed with all that it started, and the sandbox goes on', async () => {
        const marker = newMarker()
        const run = sandbox.run(['sh', '-c', `touch /opt/kept; sleep ${marker} & sleep ${marker}`], {
          timeLimit: 500,
        })
        await expect(run).rejects.toMatchObject({
          code: 'COMMAND_FAILED',
          message: expect.stringMatching(/^sh -c .* was killed: it took more than 0\.5 s$/),
        })
        await expectNoProcess(marker)
        expect(await output('ls /opt/kept')).toBe('/opt/kept')
      })

      test('an interrupted command ends within two seconds', async () => {
        const marker = newMarker()
        const run = sandbox.run(['sleep', marker], { timeLimit })
        run.catch(() => 'awaited below')
        await expectProcess(marker)
        const start = performance.now()
        controller.abort()
        await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' })
        await sandbox[Symbol.asyncDispose]()
        expect(performance.now() - start).toBeLessThan(2000)
        await expectNoProcess(marker)
      })

      test('an interrupted engine opens nothing and leaves nothing', async () => {
        controller.abort()
        await expect(engine.open({ base, architecture: 'x86_64' })).rejects.toMatchObject({
          code: 'INTERRUPTED',
        })
      })

      test('an interrupted export fails', async () => {
        const stream = await sandbox.export()
        controller.abort()
        await expect(listTar(stream)).rejects.toMatchObject({ code: 'INTERRUPTED' })
      })

      test('what a build that was killed left is removed by the next', async () => {
        await sandbox[Symbol.asyncDispose]()
        const marker = newMarker()
        const child = execa('node', [childProgram, choice, workFolder, base, 'sleep', marker], {
          reject: false,
        })
        await expectProcess(marker)
        child.kill('SIGKILL')
        await child
        // The control: there is something to remove.
        await expect(expectNothingLeft(workFolder)).rejects.toThrow()

        sandbox = await (await newEngine()).open({ base, architecture: 'x86_64' })
        await expectNoProcess(marker)
        expect(await leftovers(workFolder)).toHaveLength(choice === 'docker' ? 2 : 1)
      })

      test('a second sandbox of the same engine leaves the first alone', async () => {
        await using second = await engine.open({ base, architecture: 'x86_64' })
        await shell('touch /opt/first')
        expect(await second.run(['ls', '/opt/first'], { timeLimit })).toMatchObject({ status: 1 })
        expect(await output('ls /opt/first')).toBe('/opt/first')
      })

      test('a base that is not an archive is refused by name', async () => {
        const file = join(folder, 'not-a-base.tar.gz')
        await writeFile(file, 'not an archive, but long enough to look into'.repeat(100))
        await expect(engine.open({ base: file, architecture: 'x86_64' })).rejects.toMatchObject({
          code: 'ENGINE_FAILED',
          message: expect.stringContaining(file),
        })
      })

      test('programs of another architecture are told apart from broken ones', async () => {
        const file = join(folder, 'foreign.tar.gz')
        await writeBase(file, foreign)
        await expect(engine.open({ base: file, architecture: 'aarch64' })).rejects.toMatchObject({
          code: 'FOREIGN_ARCHITECTURE',
          hint: expect.stringMatching(/qemu-user-static.*binfmt/),
        })
        await expect(engine.open({ base: file, architecture: 'x86_64' })).rejects.toMatchObject({
          code: 'ENGINE_FAILED',
        })
      })
    })
  })
}

const bothEngines = await requirement('both engines', async () => {
  return (await dockerdMissing()) ?? (await namespaceProblem())?.message
})

bothEngines('both engines', () => {
  test('export the same after the same commands', async () => {
    const workFolder = await mkdtemp(join(folder, 'work-'))
    const [docker, namespace] = await Promise.all(
      gates.map(async ({ choice }) => {
        const engine = await selectEngine(choice, { workFolder, signal: new AbortController().signal })
        await using sandbox = await engine.open({ base, architecture: 'x86_64' })
        const script =
          'adduser -D someone && busybox --install -s /opt && id >/opt/id && dmesg >/opt/x; ls -R /dev /sys >/opt/y; find / -xdev -exec touch -h -d @1 {} +'
        expect(await sandbox.run(['sh', '-c', script], { timeLimit })).toMatchObject({ status: 0 })
        return await listTar(await sandbox.export())
      }),
    )
    expect(differences(docker, namespace)).toEqual({})
    await expectNothingLeft(workFolder)
  })
})

const rootless = await requirement('a user with subordinate ids', async () => {
  if (process.getuid?.() !== 0) return 'making a user needs root'
  const { exitCode } = await execa('sh', ['-c', 'command -v useradd newuidmap newgidmap'], { reject: false })
  return exitCode === 0 ? undefined : 'install uidmap'
})

rootless('the namespace engine of a user', () => {
  const user = `kaweezle-${process.pid}`
  let workFolder: string
  const asUser = (words: readonly string[]) =>
    execa('setpriv', ['--reuid', user, '--regid', user, '--clear-groups', '--', ...words], {
      cwd: '/',
      env: { PATH: process.env['PATH'], DOCKER_HOST: daemon?.host ?? 'unix:///none' },
      extendEnv: false,
      reject: false,
      buffer: { stdout: false },
    })
  const build = (choice: string) => [process.execPath, childProgram, choice, workFolder, base]

  beforeAll(async () => {
    await execa('useradd', ['--no-create-home', user])
    workFolder = await mkdtemp(join(folder, 'user-'))
    await execa('chown', [`${user}:`, workFolder])
  })
  afterAll(() => execa('userdel', [user]))
  afterEach(() => expectNothingLeft(workFolder))

  test('exports what root exports, whatever the umask', async () => {
    const child = asUser(['sh', '-c', 'umask 077; exec "$@"', 'sh', ...build('namespace'), 'true'])
    const [entries, result] = await Promise.all([listTar(child.stdout), child])
    expect(result.stderr).toBe('')
    expect(differences(entries, baseListing)).toEqual({})
  })

  test.each(['docker', 'auto'])('of --engine %s, a daemon that the user may not use', async (choice) => {
    const result = await asUser([...build(choice), 'true'])
    if (choice === 'auto') expect(result.exitCode).toBe(0)
    else expect(result.stderr).toMatch(/may not use the Docker daemon.*ENGINE_UNAVAILABLE.*docker group/s)
  })

  test('kill -9 of a build kills its programs, and the next build removes the rest', async () => {
    const marker = newMarker()
    const child = asUser([...build('namespace'), 'sleep', marker])
    await expectProcess(marker)
    child.kill('SIGKILL')
    await expectNoProcess(marker)
    expect(await leftovers(workFolder)).toHaveLength(1)
    expect((await asUser([...build('namespace'), 'true'])).exitCode).toBe(0)
  })
})

gates[0].describeEngine('the docker engine alone', () => {
  test('works over TCP', async () => {
    const workFolder = await mkdtemp(join(folder, 'work-'))
    process.env['DOCKER_HOST'] = daemon?.tcpHost
    const engine = await selectEngine('auto', { workFolder, signal: new AbortController().signal })
    {
      await using sandbox = await engine.open({ base, architecture: 'x86_64' })
      const options = { timeLimit, input: Buffer.from('through TCP') }
      expect(await sandbox.run(['cat'], options)).toMatchObject({ stdout: 'through TCP' })
      expect(engine.name).toBe('docker')
    }
    await expectNothingLeft(workFolder)
    process.env['DOCKER_HOST'] = daemon?.host
  })

  test('a container that someone removes is an error of the engine', async () => {
    const workFolder = await mkdtemp(join(folder, 'work-'))
    const engine = await selectEngine('docker', { workFolder, signal: new AbortController().signal })
    await using sandbox = await engine.open({ base, architecture: 'x86_64' })
    const [container] = (await daemon?.docker.listContainers()) ?? []
    await daemon?.docker.getContainer(container?.Id ?? '').remove({ force: true })
    const failure = {
      code: 'ENGINE_FAILED',
      message: expect.stringMatching(/^Docker cannot .*No such container/),
    }
    await expect(sandbox.run(['true'], { timeLimit })).rejects.toMatchObject(failure)
    await expect(sandbox.supply([])).rejects.toMatchObject(failure)
    await expect(listTar(await sandbox.export())).rejects.toMatchObject(failure)
  })
})

async function leftovers(workFolder: string): Promise<string[]> {
  const filters = { label: ['dev.kaweezle.build'] }
  const containers = (await daemon?.docker.listContainers({ all: true, filters })) ?? []
  const images = (await daemon?.docker.listImages({ filters })) ?? []
  const mounts = (await readFile('/proc/mounts', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(workFolder))
  return [
    ...(await readdir(workFolder)),
    ...containers.map(({ Id }) => `container ${Id}`),
    ...images.map(({ Id }) => `image ${Id}`),
    ...mounts,
  ]
}

async function expectNothingLeft(workFolder: string): Promise<void> {
  expect(await leftovers(workFolder)).toEqual([])
}

/** A number of seconds to sleep that no other process sleeps. */
function newMarker(): string {
  return `1000.${BigInt(`0x${randomUUID().slice(0, 8)}`)}`
}

const expectProcess = (marker: string) =>
  expect.poll(() => processesWith(marker), { timeout: 20_000 }).not.toEqual([])
const expectNoProcess = (marker: string) =>
  expect.poll(() => processesWith(marker), { timeout: 2000 }).toEqual([])

/** The command lines of the programs (and not of the builds that start them) that sleep `marker` seconds. */
async function processesWith(marker: string): Promise<string[]> {
  const { stdout } = await execa('ps', ['-eww', '-o', 'args='])
  return stdout.split('\n').filter((line) => line === `sleep ${marker}`)
}

/** What differs between two listings, except the root, which is the engine's: what matters of it is asserted apart. */
function differences(
  a: Record<string, ListedEntry> = {},
  b: Record<string, ListedEntry> = {},
): Record<string, unknown> {
  const paths = new Set([...Object.keys(a), ...Object.keys(b)])
  paths.delete('')
  const pairs = [...paths].map((path) => [path, [a[path], b[path]]] as const)
  return Object.fromEntries(pairs.filter(([, [one, other]]) => !isDeepStrictEqual(one, other)))
}
