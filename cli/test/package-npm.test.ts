import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { bundleCli } from '../build/bundle.ts'
import { packageCli } from '../build/package-cli.ts'
import { hashFile } from '../src/releases/hash-file.ts'
import { startTestDaemon, testDaemonMissing } from './support/docker-daemon.ts'
import { smallRelease } from './support/small-release.ts'

const withNpm = await requirement('npm as a program', async () =>
  process.platform === 'win32' ? 'on Windows it is a script' : undefined,
)
const withDocker = await requirement('dockerd as root', testDaemonMissing)

const version = '1.2.3-test.4'
let folder: string
let tarball: string
/** An empty folder into which the tarball was installed. */
let installed: string

async function pack(name: string): Promise<string> {
  const out = join(folder, name)
  const only = new Set(['npm'] as const)
  await packageCli({ out, version, repository: 'some/fork', tag: 'v1', only, onFile: () => {} })
  expect(await readdir(out)).toEqual([`kaweezle-${version}.tgz`])
  return join(out, `kaweezle-${version}.tgz`)
}

async function filesBelow(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => relative(place, join(parentPath, name))).sort()
}

function kaweezle(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), ...environment }
  return execa(join(installed, 'node_modules/.bin/kaweezle'), words, { env, extendEnv: false })
}

withNpm('the package for npm', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kaweezle-npm-'))
    tarball = await pack('out')
    installed = join(folder, 'an empty folder')
    await mkdir(installed)
    const npm = ['install', '--offline', '--no-audit', '--no-fund', '--no-update-notifier', tarball]
    await execa('npm', npm, { cwd: installed, env: { npm_config_cache: join(folder, 'cache') } })
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('the package holds the bundle with its licences and a README, and nothing else', async () => {
    const bundle = join(folder, 'bundle')
    await bundleCli({ folder: bundle, version })
    const files = await filesBelow(join(installed, 'node_modules/kaweezle'))
    const others = ['LICENSE', 'README.md', 'package.json']
    expect(files).toEqual([...(await filesBelow(bundle)), ...others].sort())
    expect(files.filter((name) => !name.startsWith('parts/'))).toEqual([
      ...['LICENSE', 'README.md', 'THIRD-PARTY-LICENSES.txt', 'kaweezle.cjs', 'package.json'],
    ])
    expect(await readdir(join(installed, 'node_modules'))).toEqual(['.bin', '.package-lock.json', 'kaweezle'])
  })

  test('the package says where it is from, for its provenance, needs no other and runs no script', async () => {
    const text = await readFile(join(installed, 'node_modules/kaweezle/package.json'), 'utf8')
    expect(JSON.parse(text)).toEqual({
      name: 'kaweezle',
      version,
      description: expect.stringContaining('Kubernetes'),
      keywords: expect.arrayContaining(['kubernetes']),
      homepage: 'https://github.com/some/fork#readme',
      bugs: 'https://github.com/some/fork/issues',
      license: 'Apache-2.0',
      repository: { type: 'git', url: 'git+https://github.com/some/fork.git', directory: 'cli' },
      type: 'commonjs',
      bin: { kaweezle: 'kaweezle.cjs' },
      engines: { node: '>=22.19.0' },
      publishConfig: { access: 'public', provenance: true },
    })
  })

  test('the package has the same bytes when it is packed again', async () => {
    expect(await hashFile(await pack('again'))).toEqual(await hashFile(tarball))
  })

  test('the command is there after an install without a network', async () => {
    expect((await kaweezle(['version'])).stdout).toBe(`kaweezle ${version}`)
  })

  withDocker('the command out of the package', () => {
    test('installs a release', async () => {
      await using daemon = await startTestDaemon()
      await using release = await smallRelease()
      const environment = { ...release.environment, DOCKER_HOST: daemon.host }
      await kaweezle(['install', '--provider', 'docker'], environment)
      const { stdout } = await kaweezle(['list', '-o', 'json'], environment)
      expect(JSON.parse(stdout)).toMatchObject({
        clusters: [{ name: 'kaweezle', state: 'stopped', provider: 'docker', version: '1.0.0' }],
      })
    })
  })
})
