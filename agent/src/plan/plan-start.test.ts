import { expect, test } from 'vitest'
import { kubernetesFolder } from '../kubeadm/paths.ts'
import { defaultSettings } from '../settings/settings.ts'
import { planPrepare } from './plan-start.ts'
import { testSituations } from './situation.fixture.ts'
import { converged, fresh, rebooted } from './snapshot.fixture.ts'

testSituations([
  { title: 'a ready cluster', seen: converged, plan: [] },
  {
    title: 'a root filesystem as it was built',
    seen: fresh,
    settings: { name: 'kwsl' },
    plan: [
      'write-sysctl net/ipv4/ip_forward',
      'write-sysctl net/ipv4/conf/default/rp_filter',
      'delegate-cgroups cpu,memory,pids',
      'share-mounts',
      'write-machine-id',
      'write-hosts',
      'add-address 192.168.99.2',
      `link-data ${kubernetesFolder}`,
    ],
  },
  {
    title: 'a reboot, with OpenRC to be booted again',
    seen: rebooted(converged),
    plan: [
      'write-sysctl net/ipv4/ip_forward',
      'write-sysctl net/ipv4/conf/default/rp_filter',
      'share-mounts',
      'add-address 192.168.99.2',
      'boot-openrc',
    ],
  },
])

test('to prepare is to do only what the host needs', () => {
  const { kind, ...rest } = planPrepare(rebooted(converged), defaultSettings)
  expect(kind).toBe('actions')
  expect(rest).toMatchObject({ actions: expect.not.arrayContaining([{ kind: 'boot-openrc' }]) })
  expect(planPrepare(converged, defaultSettings)).toEqual({ kind: 'actions', actions: [] })
})
