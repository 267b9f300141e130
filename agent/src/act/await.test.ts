import { describe, expect, it } from 'vitest'
import { type FakeCluster, fakeContext } from './act-context.fixture.ts'
import { perform } from './perform.ts'

const info = (ready: boolean) => ({
  stdout: JSON.stringify({
    status: {
      conditions: [
        { type: 'RuntimeReady', status: true },
        { type: 'NetworkReady', status: ready, message: 'no CNI configuration' },
      ],
    },
  }),
})

const crio = {
  '/run/crio/crio.sock': { type: 'other' },
  '/proc/9/cmdline': '/usr/bin/crio\0',
  '/proc/9/stat': `9 (crio) S ${'0 '.repeat(18)}100 0`,
} as const

const cluster = (answers: Record<string, unknown> = {}): FakeCluster => ({ answers, patches: [] })

describe('await-runtime', () => {
  it('asks every 250 ms until the runtime is ready', async () => {
    let asked = 0
    const context = fakeContext({ programs: { crictl: () => info(++asked > 4) }, files: crio })
    const start = context.host.now()
    await perform({ kind: 'await-runtime' }, context)
    expect(context.host.now() - start).toBe(1000)
  })

  it('says why it was not, and what its log says', async () => {
    const context = fakeContext({
      left: 5,
      programs: { crictl: info(false) },
      files: { ...crio, '/var/log/crio/crio.log': 'no conflist\n' },
    })
    await expect(perform({ kind: 'await-runtime' }, context)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: 'timed out waiting for the container runtime: NetworkReady is false: no CNI configuration',
      details: ['/var/log/crio/crio.log: no conflist'],
    })
  })

  it('starts it again twice, and then gives up', async () => {
    const context = fakeContext({
      programs: {
        crictl: { status: 1, stderr: 'connection refused\n' },
        'rc-service': (argv) => ({ status: argv.at(-1) === 'status' ? 32 : 0 }),
      },
    })
    await expect(perform({ kind: 'await-runtime' }, context)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    })
    expect(context.runs().filter((run) => run === 'rc-service crio start')).toHaveLength(2)
    expect(context.runs().filter((run) => run === 'rc-service -q crio zap')).toHaveLength(2)
  })
})

describe('await-api', () => {
  it('waits until the server is ready, and logs why it waits once', async () => {
    const answers: Record<string, unknown> = {}
    const context = fakeContext({ cluster: cluster(answers) })
    let looks = 0
    Object.defineProperty(answers, '/readyz', {
      get: () =>
        ++looks < 5
          ? undefined
          : { status: looks < 9 ? 500 : 200, body: '[-]etcd failed: reason withheld\n' },
    })
    await perform({ kind: 'await-api' }, context)
    expect(looks).toBe(9)
    expect(context.log.filter((line) => line.includes('Waiting for the API server'))).toHaveLength(1)
  })

  it('says what failed, with the ends of the logs', async () => {
    const context = fakeContext({
      left: 30,
      cluster: cluster({ '/readyz': { status: 500, body: '[-]etcd failed: reason withheld\n' } }),
      files: { '/var/log/kubelet/kubelet.log': 'kubelet says\n' },
      programs: { crictl: ([, verb]) => ({ stdout: verb === 'ps' ? 'abc\n' : 'api says\n' }) },
    })
    await expect(perform({ kind: 'await-api' }, context)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('/readyz says 500: not ready: etcd'),
      details: ['kube-apiserver: api says', '/var/log/kubelet/kubelet.log: kubelet says'],
    })
  })

  it('stops early when the kubelet keeps ending', async () => {
    const context = fakeContext({
      cluster: cluster(),
      programs: { 'rc-service': (argv) => ({ status: argv.at(-1) === 'status' ? 32 : 0 }) },
    })
    const start = context.host.now()
    await expect(perform({ kind: 'await-api' }, context)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringContaining('kubelet keeps ending'),
    })
    expect(context.host.now() - start).toBeLessThan(15_000)
  })
})

describe('await-node', () => {
  const path = '/api/v1/nodes/kwsl'
  const action = { kind: 'await-node', node: 'kwsl', address: '10.0.0.2' } as const
  const node = (status: string, address: string) => ({
    status: {
      conditions: [{ type: 'Ready', status, message: 'PLEG is not healthy' }],
      addresses: [{ type: 'InternalIP', address }],
    },
  })

  it('is done when the node is ready and has the address', async () => {
    await perform(action, fakeContext({ cluster: cluster({ [path]: node('True', '10.0.0.2') }) }))
  })

  for (const [what, answer, reason] of [
    ['is not there', null, 'the kubelet has not registered it'],
    ['is not ready', node('False', '10.0.0.2'), 'PLEG is not healthy'],
    ['has another address', node('True', '10.0.0.9'), 'it has the address 10.0.0.9, not 10.0.0.2'],
    ['cannot be asked for', undefined, 'the API server cannot be reached'],
  ] as const) {
    it(`says at the deadline that the node ${what}`, async () => {
      await expect(
        perform(action, fakeContext({ left: 5, cluster: cluster({ [path]: answer }) })),
      ).rejects.toMatchObject({
        code: 'TIMED_OUT',
        message: `timed out waiting for the node kwsl: ${reason}`,
      })
    })
  }
})

describe('await-workloads', () => {
  const deployment = (available: number) => ({
    metadata: { name: 'coredns', namespace: 'kube-system', generation: 1 },
    spec: { replicas: 1 },
    status: {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: available,
      availableReplicas: available,
    },
  })
  const lists = (deployments: () => unknown): Record<string, unknown> => ({
    '/apis/apps/v1/deployments': deployments,
    '/apis/apps/v1/daemonsets': [],
    '/apis/apps/v1/statefulsets': [],
    '/apis/batch/v1/jobs': [],
    '/api/v1/namespaces/kube-system/pods': [],
    '/api/v1/namespaces/kube-system/events': [],
  })

  it('needs two looks in a row, a second apart, in which all are ready', async () => {
    const seen = [1, 0, 1, 1]
    let looks = 0
    const context = fakeContext({ cluster: cluster(lists(() => [deployment(seen[looks++] ?? 9)])) })
    const start = context.host.now()
    await perform({ kind: 'await-workloads' }, context)
    expect(looks).toBe(4)
    expect(context.host.now() - start).toBe(3000)
  })

  it('says at the deadline what is not ready and why', async () => {
    const context = fakeContext({ left: 10, cluster: cluster(lists(() => [deployment(0)])) })
    await expect(perform({ kind: 'await-workloads' }, context)).rejects.toMatchObject({
      exitStatus: 5,
      message: 'timed out waiting for the workloads: 1 of 1 are not ready: kube-system/deployment/coredns',
      details: ['kube-system/deployment/coredns: 0 of 1 replicas available'],
    })
    expect(context.log.filter((line) => line.includes('Waiting for'))).toHaveLength(1)
  })

  it('waits through a server that is away', async () => {
    const context = fakeContext({ left: 10, cluster: cluster({}) })
    await expect(perform({ kind: 'await-workloads' }, context)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      details: ['the API server cannot be reached'],
    })
  })
})

describe('restart-component', () => {
  const action = { kind: 'restart-component', component: 'etcd' } as const

  it('ends the container and waits for another one', async () => {
    let isStopped = false
    let looks = 0
    const context = fakeContext({
      programs: {
        crictl: ([, verb]) => {
          if (verb === 'stop') isStopped = true
          if (verb !== 'ps') return {}
          if (!isStopped) return { stdout: 'old\n' }
          return { stdout: ++looks > 3 ? 'new\n' : '' }
        },
      },
    })
    await perform(action, context)
    expect(context.runs()[0]).toBe(
      '/usr/bin/crictl ps --name ^etcd$ --label io.kubernetes.pod.namespace=kube-system -q',
    )
    expect(context.runs()[1]).toBe('/usr/bin/crictl stop -t 10 old')
    expect(looks).toBe(4)
  })

  it('has nothing to do where none runs', async () => {
    const context = fakeContext()
    await perform(action, context)
    expect(context.runs()).toHaveLength(1)
  })

  for (const [left, code] of [
    [300, 'COMMAND_FAILED'],
    [20, 'TIMED_OUT'],
  ] as const) {
    it(`fails with ${code} when none comes and ${left} s are left`, async () => {
      const context = fakeContext({
        left,
        programs: { crictl: ([, verb]) => (verb === 'ps' ? { stdout: 'old\n' } : {}) },
      })
      await expect(perform(action, context)).rejects.toMatchObject({ code })
    })
  }
})
