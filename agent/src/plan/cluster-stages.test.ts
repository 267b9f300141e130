import { testSituations } from './situation.fixture.ts'
import { converged, kubeconfig, readyApi } from './snapshot.fixture.ts'
import type { Snapshot } from './snapshot.ts'

function api(changes: Partial<typeof readyApi>): Snapshot {
  return { ...converged, api: { ...readyApi, ...changes } }
}

testSituations([
  {
    title: 'an API server that does not answer',
    seen: { ...converged, api: { state: 'down', reason: 'refused' } },
    plan: ['await-api'],
  },
  {
    title: 'an API server that is not ready',
    seen: { ...converged, api: { state: 'starting', reason: 'etcd' } },
    plan: ['await-api'],
  },
  {
    title: 'a node that is not ready',
    seen: api({ node: { isReady: false, reason: 'no network', addresses: ['192.168.99.2'] } }),
    plan: ['await-node kwsl'],
  },
  { title: 'a node that is not there', seen: api({ node: undefined }), plan: ['await-node kwsl'] },
  { title: 'a base that was never applied', seen: api({ appliedBase: undefined }), plan: ['apply-base'] },
  { title: 'another base', seen: { ...converged, baseDigest: 'b'.repeat(64) }, plan: ['apply-base'] },
  { title: 'no base', seen: { ...converged, baseDigest: undefined }, plan: [] },
  {
    title: 'a workload that is not ready',
    seen: api({ workloads: [{ name: 'x', isReady: false, reason: '' }] }),
    plan: ['await-workloads'],
  },
  { title: 'a removed kube-proxy', seen: api({ proxyServer: undefined }), plan: [] },
  {
    title: 'a lost configuration in the cluster',
    seen: api({ configuredVersion: undefined }),
    plan: ['upload-configuration'],
  },
  {
    title: 'a lost kubeconfig of root',
    seen: { ...converged, rootKubeconfig: { state: 'missing' } },
    plan: ['write-root-kubeconfig kwsl'],
  },
  {
    title: 'a kubeconfig of root that others can read',
    seen: {
      ...converged,
      rootKubeconfig: {
        state: 'present',
        name: 'kwsl',
        server: kubeconfig.server,
        isCurrent: true,
        mode: 0o644,
      },
    },
    plan: ['write-root-kubeconfig kwsl'],
  },
  {
    title: 'a kubeconfig of root with credentials of before',
    seen: {
      ...converged,
      rootKubeconfig: {
        state: 'present',
        name: 'kwsl',
        server: kubeconfig.server,
        isCurrent: false,
        mode: 0o600,
      },
    },
    plan: ['write-root-kubeconfig kwsl'],
  },
])
