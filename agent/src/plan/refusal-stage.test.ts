import { describe, expect, test } from 'vitest'
import { defaultSettings, type Settings } from '../settings/settings.ts'
import { planPrepare, planStart } from './plan-start.ts'
import { certificates, data, host, services } from './situation.fixture.ts'
import { converged, day, fresh, now, rebooted } from './snapshot.fixture.ts'
import type { Snapshot } from './snapshot.ts'

function present(changes: object): Snapshot['authorities'] {
  const authority = { ...converged.authorities.ca, ...changes } as Snapshot['authorities']['ca']
  return { ...converged.authorities, ca: authority }
}

describe('what is refused', () => {
  const refusals: readonly {
    title: string
    seen: Snapshot
    settings?: Partial<Settings>
    code: string
    message: RegExp
  }[] = [
    {
      title: 'data that the host has not mounted',
      seen: data({ unmounted: { cluster: 'kwsl' } }, fresh),
      code: 'REFUSED',
      message: /^the data of the cluster kwsl are not mounted at \/var\/lib\/kaweezle$/,
    },
    {
      title: 'data that the host has not mounted, of a cluster that nothing names',
      seen: data({ unmounted: { cluster: undefined } }, fresh),
      code: 'REFUSED',
      message: /data of this cluster are not mounted/,
    },
    {
      title: 'data that the host has not mounted, whatever else is wrong with what is there instead',
      seen: data({ unmounted: { cluster: 'kwsl' }, record: 'unreadable', freeBytes: 0 }),
      code: 'REFUSED',
      message: /not mounted/,
    },
    {
      title: 'a missing package',
      seen: { ...converged, packages: { ...converged.packages, kubeadm: undefined } },
      code: 'HOST_UNFIT',
      message: /kubeadm is not installed/,
    },
    {
      title: 'a missing service',
      seen: services({ crio: { ...converged.services.crio, isInstalled: false } }),
      code: 'HOST_UNFIT',
      message: /no service crio/,
    },
    {
      title: 'no memory controller',
      seen: host({ cgroups: { version: 1, controllers: ['cpu', 'pids'] } }),
      code: 'HOST_UNFIT',
      message: /memory/,
    },
    { title: 'a full disk', seen: data({ freeBytes: 5_000_000 }), code: 'DISK_FULL', message: /4 MiB/ },
    { title: 'a damaged record', seen: data({ record: 'unreadable' }), code: 'REFUSED', message: /damaged/ },
    {
      title: 'a lost authority',
      seen: { ...converged, authorities: { ...converged.authorities, 'etcd/ca': { state: 'missing' } } },
      code: 'REFUSED',
      message: /etcd\/ca\.crt .* missing/,
    },
    {
      title: 'data of etcd without an authority',
      seen: data({ hasEtcd: true, links: converged.data.links }, fresh),
      code: 'REFUSED',
      message: /missing/,
    },
    {
      title: 'a clock before the cluster was made',
      seen: { ...converged, authorities: present({ notBefore: now + day }) },
      code: 'HOST_UNFIT',
      message: /clock/,
    },
    {
      title: 'an authority past its end',
      seen: { ...converged, authorities: present({ notAfter: now - day }) },
      code: 'REFUSED',
      message: /ended/,
    },
    {
      title: 'a certificate to renew without the key of its authority',
      seen: { ...certificates({ apiserver: { state: 'missing' } }), authorities: present({ hasKey: false }) },
      code: 'REFUSED',
      message: /key of its authority ca/,
    },
    {
      title: 'an address that no interface has',
      seen: converged,
      settings: { advertiseAddress: '10.9.9.9' },
      code: 'REFUSED',
      message: /no interface has the address 10\.9\.9\.9/,
    },
    {
      title: 'a jump of two minor versions',
      seen: { ...converged, packages: { ...converged.packages, kubeadm: '1.38.0', kubelet: '1.38.0' } },
      code: 'REFUSED',
      message: /2 minor versions newer/,
    },
    {
      title: 'older packages',
      seen: { ...converged, packages: { ...converged.packages, kubeadm: '1.35.3', kubelet: '1.35.3' } },
      code: 'REFUSED',
      message: /newer than 1\.35\.3/,
    },
    {
      title: 'an older version that is asked for',
      seen: converged,
      settings: { kubernetesVersion: '1.36.1' },
      code: 'REFUSED',
      message: /newer than 1\.36\.1/,
    },
    {
      title: 'a version that kubeadm cannot install',
      seen: converged,
      settings: { kubernetesVersion: '1.37.0' },
      code: 'REFUSED',
      message: /kubeadm 1\.36\.1 cannot/,
    },
    {
      title: 'a kubelet newer than the cluster',
      seen: { ...converged, packages: { ...converged.packages, kubelet: '1.37.0' } },
      code: 'HOST_UNFIT',
      message: /kubelet 1\.37\.0 is newer/,
    },
  ]
  test.each(refusals)('$title', ({ seen, settings, code, message }) => {
    expect(planStart(seen, { ...defaultSettings, ...settings })).toEqual({
      kind: 'refusal',
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\.$/),
    })
  })
})

test.each([
  ['kwsl', 'Start it from the host: `kaweezle start --name kwsl`.'],
  [undefined, 'Start it from the host: `kaweezle start`.'],
])('without the data of %s not even the host is prepared, and what to do is said', (cluster, hint) => {
  const seen = data({ unmounted: { cluster } }, rebooted(converged))
  expect(planPrepare(seen, defaultSettings)).toMatchObject({ kind: 'refusal', code: 'REFUSED', hint })
})
