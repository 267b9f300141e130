import { expect, test } from 'vitest'
import { planStop } from './plan-stop.ts'
import type { Remains } from './remains.ts'

const nothing: Remains = {
  now: 0,
  services: { crio: { isRunning: false, isNoted: false }, kubelet: { isRunning: false, isNoted: false } },
  runtimeAnswers: false,
  pods: [],
  processes: [],
  mounts: [],
  links: [],
  chains: { iptables: [], ip6tables: [] },
  address: undefined,
  files: [],
}

const running: Remains = {
  ...nothing,
  services: { crio: { isRunning: true, isNoted: true }, kubelet: { isRunning: true, isNoted: true } },
  runtimeAnswers: true,
  pods: ['a1'],
  processes: [{ pid: 5, program: 'etcd' }],
  mounts: ['/var/lib/kubelet/pods/a1/volumes/x'],
  links: ['cni0'],
  chains: { iptables: ['KUBE-SERVICES'], ip6tables: [] },
  address: { interface: 'eth0', address: '192.168.99.2', prefix: 24 },
  files: ['/run/netns/a1'],
}

const situations: readonly { title: string; seen: Remains; plan: readonly string[] }[] = [
  { title: 'a stopped node', seen: nothing, plan: [] },
  {
    title: 'a running cluster: first what starts pods, then the pods, then the runtime, then the disk',
    seen: running,
    plan: ['stop-service kubelet', 'stop-pods', 'stop-service crio', 'sync'],
  },
  {
    title: 'killed services',
    seen: {
      ...nothing,
      services: { crio: { isRunning: false, isNoted: true }, kubelet: { isRunning: false, isNoted: true } },
    },
    plan: ['zap-service kubelet', 'zap-service crio', 'sync'],
  },
  {
    title: 'services that somebody started by hand',
    seen: {
      ...nothing,
      services: { crio: { isRunning: true, isNoted: false }, kubelet: nothing.services.kubelet },
      processes: [{ pid: 9, program: 'crio' }],
    },
    plan: ['end-processes', 'sync'],
  },
  {
    title: 'pods without a runtime that could end them',
    seen: { ...running, services: nothing.services, runtimeAnswers: false },
    plan: ['end-processes', 'sync'],
  },
  {
    title: 'what is left when all processes have ended',
    seen: { ...running, services: nothing.services, runtimeAnswers: false, pods: [], processes: [] },
    plan: ['unmount', 'remove-links', 'remove-chains iptables', 'remove-address', 'remove-files'],
  },
  {
    title: 'chains of IPv6 only',
    seen: { ...nothing, chains: { iptables: [], ip6tables: ['KUBE-NODEPORTS'] } },
    plan: ['remove-chains ip6tables'],
  },
]

test.each(situations)('$title', ({ seen, plan }) => {
  const planned = planStop(seen).map((action) => {
    if ('service' in action) return `${action.kind} ${action.service}`
    return 'program' in action ? `${action.kind} ${action.program}` : action.kind
  })
  expect(planned).toEqual(plan)
})
