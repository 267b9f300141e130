import { describe, expect, test } from 'vitest'
import { statusPath } from '../kubeadm/paths.ts'
import type { Plan } from '../plan/action.ts'
import { converged, day, now, readyApi } from '../plan/snapshot.fixture.ts'
import type { Snapshot } from '../plan/snapshot.ts'
import { type Status, statusSchema } from '../report/status.ts'
import { call } from './program.fixture.ts'

async function status(snapshot: Partial<Snapshot>, files: Record<string, string> = {}, plan?: Plan) {
  const work = {
    observe: async () => ({ ...converged, ...snapshot }),
    ...(plan && { plan: async () => plan }),
  }
  const text = await call('status', { files, work })
  const json = await call('status --json', { files, work })
  expect(json.status).toBe(text.status)
  expect(json.done).toEqual([])
  expect([...json.host.entries].filter(([, { type }]) => type === 'file').map(([path]) => path)).toEqual(
    Object.keys(files),
  )
  const document: Status = statusSchema.parse(JSON.parse(json.stdout))
  return { exit: text.status, text: text.stdout, document }
}

const idle = { noted: 'stopped', isInstalled: true, process: undefined } as const
const down = {
  services: { crio: idle, kubelet: idle },
  runtime: { state: 'down' },
  api: { state: 'down', reason: 'connection refused' },
  components: {
    etcd: undefined,
    'kube-apiserver': undefined,
    'kube-controller-manager': undefined,
    'kube-scheduler': undefined,
  },
} as const satisfies Partial<Snapshot>

test('a ready cluster is told of in few lines, and ends with status 0', async () => {
  const { exit, text, document } = await status({})
  expect(exit).toBe(0)
  expect(text).toBe(`state       ready
cluster     kwsl, Kubernetes 1.36.5
address     192.168.99.2, outside 172.20.0.2
node        kwsl
workloads   1 of 1 ready
`)
  expect(document).toMatchObject({
    state: 'ready',
    phase: 'ready',
    problems: [],
    workloads: { count: 1, unready: [] },
  })
})

describe('each thing that is not as it should be is named, and the exit status is 1', () => {
  const { crio, kubelet } = converged.services
  test.each<[string, Partial<Snapshot>, Status['state'], Status['phase'], string]>([
    ['nothing runs', down, 'stopped', 'stop', 'service crio does not run'],
    [
      'no cluster',
      { ...down, data: { ...converged.data, record: undefined } },
      'stopped',
      'stop',
      'there is no cluster',
    ],
    [
      'data that the host has not mounted',
      { ...down, data: { ...converged.data, unmounted: { cluster: 'kwsl' }, record: undefined } },
      'stopped',
      'stop',
      'the data of the cluster kwsl are not mounted',
    ],
    [
      'a cluster that was begun without the data of the host',
      { data: { ...converged.data, unmounted: { cluster: 'kwsl' } } },
      'failed',
      'prepare',
      'the data of the cluster kwsl are not mounted',
    ],
    [
      'a damaged record',
      { data: { ...converged.data, record: 'unreadable' } },
      'failed',
      'control-plane',
      'cannot be read',
    ],
    [
      'a half-finished init',
      { data: { ...converged.data, journal: { version: 1, keepsData: false } } },
      'failed',
      'control-plane',
      'kubeadm init was begun and did not end',
    ],
    [
      'no kubelet',
      { services: { crio, kubelet: idle } },
      'failed',
      'control-plane',
      'service kubelet does not run',
    ],
    [
      'an uninstalled runtime',
      { services: { crio: { ...idle, isInstalled: false }, kubelet } },
      'failed',
      'runtime',
      'service crio does not run: it is not installed',
    ],
    [
      'a runtime without network',
      { runtime: { state: 'starting', reason: 'no CNI configuration' } },
      'failed',
      'runtime',
      'the runtime is not ready: no CNI configuration',
    ],
    [
      'a runtime that hangs',
      { runtime: { state: 'down' } },
      'failed',
      'runtime',
      'the runtime does not answer',
    ],
    [
      'no API',
      { api: down.api },
      'failed',
      'control-plane',
      'the API server does not answer: connection refused',
    ],
    [
      'an API that starts',
      { api: { state: 'starting', reason: 'etcd' } },
      'failed',
      'control-plane',
      'the API server is not ready: etcd',
    ],
    [
      'no node',
      { api: { ...readyApi, node: undefined } },
      'failed',
      'node',
      'the node is not in the cluster',
    ],
    [
      'a node that is not ready',
      { api: { ...readyApi, node: { isReady: false, reason: 'PLEG', addresses: [] } } },
      'failed',
      'node',
      'the node is not ready: PLEG',
    ],
    [
      'a workload',
      {
        api: {
          ...readyApi,
          workloads: [{ name: 'a/deployment/b', isReady: false, reason: '\x1b[31mImagePull' }],
        },
      },
      'failed',
      'workloads',
      'a/deployment/b is not ready: \\x1b[31mImagePull',
    ],
  ])('%s', async (_, snapshot, state, phase, problem) => {
    const { exit, text, document } = await status(snapshot)
    expect([exit, document.state, document.phase]).toEqual([1, state, phase])
    expect(text).toContain(problem)
    if (state === 'failed')
      expect(document.error).toMatchObject({ code: 'NOT_READY', details: document.problems })
  })
})

test.each([
  [-1, 'certificate apiserver has ended'],
  [3, 'certificate apiserver ends in 3 days (2026-11-30)'],
  [29, 'certificate apiserver ends in 29 days'],
  [30, undefined],
])('a certificate that ends in %i days', async (days, note) => {
  const apiserver = { ...converged.certificates.apiserver, notAfter: now + days * day }
  const certificates = { ...converged.certificates, apiserver } as Snapshot['certificates']
  const { text, exit } = await status({ certificates })
  expect(exit).toBe(0)
  if (note === undefined) expect(text).not.toContain('certificate')
  else expect(text).toContain(note)
})

test('what a start would do or refuse is told of', async () => {
  const todo = await status(
    {},
    {},
    { kind: 'actions', actions: [{ kind: 'share-mounts' }, { kind: 'share-mounts' }] },
  )
  expect([todo.exit, todo.text]).toEqual([0, expect.stringContaining('- iknite start would: share-mounts\n')])
  const refusal = {
    kind: 'refusal',
    code: 'REFUSED',
    message: 'two minors away',
    hint: 'Take one step.',
  } as const
  const no = await status({}, {}, refusal)
  expect(no.text).toContain('- iknite start would refuse: two minors away. Take one step.\n')
  const failed = await status({ api: down.api }, {}, refusal)
  expect(failed.document.error).toMatchObject({ code: 'NOT_READY', hint: 'Take one step.' })
})

describe('a run', () => {
  const written = (state: Status['state'], pid = 77): Record<string, string> => ({
    [statusPath]: JSON.stringify({
      schemaVersion: 1,
      state,
      phase: 'control-plane',
      phaseNumber: 3,
      since: '2026-01-01T00:00:00.000Z',
      updated: '2026-01-01T00:00:00.000Z',
      pid,
      agentVersion: '1.0.0',
      ...(state === 'failed' && {
        error: { code: 'COMMAND_FAILED', message: 'kubeadm failed', details: [] },
      }),
    }),
  })

  test('that is at work is told of, with its phase and since when', async () => {
    const files = { ...written('starting'), '/proc/77/cmdline': 'node\0/usr/bin/iknite\0start\0' }
    const { exit, text, document } = await status(down, files)
    expect(exit).toBe(1)
    expect(text).toContain('pid 77 is at work (control-plane)')
    expect(document).toMatchObject({
      state: 'starting',
      phase: 'control-plane',
      phaseNumber: 3,
      since: '2026-01-01T00:00:00.000Z',
      run: { pid: 77, phase: 'control-plane' },
    })
  })

  test.each([
    ['that was killed', written('starting')],
    ['whose number another program has', { ...written('starting'), '/proc/77/cmdline': 'sshd\0' }],
    ['that has ended', { ...written('ready'), '/proc/77/cmdline': 'iknite\0' }],
  ])('%s is not at work', async (_, files) => {
    const { document } = await status(down, files)
    expect([document.state, document.run]).toEqual(['stopped', undefined])
  })

  test('that stops is no ready cluster, whatever still answers', async () => {
    const files = { ...written('stopping'), '/proc/77/cmdline': 'iknite\0stop\0' }
    expect(await status({}, files)).toMatchObject({ exit: 1, document: { state: 'stopping' } })
  })

  test('that failed is what a node that is not ready failed from', async () => {
    const { text, document } = await status({ api: down.api }, written('failed'))
    expect(document).toMatchObject({ state: 'failed', error: { code: 'COMMAND_FAILED' } })
    expect(text).toContain('last error  kubeadm failed')
  })

  test('whose status is damaged does not matter', async () => {
    expect(await status({}, { [statusPath]: '{"schemaVersion":1' })).toMatchObject({ exit: 0 })
  })
})
