import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { bundleCli, programName } from '../build/bundle.ts'
import { commands } from '../src/commands/table.ts'
import { node22, node22Missing } from './support/node-22.ts'

const version = '1.2.3-test.4'
const describeNode22 = await requirement('Node 22', node22Missing)

let folder: string
/** Where nothing but the bundle is. */
let installed: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-bundle-'))
  const built = join(folder, 'built')
  await bundleCli({ folder: built, version })
  installed = join(folder, 'a place with spaces')
  await cp(built, installed, { recursive: true })
})
afterAll(() => rm(folder, { recursive: true }))

/** What the bundle does on a runtime, on a machine with an empty home. */
function promises(runtime: string): void {
  async function run(args: readonly string[], environment: Record<string, string> = {}) {
    const home = await mkdtemp(join(folder, 'home-'))
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: home, ...environment }
    const options = { env, extendEnv: false, cwd: home, reject: false, stripFinalNewline: false } as const
    const { exitCode, stdout, stderr } = await execa(
      runtime,
      [join(installed, programName), ...args],
      options,
    )
    return { status: exitCode, stdout, stderr }
  }
  const noDocker = { DOCKER_HOST: 'unix:///nonexistent/docker.sock', KAWEEZLE_PROVIDER: 'docker' }

  test('says its version', async () => {
    const said = { status: 0, stdout: `kaweezle ${version}\n`, stderr: '' }
    expect(await run(['version'])).toEqual(said)
    expect(await run(['--version'])).toEqual(said)
    expect(JSON.parse((await run(['version', '-o', 'json'])).stdout)).toMatchObject({ version })
  })

  test('explains each command', async () => {
    const asked = commands.map(async ({ name }) => [name, await run([name, '--help'])] as const)
    for (const [name, { status, stdout, stderr }] of await Promise.all(asked)) {
      expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: '' })
      expect(stdout).toMatch(new RegExp(`^Usage: kaweezle ${name} `))
    }
  })

  test('says that there is no cluster', async () => {
    const { status, stdout, stderr } = await run(['status', '-o', 'json'])
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ state: 'absent', ready: false })
  })

  test('reads and writes YAML', async () => {
    const file = join(await mkdtemp(join(folder, 'settings-')), 'config.yaml')
    await writeFile(file, 'name: other\n')
    expect((await run(['status', '--config', file])).stdout).toContain('cluster  other\n')
    expect((await run(['status', '--output', 'yaml'])).stdout).toContain('name: kaweezle\n')
  })

  test('completes commands in bash', async () => {
    const { status, stdout, stderr } = await run(['completion', 'bash'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    await execa('bash', ['-n'], { input: stdout })
  })

  test('looks at the machine, and Node says nothing of its own', async () => {
    const mirror = { KAWEEZLE_MIRROR: 'http://127.0.0.1:1/' }
    const { status, stdout, stderr } = await run(['doctor', '-o', 'json'], { ...noDocker, ...mirror })
    expect(status).toBe(1)
    expect(stderr).not.toMatch(/warning|node:/i)
    const { findings } = JSON.parse(stdout)
    // Docker's client and that of the web were loaded, and found nobody.
    for (const name of ['docker', '127.0.0.1:1']) expect(JSON.stringify(findings)).toContain(name)
  })

  test('tells a wrong command line by its exit status', async () => {
    const { status, stdout, stderr } = await run(['frobnicate'])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error: unknown command 'frobnicate'\nhint: .*\n$/)
  })

  test('refuses Docker over SSH with a reason, and needs no module for it', async () => {
    const { status, stderr } = await run(['install', '--provider', 'docker', '--offline'], {
      DOCKER_HOST: 'ssh://me@there',
    })
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/DOCKER_HOST names ssh:\/\/me@there, which Kaweezle cannot reach\n/),
    })
  })

  test('shows where an error arose only when it is asked to', async () => {
    const args = ['install', '--offline', '--release', 'v1.0.0']
    const { status, stderr } = await run(args, noDocker)
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error: /m)
    expect(stderr).not.toMatch(/^ +at |\.cjs:/m)
    expect((await run([...args, '--verbose'], noDocker)).stderr).toMatch(/^ +at .*\.cjs:\d+/m)
  })
}

describe('the bundle on the Node of this repository', () => promises(process.execPath))
describeNode22('the bundle on Node 22', () => promises(node22))
