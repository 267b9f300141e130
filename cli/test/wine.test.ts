import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeMissing } from '../../agent/test/support/node-rootfs.ts'
import { freePort } from '../../pipeline/test/support/free-port.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { bundleCli } from '../build/bundle.ts'
import { nodeReleases } from './support/node-releases.ts'
import { otherKubeconfig } from './support/user.ts'
import { type WineMachine, wineMachine, wineMissing } from './support/wine/wine.ts'
import { forwardLocalhost } from './support/wsl-double/localhost-forwarding.ts'
import { type WslDouble, wslDouble, wslDoubleMissing } from './support/wsl-double/wsl-double.ts'

const withWine = await requirement(
  'Wine, a double of WSL and a node',
  async () => (await wineMissing()) ?? (await wslDoubleMissing()) ?? (await nodeMissing()),
)

// On Node 22 for Windows: what Wine says of paths, of processes and of their status is what Windows says.
withWine('the bundle on Windows', () => {
  const stack = new AsyncDisposableStack()
  let double: WslDouble
  let machine: WineMachine
  let environment: Readonly<Record<string, string>>
  const home = 'C:\\users\\Zoë Ångström\\kaweezle home'
  const kubeconfig = 'C:\\users\\Zoë Ångström\\kube configs\\mine'

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kaweezle-windows-'))
    stack.defer(() => rm(folder, { recursive: true }))
    double = stack.use(await wslDouble())
    const program = await bundleCli({ folder: join(folder, 'cli'), version: '1.2.3' })
    machine = stack.use(await wineMachine({ program, executable: double.executable }))
    const releases = stack.use(await nodeReleases())
    releases.publish('1.0.0')
    const apiPort = await freePort()
    stack.use(forwardLocalhost(double, apiPort))
    environment = {
      ...releases.environment,
      KAWEEZLE_CA_FILE: machine.toWindows(releases.environment['KAWEEZLE_CA_FILE'] ?? ''),
      KAWEEZLE_API_PORT: String(apiPort),
      KAWEEZLE_HOME: home,
      KUBECONFIG: `${kubeconfig};C:\\users\\nobody\\config`,
    }
    await mkdir(dirname(machine.toLinux(kubeconfig)), { recursive: true })
    await writeFile(machine.toLinux(kubeconfig), otherKubeconfig)
  }, 300_000)
  afterAll(() => stack.disposeAsync())

  const run = (...args: string[]) => machine.kaweezle(args, environment)
  async function succeeds(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await run(...args)
    expect(status, `kaweezle ${args.join(' ')}\n${stdout}${stderr}`).toBe(0)
    return stdout
  }
  const document = async (...args: string[]) => JSON.parse((await run('-o', 'json', ...args)).stdout)
  const usedKubeconfig = () => readFile(machine.toLinux(kubeconfig), 'utf8')

  test('says its version, and that nothing is installed', async () => {
    expect(await machine.kaweezle(['version'])).toEqual({ status: 0, stdout: 'kaweezle 1.2.3\n', stderr: '' })
    expect(await document('version')).toMatchObject({ version: '1.2.3', platform: 'win32' })
    expect(await run('status')).toMatchObject({ status: 1, stderr: '' })
    expect(await run('frobnicate')).toMatchObject({ status: 2, stdout: '' })
  })

  test('has its files where Windows has them for programs', async () => {
    const { findings } = JSON.parse((await machine.kaweezle(['doctor', '--offline', '-o', 'json'])).stdout)
    expect(JSON.stringify(findings)).toMatch(/C:\\\\users\\\\[^\\]+\\\\AppData\\\\Local\\\\kaweezle\\\\cache/)
  })

  test('finds WSL, and nothing that is wrong with it', async () => {
    const { status, stdout, stderr } = await run('doctor')
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'Looking at this machine\n' })
    expect(stdout).toMatch(/^pass {2}provider wsl: WSL 2\.6/m)
  })

  test('installs a release that it downloads, and starts it', async () => {
    await succeeds('install')
    expect(await succeeds('start')).toContain('kaweezle is ready')
    expect(await document('status')).toMatchObject({ ready: true, provider: 'wsl', problems: [] })
    const merged = await usedKubeconfig()
    expect(merged).toContain('# of somebody else')
    expect(merged).toMatch(/^current-context: work$/m)
    expect(merged).toContain(`server: https://127.0.0.1:${environment['KAWEEZLE_API_PORT']}`)
  }, 120_000)

  test('runs commands inside with the words that it was given, and ends as they do', async () => {
    const words = ['a b', 'c\\d\\', 'e"f', '', 'ü€', '%PATH%']
    expect(await succeeds('exec', '--', 'printf', '<%s>', ...words)).toBe(`<${words.join('><')}>`)
    expect(await run('exec', '--', 'sh', '-c', 'echo said >&2; exit 255')).toEqual({
      status: 255,
      stdout: '',
      stderr: 'said\n',
    })
  })

  test.each([
    ['in UTF-16, in German', { flavour: 'store-old', locale: 'de-DE' }],
    ['with the line ends of old builds', { newline: '\r\r\n' }],
  ] as const)('understands a wsl.exe that speaks %s', async (_, settings) => {
    double.settings(settings)
    expect(await document('list')).toMatchObject({ clusters: [{ name: 'kaweezle', state: 'running' }] })
    double.settings({ flavour: 'store', locale: 'en-US', newline: '\r\n' })
  })

  test('tells a failure of wsl.exe, which is 4294967295, from that of a command', async () => {
    double.faults([
      { verb: 'run', action: 'fail', text: 'Kein Zugriff.', code: 'Wsl/Service/E_ACCESSDENIED', times: 9 },
    ])
    const { error } = await document('exec', '--', 'true')
    double.faults([])
    expect(error).toMatchObject({ code: 'PROVIDER_FAILED' })
    expect(JSON.stringify(error)).toContain('Wsl/Service/E_ACCESSDENIED')
  })

  test('stops and starts it, and leaves nothing of it in the end', async () => {
    await succeeds('stop')
    expect(await document('status')).toMatchObject({ state: 'stopped' })
    await succeeds('start')
    await succeeds('uninstall', '--yes', '--purge')
    expect(double.state().distributions).toEqual([])
    expect(await usedKubeconfig()).toBe(otherKubeconfig)
    const left = await readdir(machine.toLinux(home), { recursive: true, withFileTypes: true })
    expect(left.filter((one) => one.isFile() && !one.name.endsWith('.lock')).map(({ name }) => name)).toEqual(
      [],
    )
  }, 120_000)
})
