import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { call, digestOf, documentOf, type Machinery, machinery, started } from './program.fixture.ts'

async function contexts(on: Machinery): Promise<{ current: string; names: string[] }> {
  const kubeconfig = parse(await readFile(on.kubeconfig, 'utf8'))
  return {
    current: kubeconfig['current-context'],
    names: (kubeconfig.contexts ?? []).map(({ name }: { name: string }) => name),
  }
}

test('start gives a cluster and a context where there was nothing', async () => {
  const on = machinery()
  const { status, stdout, stderr } = await call('start', on)
  expect(status).toBe(0)
  expect(stdout).toContain('kaweezle is ready: Kubernetes 1.36.5 at https://127.0.0.1:6443')
  expect(stderr).toContain('Downloading rootfs.tar.gz (200 MB)\n  100 MB of 200 MB, 1.0 MB/s, 5 s left\n')
  expect(on.provider.machine.isReady).toBe(true)
  expect(await contexts(on)).toEqual({ current: 'kaweezle', names: ['kaweezle'] })
})

test('the kubeconfig leads to this machine, and not to the address inside', async () => {
  const on = await started()
  const { clusters } = parse(await readFile(on.kubeconfig, 'utf8'))
  expect(clusters[0].cluster.server).toBe('https://127.0.0.1:6443')
})

test('start -o json prints one document, and all else goes to standard error', async () => {
  const on = machinery()
  const called = await call('start -o json', on)
  expect(documentOf(called)).toEqual({
    name: 'kaweezle',
    provider: 'docker',
    installed: true,
    release: { version: '1.0.0', tag: 'v1.0.0', sha256: digestOf('1.0.0'), kubernetes: '1.36.5' },
    kubernetes: '1.36.5',
    server: 'https://127.0.0.1:6443',
    context: 'kaweezle',
    kubeconfig: on.kubeconfig,
    switchedContext: true,
    warnings: [],
  })
  expect(called.stderr).toContain('Starting kaweezle')
})

test('starting the started succeeds, downloads nothing and leaves the kubeconfig as it is', async () => {
  const on = await started()
  const before = await readFile(on.kubeconfig, 'utf8')
  const called = await call('start -o json', on)
  expect(documentOf(called)).toMatchObject({ installed: false })
  expect(called.stderr).not.toContain('Downloading')
  expect(await readFile(on.kubeconfig, 'utf8')).toBe(before)
})

test('the current context stays, unless --use-context is given', async () => {
  const on = machinery()
  await mkdir(dirname(on.kubeconfig), { recursive: true })
  const other =
    'apiVersion: v1\nkind: Config\ncurrent-context: work\ncontexts:\n- {name: work, context: {cluster: a, user: b}}\n'
  await writeFile(on.kubeconfig, other)
  await call('start', on)
  expect(await contexts(on)).toEqual({ current: 'work', names: ['work', 'kaweezle'] })
  await call('start --use-context', on)
  expect(await contexts(on)).toMatchObject({ current: 'kaweezle' })
  expect((await call('uninstall --yes', on)).stdout).toContain('The current context is work again.')
  expect(await contexts(on)).toEqual({ current: 'work', names: ['work'] })
})

test('a broken kubeconfig is told and not touched', async () => {
  const on = machinery()
  await mkdir(dirname(on.kubeconfig), { recursive: true })
  await writeFile(on.kubeconfig, 'contexts: [')
  const called = await call('start -o json', on)
  expect(called.status).toBe(1)
  expect(documentOf(called)).toMatchObject({ error: { code: 'KUBECONFIG_INVALID' } })
  expect(await readFile(on.kubeconfig, 'utf8')).toBe('contexts: [')
})

test('install makes a cluster without starting it; to repeat it changes nothing', async () => {
  const on = machinery()
  expect(documentOf(await call('install -o json', on))).toMatchObject({ changed: true, apiPort: 6443 })
  expect(on.provider.machine).toMatchObject({ isRunning: false })
  expect(existsSync(on.kubeconfig)).toBe(false)
  const again = await call('install -o yaml', on)
  expect(parse(again.stdout)).toMatchObject({ changed: false })
})

test('a port that is taken is left to whoever has it, and one asked for by name is refused', async () => {
  const on = machinery()
  on.takenPorts.add(6443)
  const called = await call('install --api-port 6443', on)
  expect(called).toMatchObject({ status: 2, stdout: '' })
  expect(documentOf(await call('install -o json', on))).toMatchObject({ apiPort: 6444 })
})

test('a release that is not there ends with the status for the unreachable, and leaves nothing', async () => {
  const on = machinery()
  const called = await call('start --release v9 -o json', on)
  expect(called.status).toBe(4)
  expect(documentOf(called)).toMatchObject({ error: { code: 'SOURCE_MISSING' } })
  expect(on.provider.machine.data).toBeUndefined()
  expect(existsSync(join(on.home, 'clusters', 'kaweezle'))).toBe(false)
})

test('nothing is downloaded onto a disk that is too small', async () => {
  const on = machinery()
  on.freeBytes = 1e9
  const { status, stderr } = await call('start', on)
  expect(status).toBe(1)
  expect(stderr).toMatch(/error: docker.*1\.5 GB are needed, and 1\.0 GB are free/)
  expect(on.cached.size).toBe(0)
})

test('parts of an unknown cluster of that name are never built upon', async () => {
  const on = machinery()
  on.provider.machine.data = ['someone']
  const { status, stderr } = await call('start', on)
  expect(status).toBe(1)
  expect(stderr).toContain('docker has parts of a cluster kaweezle that this kaweezle knows nothing of')
  expect(on.provider.machine.data).toEqual(['someone'])
})

test('stopping succeeds for the running, the stopped and the absent', async () => {
  const on = await started()
  expect(documentOf(await call('stop -o json', on))).toEqual({ name: 'kaweezle', changed: true })
  expect(on.provider.machine.isRunning).toBe(false)
  expect(documentOf(await call('stop -o json', on))).toEqual({ name: 'kaweezle', changed: false })
  expect(await call('stop --name other', on)).toMatchObject({ status: 0 })
})

test('stopping what was never installed asks for no provider', async () => {
  const on = machinery()
  on.isDockerUsable = false
  expect(await call('stop', on)).toMatchObject({ status: 0 })
  expect(await call('start', on)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('hint: Start Docker.'),
  })
})

test('uninstall leaves nothing, and to repeat it succeeds', async () => {
  const on = await started()
  expect(documentOf(await call('uninstall --yes -o json', on))).toMatchObject({ changed: true })
  expect(on.provider.machine.data).toBeUndefined()
  expect(await contexts(on)).toEqual({ current: '', names: [] })
  expect(existsSync(join(on.home, 'clusters', 'kaweezle'))).toBe(false)
  expect(existsSync(join(on.home, 'clusters', 'kaweezle.lock'))).toBe(false)
  expect(documentOf(await call('uninstall -o json', on))).toEqual({ name: 'kaweezle', changed: false })
})

test('uninstall removes what is left of a cluster whose state is lost', async () => {
  const on = machinery()
  on.provider.machine.data = ['r']
  on.provider.list = async () => ['kaweezle']
  await call('uninstall --yes', on)
  expect(on.provider.machine.data).toBeUndefined()
})

test('downloads stay after an uninstall, but for --purge and where no cluster has them', async () => {
  const on = await started()
  on.cached.add(digestOf('0.9.0'))
  await call('uninstall --yes', on)
  expect(on.cached.size).toBe(2)
  await call('uninstall --yes --purge', on)
  expect(on.cached.size).toBe(0)
})

test('a provider other than that of the cluster is refused', async () => {
  const on = await started()
  const { status, stderr } = await call('start --provider wsl', on)
  expect(status).toBe(2)
  expect(stderr).toContain('error: the cluster kaweezle is run by docker, and not by wsl')
})

test('Windows has wsl unless it is said otherwise', async () => {
  const on = machinery()
  const { stderr } = await call('start', on, { platform: 'win32' })
  expect(stderr).toContain('error: wsl cannot be used: there is no wsl.exe')
})

test('a second command waits for the first', async () => {
  const on = machinery()
  const [one, two] = await Promise.all([call('start', on), call('start -o json', on)])
  expect([one.status, two.status]).toEqual([0, 0])
  const downloads = `${one.stderr}${two.stderr}`.match(/Downloading/g)
  expect(downloads).toHaveLength(1)
  expect(`${one.stderr}${two.stderr}`).toContain('Waiting for another kaweezle that works on kaweezle')
})

test('an interrupted command ends with 130, and says what interrupted it', async () => {
  const controller = new AbortController()
  const { KaweezleError } = await import('../errors.ts')
  const called = await call('start -o json', machinery(), {
    signal: controller.signal,
    releases: {
      find: async () => {
        controller.abort(new KaweezleError('INTERRUPTED', 'interrupted by SIGINT'))
        throw new Error('a consequence')
      },
    },
  })
  expect(called.status).toBe(130)
  expect(documentOf(called)).toMatchObject({ error: { code: 'INTERRUPTED' } })
})

test('an error that nobody foresaw is told as a bug of ours, with its stack only where that is asked for', async () => {
  const releases = { find: () => Promise.reject(new TypeError('x is not a function')) }
  const { status, stderr } = await call('start', machinery(), { releases })
  expect(status).toBe(1)
  expect(stderr).toContain('error: x is not a function\nhint: This is a bug of kaweezle')
  expect(stderr).not.toContain('    at ')
  expect((await call('start -v', machinery(), { releases })).stderr).toContain('    at ')
})

test('ports that another distribution has are told before a start', async () => {
  const on = await started('install')
  Object.assign(on.provider, { clashes: async () => [{ port: 6443, distribution: 'Ubuntu' }] })
  expect((await call('start', on)).stderr).toContain('warning: port 6443 is taken by the distribution Ubuntu')
})
