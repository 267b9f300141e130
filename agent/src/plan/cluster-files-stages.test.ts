import { kubeconfigs, testSituations } from './situation.fixture.ts'
import { converged, day, kubeconfig, now } from './snapshot.fixture.ts'
import type { Snapshot } from './snapshot.ts'

function manifests(changes: Partial<Snapshot['manifests']>): Snapshot {
  return { ...converged, manifests: { ...converged.manifests, ...changes } }
}

testSituations([
  {
    title: 'a lost admin.conf',
    seen: kubeconfigs({ admin: { state: 'missing' } }),
    plan: ['create-kubeconfig admin'],
  },
  { title: 'a lost super-admin.conf', seen: kubeconfigs({ 'super-admin': { state: 'missing' } }), plan: [] },
  {
    title: 'a damaged scheduler.conf',
    seen: kubeconfigs({ scheduler: { state: 'unreadable' } }),
    plan: ['create-kubeconfig scheduler'],
  },
  {
    title: 'an admin.conf near its end',
    seen: kubeconfigs({ admin: { ...kubeconfig, notAfter: now + day } }),
    plan: ['renew-kubeconfig admin'],
  },
  {
    title: 'a kubelet.conf near its end',
    seen: kubeconfigs({ kubelet: { ...kubeconfig, notAfter: now + day } }),
    plan: [],
  },
  {
    title: 'a kubelet.conf past its end',
    seen: kubeconfigs({ kubelet: { ...kubeconfig, notAfter: now - day } }),
    plan: ['create-kubeconfig kubelet'],
  },
  {
    title: 'a kubelet.conf whose certificate went with the root filesystem',
    seen: kubeconfigs({ kubelet: { ...kubeconfig, isSound: false } }),
    plan: ['create-kubeconfig kubelet'],
  },
  {
    title: 'a kubeconfig that leads elsewhere',
    seen: kubeconfigs({ admin: { ...kubeconfig, server: 'https://10.0.0.1:6443' } }),
    plan: ['point-kubeconfig admin'],
  },
  {
    title: 'a deleted manifest',
    seen: manifests({ 'kube-scheduler': { state: 'missing' } }),
    plan: ['write-manifest kube-scheduler'],
  },
  {
    title: 'a damaged manifest',
    seen: manifests({ etcd: { state: 'unreadable' } }),
    plan: ['write-manifest etcd'],
  },
])
