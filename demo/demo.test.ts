import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { nodeMissing } from '../agent/test/support/node-rootfs.ts'
import { startTestDaemon, type TestDaemon, testDaemonMissing } from '../cli/test/support/docker-daemon.ts'
import { everything } from '../cli/test/support/docker-world.ts'
import { wslDoubleMissing } from '../cli/test/support/wsl-double/wsl-double.ts'
import { requirement } from '../pipeline/test/support/requirement.ts'
import { isFullSweep } from '../pipeline/test/support/sweep.ts'
import { remainsOf } from './remains.ts'

const main = join(import.meta.dirname, 'main.ts')
const nobody = 'unix:///nowhere/docker.sock'

const withNode = await requirement('a node', async () => (await nodeMissing()) ?? (await wslDoubleMissing()))
const withDocker = await requirement(
  'Docker and a node',
  async () => (await testDaemonMissing()) ?? (await nodeMissing()),
)

/** The temporary folder of one demo. */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-of-demo-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function start(host: string, ...flags: string[]) {
  return execa(process.execPath, [main, ...flags], {
    // Where a terminal would be told to show colours, this is none.
    env: { TMPDIR: folder, DOCKER_HOST: host, NO_COLOR: '' },
    reject: false,
    all: true,
  })
}

const chapters = [
  'A mirror, a registry and a GitHub of our own',
  'Build: Kubernetes 1.36.5',
  'Release 1.0.0',
  'Install',
  'Start',
  'A newer Kubernetes: 1.37.0',
  'Update',
  'Roll back',
  'Clean up',
]

/** What is told from the beginning of a chapter to its end. */
function chapterOf(text: string, title: string): string {
  return text.split(/^\d\. /m).find((one) => one.startsWith(`${title}\n`)) ?? ''
}

function expectStory(text: string): void {
  expect([...text.matchAll(/^(\d)\. (.+)$/gm)].map(([, number, title]) => [number, title])).toEqual(
    chapters.map((title, index) => [String(index + 1), title]),
  )
  const has = (title: string, pattern: RegExp) => expect(chapterOf(text, title)).toMatch(pattern)
  has('Release 1.0.0', /v1\.0\.0 is published/)
  has('Install', /\$ kaweezle install\n[\s\S]*downloaded and verified/)
  has('Start', /ready +yes[\s\S]* Ready .* v1\.36\.1\n[\s\S]*configmap\/note created/)
  has('A newer Kubernetes: 1.37.0', /up +kubelet +1\.36\.1-r2 -> 1\.37\.0-r0[\s\S]*v1\.1\.0 is published/)
  has('Update', / Ready .* v1\.37\.0\n[\s\S]*\| mine\n/)
  has('Roll back', / Ready .* v1\.36\.1\n[\s\S]*\| mine\n/)
  has('Clean up', /is removed\n[\s\S]*Nothing is left[\s\S]*Doubles: kubeadm/)
  expect(text).not.toContain('\x1b')
}

/** No file, and no process or mount that knows of the folder. */
async function expectNothingLeft(): Promise<void> {
  expect(await readdir(folder)).toEqual([])
  expect(await remainsOf(folder)).toEqual([`folder ${folder}`])
}

// Two minutes more; what differs from the story with Docker is in cli/test/wsl-journey.test.ts.
if (isFullSweep)
  withNode('npm run demo without Docker', () => {
    test('tells the whole story, with the double of wsl.exe, says so, and leaves nothing', async () => {
      const { exitCode, all } = await start(nobody)
      expect(exitCode, all).toBe(0)
      expect(all).toContain(
        'Docker is not used: builds run in namespaces, and the cluster in a double of wsl.exe',
      )
      expectStory(all)
      await expectNothingLeft()
    }, 600_000)
  })

withDocker('npm run demo with Docker', () => {
  let daemon: TestDaemon
  beforeAll(async () => {
    daemon = await startTestDaemon()
  })
  afterAll(() => daemon[Symbol.asyncDispose]())

  test('tells the whole story in Docker, and leaves nothing', async () => {
    const { exitCode, all } = await start(daemon.host)
    expect(exitCode, all).toBe(0)
    expect(all).toContain('A Docker daemon answers: builds and the cluster run there.')
    expectStory(all)
    await expectNothingLeft()
    expect(await everything(daemon.docker)).toEqual([])
  }, 600_000)

  test('Ctrl-C in the middle of a build removes all that is there by then', async () => {
    const demo = start(daemon.host)
    await vi.waitFor(async () => expect(await everything(daemon.docker)).not.toEqual([]), {
      timeout: 120_000,
    })
    expect(await readdir(folder)).toHaveLength(1)
    // As a terminal does it, and npm once more.
    demo.kill('SIGINT')
    demo.kill('SIGINT')
    expect(await demo).toMatchObject({
      exitCode: 130,
      all: expect.stringMatching(/\d\. Clean up\n[\s\S]*Nothing is left[\s\S]*error: interrupted by SIGINT/),
    })
    await expectNothingLeft()
    expect(await everything(daemon.docker)).toEqual([])
  }, 300_000)
})

test('npm knows it, and its help and docs/demo.md name every flag', async () => {
  const { stdout } = await execa('npm', ['run', '--silent', 'demo', '--', '--help'], {
    cwd: join(import.meta.dirname, '..'),
  })
  const flags = [...stdout.matchAll(/^ {2}(--\w+)/gm)].map(([, flag]) => flag ?? '')
  expect(flags).toEqual(['--mirror', '--provider', '--help'])
  const text = await readFile(join(import.meta.dirname, '../docs/demo.md'), 'utf8')
  for (const flag of flags) expect(text).toContain(flag)
})

test.each([
  ['a mirror that is not there', ['--mirror=/nowhere'], 1, /no Alpine mirror at \/nowhere[\s\S]*--mirror/],
  ['Docker where no daemon answers', ['--provider=docker'], 1, /No Docker daemon answers at .+nowhere/],
  ['an unknown flag', ['--miror=x'], 2, /--mirror/],
])('%s is said before anything is begun', async (_, flags, status, message) => {
  const { exitCode, stdout, stderr } = await start(nobody, ...flags)
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: status,
    stdout: '',
    stderr: expect.stringMatching(message),
  })
})
