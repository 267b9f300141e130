import { certificates, kubeconfigs, testSituations } from './situation.fixture.ts'
import { certificate, converged, day, kubeconfig, now } from './snapshot.fixture.ts'
import type { ProcessState } from './snapshot.ts'

const young: ProcessState = { pid: 300, startedAt: now }

testSituations([
  {
    title: 'a lost certificate',
    seen: certificates({ 'front-proxy-client': { state: 'missing' } }),
    plan: ['create-certificate front-proxy-client'],
  },
  {
    title: 'a damaged certificate',
    seen: certificates({ 'etcd/peer': { state: 'unreadable' } }),
    plan: ['create-certificate etcd/peer'],
  },
  {
    title: "a certificate that another authority signed, or whose key is another's",
    seen: certificates({ apiserver: { ...certificate, isSound: false } }),
    plan: ['create-certificate apiserver'],
  },
  {
    title: 'a certificate near its end',
    seen: certificates({ 'apiserver-kubelet-client': { ...certificate, notAfter: now + 10 * day } }),
    plan: ['renew-certificate apiserver-kubelet-client'],
  },
  {
    title: 'a certificate past its end',
    seen: certificates({ 'etcd/server': { ...certificate, notAfter: now - day } }),
    plan: ['renew-certificate etcd/server'],
  },
  {
    title: 'a certificate that lacks a name and is near its end',
    seen: certificates({ apiserver: { ...certificate, notAfter: now + day, subjects: ['localhost'] } }),
    plan: ['create-certificate apiserver'],
  },
  {
    title: 'an API server that runs with an older certificate',
    seen: certificates({ apiserver: { ...certificate, modifiedAt: now - 1000 } }),
    plan: ['restart-component kube-apiserver', 'await-api'],
  },
  {
    title: 'an etcd that runs with an older certificate',
    seen: certificates({ 'etcd/server': { ...certificate, modifiedAt: now - 1000 } }),
    plan: ['restart-component etcd', 'await-api'],
  },
  {
    title: 'a scheduler that runs with an older kubeconfig',
    seen: kubeconfigs({ scheduler: { ...kubeconfig, modifiedAt: now - 1000 } }),
    plan: ['restart-component kube-scheduler', 'await-api'],
  },
  {
    title: 'an API server that was started after its certificate was written',
    seen: {
      ...certificates({ apiserver: { ...certificate, modifiedAt: now - 1000 } }),
      components: { ...converged.components, 'kube-apiserver': young },
    },
    plan: [],
  },
  {
    title: 'lost keys of service accounts',
    seen: { ...converged, serviceAccountKeys: 'missing' },
    plan: ['create-token-keys'],
  },
])
