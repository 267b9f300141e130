import { describe, expect, test } from 'vitest'
import { AgentError } from '../errors.ts'
import { rootKubeconfigPath, statusPath } from '../kubeadm/paths.ts'
import { converged } from '../plan/snapshot.fixture.ts'
import { readStatus } from '../report/status-file.ts'
import { call } from './program.fixture.ts'

/** The first line of what changes the node. */
const begin = 'INFO[0000] iknite 1.2.3 pid=42\n'

describe('what changes the node', () => {
  test.each([
    ['start', ['start'], 'kwsl is ready: Kubernetes 1.36.5 at 192.168.99.2\n'],
    ['stop', ['stop'], 'The cluster is stopped\n'],
    ['reset', ['reset'], 'The cluster is removed\n'],
    ['reset --keep-data', ['reset but data'], 'The cluster is removed, but for its data\n'],
    ['prepare', ['prepare'], 'The host is prepared\n'],
    ['-v error start', ['start'], 'kwsl is ready: Kubernetes 1.36.5 at 192.168.99.2\n'],
  ])('%s', async (line, done, stdout) => {
    expect(await call(line)).toMatchObject({ status: 0, done, stdout })
  })

  test.each([
    ['start --json', { state: 'ready', name: 'kwsl', actions: 7 }],
    ['stop --json', { state: 'stopped' }],
    ['--json reset --keep-data', { state: 'stopped', keptData: true }],
    ['prepare --json', { prepared: true }],
  ])('%s prints one JSON document', async (line, document) => {
    expect(JSON.parse((await call(line)).stdout)).toMatchObject(document)
  })

  test('what it says is kept in the log of all runs as people read it, and what only looks is not', async () => {
    const work = { start: () => Promise.reject(new AgentError('REFUSED', 'no room', { hint: 'Make some.' })) }
    const { log } = await call('start --json', { work })
    expect(log).toMatch(/^\d{4}-\S+Z iknite start --json\nINFO\[0000\] iknite 1\.2\.3 pid=42\n/)
    expect(log).toContain('ERRO[0000] no room')
    expect((await call('start')).log).toContain('INFO[0000] iknite 1.2.3')
    expect((await call('status')).log).toBe('')
  })

  test('it is told its settings and its deadline', async () => {
    let seen: unknown
    await call('start --wait 60 --kubernetes-version v1.36.5', {
      environment: { IKNITE_NAME: 'kwsl' },
      work: {
        async start({ settings, deadline, host }) {
          seen = [settings.name, settings.kubernetesVersion, deadline - host.now()]
          throw new AgentError('REFUSED', 'enough')
        },
      },
    })
    expect(seen).toEqual(['kwsl', '1.36.5', 60_000])
  })

  test.each([
    ['TIMED_OUT', 5],
    ['REFUSED', 1],
    ['NOT_CONVERGING', 1],
    ['INTERRUPTED', 130],
  ] as const)('%s ends with status %i, is in the status file and frees the lock', async (code, status) => {
    const fail = async () => {
      throw new AgentError(code, 'it failed', { hint: 'Do this.', details: ['a pod'] })
    }
    const failed = await call('start', { work: { start: fail } })
    expect(failed).toMatchObject({
      status,
      stdout: '',
      stderr: `${begin}ERRO[0000] it failed\n  a pod\nHint: Do this.\n`,
    })
    expect(await readStatus(failed.host.files)).toMatchObject({
      state: 'failed',
      error: { code, details: ['a pod'] },
    })
    expect((await call('start --wait 1')).status).toBe(0)
  })

  test('a failure is one JSON document on each side with --json', async () => {
    const stop = async () => {
      throw new AgentError('TIMED_OUT', 'too late')
    }
    const { stdout, stderr } = await call('stop --json', { work: { stop } })
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'TIMED_OUT', message: 'too late', details: [] } })
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { level: 'info', msg: 'iknite 1.2.3', pid: 42 },
      { level: 'error', msg: 'too late' },
    ])
  })

  test('a second run waits for the first until its time is over', async () => {
    const inner = await new Promise<{ status: number; stderr: string }>((resolve, reject) => {
      const stop = async () => resolve(await call('start --wait 2'))
      call('stop', { work: { stop } }).catch(reject)
    })
    expect(inner.status).toBe(5)
    expect(inner.stderr).toMatch(/Waiting for another run of iknite to end \(pid 42\)\nERRO\[0002]/)
  })

  test('a signal ends it with its reason, whatever the work threw, and even if it succeeded', async () => {
    for (const outcome of ['throws', 'succeeds']) {
      const controller = new AbortController()
      const stop = async () => {
        controller.abort(new AgentError('INTERRUPTED', 'interrupted by SIGTERM'))
        if (outcome === 'throws') throw new Error('a consequence')
      }
      const { status, stderr, stdout } = await call('stop', { signal: controller.signal, work: { stop } })
      expect([status, stderr, stdout]).toEqual([130, `${begin}ERRO[0000] interrupted by SIGTERM\n`, ''])
    }
  })

  test('prepare leaves the status of a ready cluster ready, and is told of as stopped elsewhere', async () => {
    const { host } = await call('prepare')
    expect((await readStatus(host.files))?.state).toBe('stopped')
    const text = host.entries.get(statusPath)?.text.replace('"stopped"', '"ready"') ?? ''
    const again = await call('prepare', { files: { [statusPath]: text } })
    expect((await readStatus(again.host.files))?.state).toBe('ready')
    const booted = await call('prepare', {
      files: { [statusPath]: text },
      work: { observe: async () => ({ ...converged, runtime: { state: 'down' } }) },
    })
    expect((await readStatus(booted.host.files))?.state).toBe('stopped')
  })
})

describe('kubeconfig', () => {
  const text = 'apiVersion: v1\nclusters: []\n'

  test('is printed as it is, or as JSON', async () => {
    const files = { [rootKubeconfigPath]: text }
    expect(await call('kubeconfig', { files })).toMatchObject({ status: 0, stdout: text })
    expect(JSON.parse((await call('kubeconfig --json', { files })).stdout)).toEqual({
      apiVersion: 'v1',
      clusters: [],
    })
  })

  test.each([
    ['none', {}, 'NOT_READY'],
    ['an empty one', { [rootKubeconfigPath]: ' \n' }, 'NOT_READY'],
    ['one that is no YAML', { [rootKubeconfigPath]: 'a: [' }, 'FILE_FAILED'],
  ])('fails where there is %s', async (_, files, code) => {
    const { status, stdout } = await call('kubeconfig --json', { files })
    expect([status, JSON.parse(stdout).error.code]).toEqual([1, code])
  })
})

describe('info', () => {
  test('says each setting and where it is from', async () => {
    const environment = { IKNITE_ADDRESS: '10.9.9.9' }
    const files = { '/etc/iknite.d/iknite.yaml': 'name: kwsl\n' }
    const { stdout } = await call('info --wait 9', { environment, files })
    expect(stdout).toMatch(/^name +kwsl +\/etc\/iknite\.d\/iknite\.yaml$/m)
    expect(stdout).toMatch(/^wait +9 +--wait$/m)
    expect(stdout).toMatch(/^address +10\.9\.9\.9 +IKNITE_ADDRESS$/m)
    expect(stdout).toMatch(/^podNetwork +10\.244\.0\.0\/16 +default$/m)
    const json = JSON.parse((await call('info --json')).stdout)
    expect(json).toMatchObject({
      name: { value: null, origin: 'default' },
      json: { value: true, origin: '--json' },
    })
  })

  test('versions', async () => {
    expect(JSON.parse((await call('info versions --json')).stdout)).toEqual({
      iknite: '1.2.3',
      kubeadm: '1.36.1',
      kubelet: '1.36.1',
      'cri-o': '1.36.0',
      cluster: '1.36.5',
      runtime: `node ${process.versions.node}`,
    })
  })

  test('images', async () => {
    expect((await call('info images')).stdout).toMatch(/^registry\.k8s\.io\/etcd:3\.6\.8-0\n/)
  })
})

test('version', async () => {
  expect((await call('version')).stdout).toBe('iknite 1.2.3\n')
  expect((await call('--version')).stdout).toBe('iknite 1.2.3\n')
  expect(JSON.parse((await call('version --json')).stdout)).toEqual({ version: '1.2.3' })
})
