import { describe, expect, it } from 'vitest'
import { type FakeCluster, fakeContext } from './act-context.fixture.ts'
import { perform } from './perform.ts'

const configMap = '/api/v1/namespaces/kube-system/configmaps/iknite-config'
const recorded = [
  configMap,
  'apply',
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'iknite-config', namespace: 'kube-system' },
    data: { appliedBase: 'abc' },
  },
]
const applyBase = { kind: 'apply-base', digest: 'abc' } as const
const cluster = (answers: Record<string, unknown> = {}): FakeCluster => ({ answers, patches: [] })

describe('apply-base', () => {
  it('takes a kustomization without objects for what it is', async () => {
    const kubectl = ([, ...words]: readonly string[]) =>
      words.includes('apply') ? { status: 1, stderr: 'error: no objects passed to apply\n' } : {}
    const own = cluster()
    const context = fakeContext({ cluster: own, programs: { kubectl } })
    await perform(applyBase, context)
    expect(context.runs().filter((run) => run.includes(' apply '))).toHaveLength(1)
    expect(own.patches).toEqual([recorded])
  })

  it('applies and notes what was applied', async () => {
    const own = cluster()
    const context = fakeContext({ cluster: own, settings: { kustomization: '/etc/iknite.d/base' } })
    await perform(applyBase, context)
    expect(context.runs()).toEqual([
      '/usr/bin/kubectl kustomize /etc/iknite.d/base',
      '/usr/bin/kubectl --kubeconfig /etc/kubernetes/admin.conf apply -k /etc/iknite.d/base --server-side --field-manager=iknite --force-conflicts',
    ])
    expect(own.patches).toEqual([recorded])
  })

  it('tries again with growing pauses, and logs each problem once', async () => {
    const own = cluster()
    let tries = 0
    const context = fakeContext({
      cluster: own,
      programs: {
        kubectl: (argv) => {
          if (argv[1] === 'kustomize' || ++tries > 5) return {}
          return { status: 1, stderr: 'error: failed calling webhook "metallb"\n' }
        },
      },
    })
    const start = context.host.now()
    await perform(applyBase, context)
    expect(context.host.now() - start).toBe(17_000)
    expect(context.log.filter((line) => line.includes('cannot be applied yet'))).toHaveLength(1)
    expect(own.patches).toHaveLength(1)
  })

  it('fails at once where the kustomization cannot be built', async () => {
    const own = cluster()
    const context = fakeContext({
      cluster: own,
      programs: { kubectl: { status: 1, stderr: 'error: accumulating resources: x\n' } },
    })
    await expect(perform(applyBase, context)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      details: ['error: accumulating resources: x'],
    })
    expect(context.runs()).toHaveLength(1)
    expect(own.patches).toEqual([])
  })

  it('is timed out with the last problem, and notes nothing', async () => {
    const own = cluster()
    const kubectl = (argv: readonly string[]) =>
      argv[1] === 'kustomize' ? {} : { status: 1, stderr: 'error: no\n' }
    const context = fakeContext({ cluster: own, left: 9, programs: { kubectl } })
    await expect(perform(applyBase, context)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      details: ['error: no'],
    })
    expect(own.patches).toEqual([])
  })
})

describe('publish-server', () => {
  const path = '/api/v1/namespaces/kube-public/configmaps/cluster-info'
  const kubeconfig = 'clusters:\n- cluster:\n    server: https://a:6443\n  name: ""\n'

  it('changes the server of cluster-info', async () => {
    const own = cluster({ [path]: { data: { kubeconfig } } })
    await perform({ kind: 'publish-server', server: 'https://b:6443' }, fakeContext({ cluster: own }))
    expect(own.patches).toEqual([[path, 'merge', { data: { kubeconfig: kubeconfig.replace('a:', 'b:') } }]])
  })

  it('has nothing to do without cluster-info', async () => {
    const own = cluster({ [path]: null })
    await perform({ kind: 'publish-server', server: 'https://b:6443' }, fakeContext({ cluster: own }))
    expect(own.patches).toEqual([])
  })
})

it('update-proxy has the pods of kube-proxy started anew', async () => {
  const own = cluster()
  const context = fakeContext({ cluster: own, now: 0 })
  await perform({ kind: 'update-proxy' }, context)
  expect(context.runs()).toEqual([
    '/usr/bin/kubeadm init phase addon kube-proxy --config /var/lib/kaweezle/iknite/kubeadm.yaml',
  ])
  expect(own.patches).toEqual([
    [
      '/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy',
      'merge',
      {
        spec: {
          template: {
            metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '1970-01-01T00:00:00.000Z' } },
          },
        },
      },
    ],
  ])
})
