import { kubernetesFolder } from '../kubeadm/paths.ts'
import { data, services, testSituations } from './situation.fixture.ts'
import { converged, fresh } from './snapshot.fixture.ts'

testSituations([
  {
    title: 'an exchanged root filesystem, with the data of the former one',
    seen: {
      ...converged,
      data: { ...converged.data, links: fresh.data.links },
      authorities: fresh.authorities,
      certificates: fresh.certificates,
    },
    plan: [`link-data ${kubernetesFolder}`],
  },
  {
    title: 'data that are not in their place',
    seen: data({ links: { [kubernetesFolder]: 'folder' } }),
    plan: [`link-data ${kubernetesFolder}`],
  },
  {
    title: 'a link that leads elsewhere',
    seen: data({ links: { [kubernetesFolder]: 'other' } }),
    plan: [`link-data ${kubernetesFolder}`],
  },
  {
    title: 'an init that was killed',
    settings: { name: 'kwsl' },
    seen: data({ record: undefined, journal: { version: 1, keepsData: false } }),
    plan: ['clean-cluster'],
  },
  {
    title: 'an init that was killed after its record was written',
    seen: data({ journal: { version: 1, keepsData: false } }),
    plan: ['write-record'],
  },
  {
    title: 'an init on old data that was killed',
    settings: { name: 'kwsl' },
    seen: data({ record: undefined, journal: { version: 1, keepsData: true } }),
    plan: ['clean-cluster keeping data'],
  },
  {
    title: 'a damaged journal',
    settings: { name: 'kwsl' },
    seen: data({ record: undefined, journal: 'unreadable' }),
    plan: ['clean-cluster keeping data'],
  },
  {
    title: 'a cluster that somebody else began',
    settings: { name: 'kwsl' },
    seen: data({ record: undefined }),
    plan: ['clean-cluster keeping data'],
  },
  {
    title: 'a lost configuration file',
    seen: data({ configuration: undefined }),
    plan: ['write-configuration'],
  },
  {
    title: 'another name',
    seen: converged,
    settings: { name: 'dev' },
    plan: ['write-record', 'write-root-kubeconfig dev'],
  },
  {
    title: 'authorities that somebody laid ready',
    seen: {
      ...fresh,
      host: converged.host,
      network: converged.network,
      authorities: converged.authorities,
      openrc: converged.openrc,
      services: services({ kubelet: fresh.services.kubelet }).services,
      runtime: { state: 'ready' },
      data: { ...fresh.data, links: converged.data.links },
    },
    settings: { name: 'kwsl' },
    plan: ['write-configuration', 'init keeping data'],
  },
])
