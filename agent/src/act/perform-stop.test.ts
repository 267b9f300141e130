import { describe, expect, it } from 'vitest'
import type { StopAction } from '../plan/remains.ts'
import { fakeContext } from './act-context.fixture.ts'
import { performStop } from './perform-stop.ts'

const rows: readonly (readonly [StopAction, readonly string[]])[] = [
  [{ kind: 'stop-service', service: 'kubelet' }, ['rc-service kubelet stop']],
  [{ kind: 'zap-service', service: 'crio' }, ['rc-service -q crio zap']],
  [{ kind: 'stop-pods' }, ['/usr/bin/crictl pods -q']],
  [{ kind: 'sync' }, ['sync']],
  [{ kind: 'unmount', mounts: ['/a/b', '/a'] }, ['umount /a/b', 'umount /a']],
  [
    { kind: 'remove-links', links: ['cni0', 'flannel.1'] },
    ['ip link delete cni0', 'ip link delete flannel.1'],
  ],
  [
    { kind: 'remove-address', address: '192.168.99.2', prefix: 24, interface: 'eth0' },
    ['ip address delete 192.168.99.2/24 dev eth0'],
  ],
  [{ kind: 'remove-files', paths: ['/run/netns/x'] }, []],
  [{ kind: 'remove-chains', program: 'ip6tables' }, []],
]

describe('each action of a stop, done once and done twice', () => {
  for (const [action, runs] of rows) {
    it(`${action.kind} runs what it should`, async () => {
      const context = fakeContext({ files: { '/run/netns/x': '' }, programs: { 'ip6tables-save': {} } })
      for (const times of [1, 2]) {
        await performStop(action, context)
        const ran = context.runs().filter((run) => run !== 'ip6tables-save')
        expect(ran).toEqual(Array.from({ length: times }, () => runs).flat())
      }
      if (action.kind === 'remove-files') expect(context.host.entries.has('/run/netns/x')).toBe(false)
    })
  }
})

describe('what is gone already', () => {
  for (const [action, stderr] of [
    [{ kind: 'remove-links', links: ['cni0'] }, 'Cannot find device "cni0"\n'],
    [
      { kind: 'remove-address', address: '10.0.0.1', prefix: 24, interface: 'e' },
      'RTNETLINK answers: Cannot assign requested address\n',
    ],
  ] as const) {
    it(`is no failure of ${action.kind}`, async () => {
      await performStop(action, fakeContext({ programs: { ip: { status: 1, stderr } } }))
    })

    it(`does not hide another failure of ${action.kind}`, async () => {
      const context = fakeContext({ programs: { ip: { status: 2, stderr: 'Operation not permitted\n' } } })
      await expect(performStop(action, context)).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
    })
  }
})

it('pods are asked to end before they are removed', async () => {
  const context = fakeContext({
    programs: { crictl: ([, verb]) => ({ stdout: verb === 'pods' ? 'a\nb\n' : '' }) },
  })
  await performStop({ kind: 'stop-pods' }, context)
  expect(context.runs()).toEqual([
    '/usr/bin/crictl pods -q',
    '/usr/bin/crictl stopp a b',
    '/usr/bin/crictl rmp -f -a',
  ])
})

it('a runtime or an OpenRC that fails does not keep the rest from ending', async () => {
  const context = fakeContext({
    programs: {
      crictl: { status: 1, stderr: 'connection refused\n' },
      'rc-service': (argv) => ({ status: argv.at(-1) === 'stop' ? 1 : 0 }),
    },
  })
  await performStop({ kind: 'stop-pods' }, context)
  await performStop({ kind: 'stop-service', service: 'crio' }, context)
  expect(context.runs()).toContain('rc-service -q crio zap')
  expect(context.log.filter((line) => line.startsWith('WARN'))).toHaveLength(2)
})

it('a mount that is in use is taken out of sight', async () => {
  const context = fakeContext({
    programs: { umount: ([, option]) => ({ status: option === '-l' ? 0 : 32 }) },
  })
  await performStop({ kind: 'unmount', mounts: ['/a'] }, context)
  expect(context.runs()).toEqual(['umount /a', 'umount -l /a'])
})

it('only the rules of the cluster are taken away', async () => {
  let restored: string | undefined
  const context = fakeContext({
    programs: {
      'iptables-save': { stdout: '*nat\n:KUBE-X - [0:0]\n:DOCKER - [0:0]\n-A OUTPUT -j KUBE-X\nCOMMIT\n' },
      'iptables-restore': (_argv, { input }) => {
        restored = input
        return {}
      },
    },
  })
  await performStop({ kind: 'remove-chains', program: 'iptables' }, context)
  expect(restored).toBe('*nat\n:DOCKER - [0:0]\nCOMMIT\n')
})

it('a service is stopped when its process has ended, and not before', async () => {
  const context = fakeContext({
    files: {
      '/proc/9/stat': `9 (kubelet) S ${'0 '.repeat(18)}100 0\n`,
      '/proc/9/cmdline': '/usr/bin/kubelet\0--config=x\0',
    },
    programs: {
      kill: () => {
        context.host.entries.delete('/proc/9/stat')
        return {}
      },
      'rc-service': {},
    },
  })
  await performStop({ kind: 'stop-service', service: 'kubelet' }, context)
  expect(context.runs()).toEqual(['rc-service kubelet stop', 'kill -TERM 9'])
})

it('a service is forgotten with the supervisor that would start its program again', async () => {
  const supervisor = (pid: number, service: string) => ({
    [`/proc/${pid}/stat`]: `${pid} (supervise-daemo) S ${'0 '.repeat(18)}100 0\n`,
    [`/proc/${pid}/cmdline`]: `supervise-daemon\0${service}\0--start\0`,
  })
  const context = fakeContext({
    files: { ...supervisor(7, 'kubelet'), ...supervisor(8, 'other') },
    programs: {
      kill: () => {
        context.host.entries.delete('/proc/7/stat')
        return {}
      },
      'rc-service': {},
    },
  })
  await performStop({ kind: 'zap-service', service: 'kubelet' }, context)
  expect(context.runs()).toEqual(['kill -TERM 7', 'rc-service -q kubelet zap'])
})

describe('end-processes', () => {
  const stat = (pid: number, start: number, state = 'S', command = 'etcd') =>
    `${pid} (${command}) ${state} ${Array.from({ length: 18 }, () => 0).join(' ')} ${start} 0\n`
  const process = (pid: number, program: string, start = 100) => ({
    [`/proc/${pid}/stat`]: stat(pid, start, 'S', program.slice(0, 15)),
    [`/proc/${pid}/cmdline`]: `/usr/bin/${program}\0--x\0`,
  })
  const processes = [
    { pid: 7, program: 'kube-controller-manager' },
    { pid: 8, program: 'etcd' },
  ]

  it('asks first, and kills what is still there after five seconds', async () => {
    const context = fakeContext({
      files: { ...process(7, 'kube-controller-manager'), ...process(8, 'etcd') },
      programs: {
        kill: ([, signal]) => {
          context.host.entries.delete('/proc/7/stat')
          if (signal === '-KILL') context.host.entries.delete('/proc/8/stat')
          return {}
        },
      },
    })
    const start = context.host.now()
    await performStop({ kind: 'end-processes', processes }, context)
    expect(context.runs()).toEqual(['kill -TERM 7 8', 'kill -KILL 8'])
    expect(context.host.now() - start).toBe(5000)
    await performStop({ kind: 'end-processes', processes }, context)
    expect(context.runs()).toHaveLength(2)
  })

  it('gives no signal to a process that has taken the number of another', async () => {
    const context = fakeContext({ files: process(8, 'nginx') })
    await performStop({ kind: 'end-processes', processes }, context)
    expect(context.runs()).toEqual([])

    const late = fakeContext({
      files: process(8, 'etcd'),
      programs: {
        kill: () => {
          Object.assign(late.host.entries.get('/proc/8/stat') ?? {}, { text: stat(8, 999) })
          return {}
        },
      },
    })
    await performStop({ kind: 'end-processes', processes }, late)
    expect(late.runs()).toEqual(['kill -TERM 8'])
  })

  it('does not wait for one that nobody has collected', async () => {
    const context = fakeContext({ files: { '/proc/8/stat': stat(8, 1, 'Z') } })
    await performStop({ kind: 'end-processes', processes }, context)
    expect(context.runs()).toEqual([])
  })
})
