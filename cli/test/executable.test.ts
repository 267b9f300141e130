import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { unzipSync } from 'fflate'
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mirrorFolder } from '../../pipeline/test/support/mirror.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { iconFile } from '../build/description.ts'
import { linuxProgram } from '../build/linux-program.ts'
import { packageCli } from '../build/package-cli.ts'
import { fuse, seaBlob } from '../build/sea-blob.ts'
import { hashFile } from '../src/releases/hash-file.ts'
import { bareDebian } from './support/bare-debian.ts'
import { imageOf, runInContainer } from './support/container-run.ts'
import { startTestDaemon, type TestDaemon, testDaemonMissing } from './support/docker-daemon.ts'
import { node24Missing } from './support/node-24.ts'
import { smallRelease } from './support/small-release.ts'
import { type WinePrefix, winePrefix, winePrefixMissing } from './support/wine/prefix.ts'

const withNode = await requirement('Node for each system', node24Missing)
const withDocker = await requirement('dockerd as root', testDaemonMissing)
const withWine = await requirement('Wine', winePrefixMissing)

const version = '1.2.3-test.4'
let folder: string
let out: string

withNode('the single executables', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kaweezle-executable-'))
    out = join(folder, 'out')
    const only = new Set(['windows-x64', 'linux-x64'] as const)
    await packageCli({ out, version, repository: 'some/fork', tag: 'v1', only, onFile: () => {} })
  }, 300_000)
  afterAll(() => rm(folder, { recursive: true }))

  test('come with what Scoop and winget read, all whole and readable by all', async () => {
    const names = await readdir(out)
    expect(names.sort()).toEqual([
      'Kaweezle.Kaweezle.installer.yaml',
      'Kaweezle.Kaweezle.locale.en-US.yaml',
      'Kaweezle.Kaweezle.yaml',
      'kaweezle-linux-x64',
      'kaweezle-windows-x64.zip',
      'kaweezle.json',
    ])
    const digest = (await hashFile(join(out, 'kaweezle-windows-x64.zip')))?.sha256 ?? ''
    expect(await readFile(join(out, 'kaweezle.json'), 'utf8')).toContain(digest)
    const installer = await readFile(join(out, 'Kaweezle.Kaweezle.installer.yaml'), 'utf8')
    expect(installer).toContain(digest.toUpperCase())
  })

  test('have the same bytes when they are made again elsewhere, for arm64 too', async () => {
    const again = join(folder, 'another place')
    await mkdir(again)
    const blob = await seaBlob(version, again)
    const digest = (await hashFile(await linuxProgram('linux-x64', blob, again)))?.sha256 ?? ''
    const script = (await readFile(join(out, 'kaweezle-linux-x64'))).subarray(0, 4096).toString()
    expect(script).toContain(`kaweezle-linux-x64-${version}-${digest.slice(0, 12)}\n`)
    const program = await readFile(await linuxProgram('linux-arm64', blob, again))
    // e_machine of elf(5): EM_AARCH64.
    expect(program.readUInt16LE(18)).toBe(183)
    expect(program.includes(`${fuse}:1`)).toBe(true)
    expect(program.includes(await readFile(blob.path))).toBe(true)
  }, 120_000)

  test('of Linux find their parts, and heed no NODE_OPTIONS', async () => {
    const home = await mkdtemp(join(folder, 'home-'))
    const run = async (...words: string[]) => {
      const env = {
        ...{ PATH: '/usr/bin:/bin', HOME: home, NODE_OPTIONS: '--no-such-option' },
        DOCKER_HOST: 'unix:///nonexistent/docker.sock',
      }
      const options = { env, extendEnv: false, reject: false } as const
      const { exitCode, stdout, stderr } = await execa(join(out, 'kaweezle-linux-x64'), words, options)
      return { status: exitCode, stdout, stderr }
    }
    expect(await run('version')).toEqual({ status: 0, stdout: `kaweezle ${version}`, stderr: '' })
    expect(JSON.parse((await run('list', '-o', 'json')).stdout)).toEqual({ clusters: [] })
    expect((await run('status', '-o', 'yaml')).stdout).toContain('name: kaweezle\n')
    const { stdout, stderr } = await run('doctor', '--offline', '-o', 'json')
    expect(stderr).not.toMatch(/warning|node:/i)
    expect(JSON.stringify(JSON.parse(stdout).findings)).toContain('unix:///nonexistent/docker.sock')
    expect(await run('frobnicate')).toMatchObject({ status: 2, stdout: '' })
  })

  test('of Windows have our name, version and icon, the licences, and no signature of others', async () => {
    const files = unzipSync(await readFile(join(out, 'kaweezle-windows-x64.zip')))
    expect(Object.keys(files)).toEqual(['kaweezle.exe', 'LICENSE', 'THIRD-PARTY-LICENSES.txt'])
    const licenses = Buffer.from(files['THIRD-PARTY-LICENSES.txt'] ?? []).toString()
    for (const title of [/^zod [0-9.]+ \(MIT\)$/m, /^Node\.js$/m, /OpenSSL/]) expect(licenses).toMatch(title)
    // It would refuse a signed one.
    const executable = NtExecutable.from(files['kaweezle.exe'] ?? new Uint8Array())
    const { entries } = NtExecutableResource.from(executable)
    const [info] = Resource.VersionInfo.fromEntries(entries)
    expect(info?.getStringValues({ lang: 1033, codepage: 1200 })).toMatchObject({
      ProductName: 'Kaweezle',
      FileDescription: expect.stringContaining('Kubernetes'),
      ProductVersion: version,
      OriginalFilename: 'kaweezle.exe',
      LegalCopyright: expect.stringContaining('Apache'),
    })
    expect(info?.fixedInfo).toMatchObject({ fileVersionMS: (1 << 16) | 2, fileVersionLS: 3 << 16 })
    const { icons } = Data.IconFile.from(await readFile(iconFile))
    const groups = Resource.IconGroupEntry.fromEntries(entries)
    expect(groups.map((group) => group.icons.map(({ dataSize }) => dataSize))).toEqual([
      icons.map(({ data }) => (data.isRaw() ? data.bin.byteLength : data.generate().byteLength)),
    ])
  })

  withDocker('in a container', () => {
    const stack = new AsyncDisposableStack()
    let daemon: TestDaemon
    beforeAll(async () => {
      daemon = stack.use(await startTestDaemon())
    })
    afterAll(() => stack.disposeAsync())

    test('of a bare Debian, where nothing else is, install a release', async () => {
      const root = join(folder, 'debian')
      await bareDebian(root)
      await mkdir(join(root, 'usr/local/bin'), { recursive: true })
      await copyFile(join(out, 'kaweezle-linux-x64'), join(root, 'usr/local/bin/kaweezle'))
      await using release = await smallRelease()
      const { KAWEEZLE_CA_FILE: authority = '', ...environment } = release.environment
      const socket = daemon.host.replace('unix://', '')
      const { status, stdout, stderr } = await runInContainer(daemon.docker, {
        image: await imageOf(daemon.docker, { folder: root }),
        environment: { ...environment, KAWEEZLE_CA_FILE: '/ca.pem' },
        binds: [`${socket}:/var/run/docker.sock`, `${authority}:/ca.pem:ro`],
        script: 'kaweezle install && kaweezle list -o json',
      })
      expect(status, stderr).toBe(0)
      expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toMatchObject({
        clusters: [{ name: 'kaweezle', state: 'stopped', provider: 'docker', version: '1.0.0' }],
      })
    })

    test('of Alpine say which package to use instead, and leave nothing', async () => {
      const archive = join(mirrorFolder, 'v3.19/releases/x86_64/alpine-minirootfs-3.19.4-x86_64.tar.gz')
      const run = await runInContainer(daemon.docker, {
        image: await imageOf(daemon.docker, { archive }),
        binds: [`${join(out, 'kaweezle-linux-x64')}:/usr/local/bin/kaweezle:ro`],
        script: 'kaweezle version; status=$?; find /root -mindepth 1; exit $status',
      })
      expect(run).toEqual({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(
          /^error: .* glibc, .*\nhint: .*\(Alpine: apk add nodejs npm\).* npm install --global kaweezle\n$/,
        ),
      })
    })
  })

  withWine('on a Windows', () => {
    const stack = new AsyncDisposableStack()
    let windows: WinePrefix
    beforeAll(async () => {
      windows = stack.use(await winePrefix())
    })
    afterAll(() => stack.disposeAsync())

    test('run as they are unpacked, but for a function that Wine only pretends to have', async () => {
      const place = join(windows.folder, 'kaweezle for Zoë')
      await mkdir(place)
      await execa('bsdtar', ['-xf', join(out, 'kaweezle-windows-x64.zip'), '-C', place])
      const path = join(place, 'kaweezle.exe')
      await chmod(path, 0o755)
      const run = (...words: string[]) => windows.run([windows.toWindows(path), ...words])
      await hidePlaceholders(path)
      expect(await run('version')).toEqual({ status: 0, stdout: `kaweezle ${version}\n`, stderr: '' })
      const { status, stdout } = await run('list', '-o', 'json')
      expect({ status, list: JSON.parse(stdout) }).toEqual({ status: 0, list: { clusters: [] } })
    })
  })
})

/**
 * Wine 8 has VirtualAlloc2 without its placeholders, of which V8 then dies. Where Windows has no such function, V8 does
 * without it: https://source.chromium.org/chromium/chromium/src/+/main:v8/src/base/platform/platform-win32.cc
 */
async function hidePlaceholders(path: string): Promise<void> {
  const bytes = await readFile(path)
  const at = bytes.indexOf('VirtualAlloc2\0')
  expect(at).toBeGreaterThan(0)
  bytes.write('X', at)
  await writeFile(path, bytes)
}
