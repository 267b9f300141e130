import { existsSync } from 'node:fs'
import { stringify } from 'yaml'
import { type Client, createClient, resourcePath } from '../../control-plane/client.ts'
import type { KubeObject } from '../../control-plane/objects.ts'
import { messageOf } from '../../control-plane/running.ts'
import { load } from './certs.ts'
import type { Configuration } from './config.ts'
import { KubeadmError, say } from './failure.ts'
import { phase } from './faults.ts'
import { serverOf } from './kubeconfigs.ts'
import { kubeletDocument, kubeletSettings } from './kubelet-files.ts'

const admin = '/etc/kubernetes/admin.conf'

/** Calls the cluster as kubeadm's admin. */
export async function withCluster<T>(body: (client: Client) => Promise<T>): Promise<T> {
  if (!existsSync(admin))
    throw new KubeadmError(`failed to load admin kubeconfig: open ${admin}: no such file or directory`)
  const client = createClient(admin)
  try {
    return await body(client)
  } catch (error) {
    if (error instanceof KubeadmError) throw error
    throw new KubeadmError(messageOf(error))
  } finally {
    client.close()
  }
}

const plurals: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  ConfigMap: 'configmaps',
  DaemonSet: 'daemonsets',
  Deployment: 'deployments',
  Secret: 'secrets',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
}

/** Creates an object, or makes the one that is there the same. */
export async function ensureObject(client: Client, object: KubeObject): Promise<void> {
  const plural = plurals[object.kind] ?? object.kind
  const { namespace, name } = object.metadata
  const found = await client.find(resourcePath(object.apiVersion, plural, namespace, name))
  if (found) {
    await client.patch(resourcePath(object.apiVersion, plural, namespace, name), object)
    return
  }
  await client.create(resourcePath(object.apiVersion, plural, namespace), object)
}

export async function uploadConfigPhase(config: Configuration, only = 'all'): Promise<void> {
  if (only !== 'kubelet')
    await phase('upload-config/kubeadm', () =>
      withCluster(async (client) => {
        say(
          '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace',
        )
        await ensureObject(
          client,
          configMap('kube-system', 'kubeadm-config', { ClusterConfiguration: clusterDocument(config) }),
        )
        await ensureObject(client, adminBinding)
      }),
    )
  if (only !== 'kubeadm')
    await phase('upload-config/kubelet', () =>
      withCluster(async (client) => {
        say(
          '[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the configuration for the kubelets in the cluster',
        )
        await ensureObject(
          client,
          configMap('kube-system', 'kubelet-config', { kubelet: kubeletDocument(kubeletSettings(config)) }),
        )
      }),
    )
}

export function clusterDocument(config: Configuration): string {
  return stringify({
    apiServer: {},
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    caCertificateValidityPeriod: '87600h0m0s',
    certificateValidityPeriod: '8760h0m0s',
    certificatesDir: config.certificatesDir,
    clusterName: config.clusterName,
    controllerManager: {},
    dns: {},
    encryptionAlgorithm: 'RSA-2048',
    etcd: { local: { dataDir: config.etcdDataDir } },
    imageRepository: config.imageRepository,
    proxy: {},
    scheduler: {},
    ...config.cluster,
    kind: 'ClusterConfiguration',
    kubernetesVersion: config.version,
    networking: {
      dnsDomain: config.dnsDomain,
      ...(config.podSubnet !== '' && { podSubnet: config.podSubnet }),
      serviceSubnet: config.serviceSubnet,
    },
  })
}

export async function markControlPlanePhase(config: Configuration): Promise<void> {
  const labels = [
    'node-role.kubernetes.io/control-plane',
    'node.kubernetes.io/exclude-from-external-load-balancers',
  ]
  const taints = config.taints ?? [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]
  say(
    `[mark-control-plane] Marking the node ${config.node} as control-plane by adding the labels: [${labels.join(' ')}]`,
  )
  if (taints.length > 0)
    say(
      `[mark-control-plane] Marking the node ${config.node} as control-plane by adding the taints [node-role.kubernetes.io/control-plane:NoSchedule]`,
    )
  await withCluster(async (client) => {
    const path = resourcePath('v1', 'nodes', undefined, config.node)
    // The kubelet registers it about now.
    for (let tries = 0; (await client.find(path)) === undefined; tries++) {
      if (tries === 600)
        throw new KubeadmError(`error patching Node "${config.node}": nodes "${config.node}" not found`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await client.patch(path, {
      metadata: { labels: Object.fromEntries(labels.map((name) => [name, ''])) },
      ...(taints.length > 0 && { spec: { taints } }),
    })
  })
}

export async function bootstrapTokenPhase(config: Configuration): Promise<void> {
  say(`[bootstrap-token] Using token: ${config.token}`)
  say('[bootstrap-token] Configuring bootstrap tokens, cluster-info ConfigMap, RBAC Roles')
  const [id = '', secret = ''] = config.token.split('.')
  await withCluster(async (client) => {
    await ensureObject(client, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      data: {
        'token-id': base64(id),
        'token-secret': base64(secret),
        'usage-bootstrap-signing': base64('true'),
      },
    })
    say('[bootstrap-token] Creating the "cluster-info" ConfigMap in the "kube-public" namespace')
    const authority = load(config, 'ca')?.certificate ?? ''
    const kubeconfig = stringify({
      apiVersion: 'v1',
      clusters: [
        { cluster: { 'certificate-authority-data': base64(authority), server: serverOf(config) }, name: '' },
      ],
      contexts: null,
      'current-context': '',
      kind: 'Config',
      users: null,
    })
    await ensureObject(client, configMap('kube-public', 'cluster-info', { kubeconfig }))
  })
}

export function configMap(namespace: string, name: string, data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data }
}

const adminBinding: KubeObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'kubeadm:cluster-admins' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'kubeadm:cluster-admins' }],
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
