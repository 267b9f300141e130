import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { kubernetesOf, type NodeReleases } from './node-releases.ts'
import { type Journey, type JourneyHost, openJourney } from './open-journey.ts'
import { otherKubeconfig, type User } from './user.ts'

/** Tests of one provider that come in the middle: of a cluster that is installed, or that has run and has its note. */
export interface MoreTests<Host extends JourneyHost> {
  readonly installed?: (journey: () => Journey<Host>) => void
  readonly running?: (journey: () => Journey<Host>) => void
}

/** The way of one user with one provider, from the first install to the end, by the program and kubectl alone. */
export function runJourney<Host extends JourneyHost>(
  openHost: (apiPort: number) => Promise<Host>,
  more: MoreTests<Host> = {},
): void {
  const stack = new AsyncDisposableStack()
  let releases: NodeReleases
  let host: Host
  let user: User
  let apiPort: number

  beforeAll(async () => {
    const journey = stack.use(await openJourney(openHost))
    ;({ releases, host, user, apiPort } = journey)
  }, 600_000)
  afterAll(() => stack.disposeAsync())

  const inside = (script: string) => user.succeeds('exec', '--', 'sh', '-c', script)
  const volume = '/var/lib/kaweezle/local-path/pvc-1'
  const note = () => user.kubectl('get', 'configmap', 'note', '-o', 'jsonpath={.data.text}')

  test('install puts the latest release on this host, and starts nothing', async () => {
    expect(await user.document('install')).toMatchObject({ name: 'kwsl', release: { version: '1.0.0' } })
    expect(await user.document('list')).toMatchObject({ clusters: [{ name: 'kwsl', state: 'stopped' }] })
    expect(await user.kaweezle('status')).toMatchObject({ status: 1 })
    expect(await readFile(user.kubeconfig, 'utf8')).toBe(otherKubeconfig)
  }, 600_000)

  more.installed?.(() => ({ host, user, releases, apiPort }))

  test('start makes it ready, and kubectl of the host reaches it at 127.0.0.1', async () => {
    const server = `https://127.0.0.1:${apiPort}`
    expect(await user.document('start')).toMatchObject({
      context: 'kwsl',
      kubernetes: kubernetesOf['1.0.0'],
      kubeconfig: user.kubeconfig,
      server,
      switchedContext: false,
    })
    expect(await user.kubectl('get', 'nodes')).toMatch(/^kwsl\s+Ready/m)
    expect(await user.kubectl('cluster-info')).toContain(server)
    expect((await stat(user.kubeconfig)).mode & 0o777).toBe(0o600)
    expect(await readFile(user.kubeconfig, 'utf8')).toContain('# of somebody else')
  }, 600_000)

  test('started again it stays as it is, within seconds', async () => {
    expect(await user.succeeds('start')).toContain('kwsl is ready')
  }, 60_000)

  test('status says all that is to be known', async () => {
    const status = await user.document('status')
    expect(status).toMatchObject({
      state: 'running',
      ready: true,
      release: { version: '1.0.0', tag: 'v1.0.0' },
      agent: { state: 'ready', cluster: { name: 'kwsl', kubernetesVersion: kubernetesOf['1.0.0'] } },
      problems: [],
    })
    expect(status.agent.workloads.ready).toBe(status.agent.workloads.count)
    expect(status.disk.used).toBeGreaterThan(0)
    expect(await user.succeeds('status')).toMatch(/^ready +yes$/m)
  })

  test('exec runs commands inside, and ends as they do', async () => {
    expect(await user.succeeds('exec', '--', 'hostname')).toBe('kwsl')
    expect(await user.kaweezle('exec', '--', 'sh', '-c', 'exit 7')).toMatchObject({ status: 7 })
    expect(await user.document('exec', '--', 'cat', '/etc/alpine-release')).toMatchObject({ status: 0 })
  })

  test('logs are shown, and bundled without secrets', async () => {
    expect(await user.succeeds('logs')).toMatch(/iknite start --json.*\n.*\bINFO\[0000\] iknite /)
    const folder = join(user.home, 'cache', 'logs')
    await mkdir(folder, { recursive: true })
    const bundle = join(folder, 'kwsl.zip')
    await user.succeeds('logs', '--bundle', bundle)
    const files = unzipSync(await readFile(bundle))
    const text = Object.values(files).map((bytes) => Buffer.from(bytes).toString())
    expect(Object.keys(files)).toContain('inside/iknite-info.txt')
    expect(text.join()).not.toContain('PRIVATE KEY')
    expect(text.join()).not.toMatch(/client-key-data: [A-Za-z0-9]/)
  })

  test('doctor finds nothing that keeps it from working', async () => {
    const { findings } = await user.document('doctor')
    expect(findings.filter(({ verdict }: { verdict: string }) => verdict === 'fail')).toEqual([])
  })

  test('what is put into the cluster outlives a stop', async () => {
    await user.kubectl('create', 'configmap', 'note', '--from-literal=text=mine')
    await inside(`mkdir -p ${volume} && echo mine >${volume}/file`)
    await user.succeeds('stop')
    await user.succeeds('stop')
    await host.restart()
    expect(await user.document('status')).toMatchObject({ state: 'stopped', ready: false })
    await user.succeeds('start')
    expect(await note()).toBe('mine')
    expect(await inside(`cat ${volume}/file`)).toBe('mine')
  }, 600_000)

  test('when the machine was off, it is ready again with all it had', async () => {
    await host.restart()
    if (host.bringsUp) await vi.waitFor(() => user.succeeds('status'), { timeout: 180_000, interval: 1000 })
    else await user.succeeds('start')
    expect(await note()).toBe('mine')
  }, 400_000)

  more.running?.(() => ({ host, user, releases, apiPort }))

  test('update takes it to the next release, with its data', async () => {
    expect(await user.document('update')).toMatchObject({ changed: false })
    releases.publish('1.1.0')
    expect(await user.document('update')).toMatchObject({
      changed: true,
      release: { version: '1.1.0' },
      former: { version: '1.0.0' },
    })
    expect(await user.document('status')).toMatchObject({
      ready: true,
      release: { version: '1.1.0' },
      former: { version: '1.0.0' },
      agent: { cluster: { kubernetesVersion: kubernetesOf['1.1.0'] } },
    })
    expect(await note()).toBe('mine')
    expect(await inside(`cat ${volume}/file`)).toBe('mine')
    expect(await user.kubectl('get', 'nodes')).toMatch(/^kwsl\s+Ready/m)
  }, 600_000)

  test('rollback returns to the release before, and to the data of then', async () => {
    await user.kubectl('delete', 'configmap', 'note')
    await inside(`echo later >${volume}/file`)
    expect(await user.document('rollback')).toMatchObject({ release: { version: '1.0.0' } })
    expect(await user.document('status')).toMatchObject({
      ready: true,
      agent: { cluster: { kubernetesVersion: kubernetesOf['1.0.0'] } },
    })
    expect(await note()).toBe('mine')
    expect(await inside(`cat ${volume}/file`)).toBe('mine')
  }, 600_000)

  test('uninstall leaves nothing behind', async () => {
    expect(await user.kaweezle('uninstall')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--yes'),
    })
    expect(await user.document('uninstall', '--yes', '--purge')).toMatchObject({ changed: true })
    expect(await host.leftovers()).toEqual([])
    expect(await user.files()).toEqual([])
    expect(await readdir(join(user.home, 'cache/releases'))).toEqual([])
    expect(await readFile(user.kubeconfig, 'utf8')).toBe(otherKubeconfig)
    expect(await user.document('uninstall')).toMatchObject({ changed: false })
  }, 600_000)
}
