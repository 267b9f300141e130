import { expect, test } from 'vitest'
import { fakeContext } from '../act/act-context.fixture.ts'
import type { FakeHostOptions } from '../host/fake-host.fixture.ts'
import { statusReporter } from '../report/status-file.ts'
import { reset } from './reset.ts'
import { stop } from './stop.ts'

const files = {
  '/etc/kaweezle-machine': 'kwsl one\n',
  '/proc/self/mountinfo': '27 1 8:1 / / rw shared:1 - ext4 /dev/sdc rw\n',
  '/etc/kubernetes': { target: '/var/lib/kaweezle/kubernetes' },
  '/root/.kube/config': 'kind: Config\n',
  '/etc/runlevels/default/kubelet': 'x',
}
const mounted = '70 27 8:48 /stores/one /var/lib/kaweezle rw shared:5 - ext4 /dev/sdd rw\n'

function contextOf(more: FakeHostOptions['files'] = {}) {
  const context = fakeContext({ files: { ...files, ...more }, programs: { 'ip6tables-save': {} } })
  const { host, logger } = context
  return { ...context, status: statusReporter({ host, logger, pid: 42, agentVersion: '1.2.3' }) }
}

test.each([true, false])(
  'a cluster whose data are not mounted is not reset (keeping data: %s), and nothing of it is touched',
  async (keepsData) => {
    const context = contextOf()
    const before = [...context.host.entries.keys()]
    await expect(reset(context, { keepsData })).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'the data of the cluster kwsl are not mounted at /var/lib/kaweezle',
      hint: 'Start it from the host: `kaweezle start --name kwsl`.',
    })
    expect([...context.host.entries.keys()]).toEqual(before)
    expect(context.host.runs).toEqual([])
  },
)

test('it is reset where they are', async () => {
  const context = contextOf({
    '/proc/self/mountinfo': mounted,
    '/var/lib/kaweezle/etcd/member/wal': 'x',
    '/var/lib/kaweezle/iknite/cluster.json': '{}',
  })
  await reset(context, { keepsData: false })
  const left = [...context.host.entries.keys()]
  expect(left.filter((path) => /etcd|cluster\.json|kubernetes|kubelet/.test(path))).toEqual([])
  expect(left).toContain('/etc/kaweezle-machine')
})

test('a stop needs no data', async () => {
  const context = contextOf({ '/run/cni.txt': '' })
  await stop(context)
  expect(context.host.entries.get('/run/iknite/status.json')?.text).toContain('"stopped"')
})
