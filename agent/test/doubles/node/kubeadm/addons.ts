import { stringify } from 'yaml'
import type { KubeObject } from '../../control-plane/objects.ts'
import { configMap, ensureObject, withCluster } from './cluster.ts'
import type { Configuration } from './config.ts'
import { say } from './failure.ts'
import { phase } from './faults.ts'
import { corednsImage, imageOf } from './images.ts'
import { serverOf } from './kubeconfigs.ts'

export async function addonPhase(config: Configuration, only = 'all'): Promise<void> {
  const add = async (name: string, title: string, objects: KubeObject[]) => {
    if (only !== 'all' && only !== name) return
    await phase(`addon/${name}`, () =>
      withCluster(async (client) => {
        for (const object of objects) await ensureObject(client, object)
        say(`[addons] Applied essential addon: ${title}`)
      }),
    )
  }
  await add('coredns', 'CoreDNS', coredns(config))
  await add('kube-proxy', 'kube-proxy', kubeProxy(config))
}

const namespace = 'kube-system'

function coredns(config: Configuration): KubeObject[] {
  const labels = { 'k8s-app': 'kube-dns' }
  const corefile = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes ${config.dnsDomain} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`
  const [a = 10, b = 96, c = 0] = config.serviceSubnet.split(/[./]/).map(Number)
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
    { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
    { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
  ]
  return [
    account('coredns'),
    configMap(namespace, 'coredns', { Corefile: corefile }),
    workload('Deployment', 'coredns', labels, {
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: podTemplate(labels, 'coredns', {
        priorityClassName: 'system-cluster-critical',
        tolerations: [
          { key: 'CriticalAddonsOnly', operator: 'Exists' },
          { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
        ],
        containers: [
          {
            name: 'coredns',
            image: corednsImage(config),
            imagePullPolicy: 'IfNotPresent',
            args: ['-conf', '/etc/coredns/Corefile'],
            readinessProbe: { httpGet: { path: '/ready', port: 8181, scheme: 'HTTP' } },
          },
        ],
      }),
    }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace, labels: { ...labels, 'kubernetes.io/name': 'CoreDNS' } },
      spec: { clusterIP: `${a}.${b}.${c}.10`, ports, selector: labels },
    },
  ]
}

function kubeProxy(config: Configuration): KubeObject[] {
  const labels = { 'k8s-app': 'kube-proxy' }
  const settings = stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf' },
    clusterCIDR: config.podSubnet,
    ...config.proxy,
    kind: 'KubeProxyConfiguration',
  })
  const service = '/var/run/secrets/kubernetes.io/serviceaccount'
  const kubeconfig = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        cluster: { 'certificate-authority': `${service}/ca.crt`, server: serverOf(config) },
        name: 'default',
      },
    ],
    contexts: [{ context: { cluster: 'default', namespace: 'default', user: 'default' }, name: 'default' }],
    'current-context': 'default',
    users: [{ name: 'default', user: { tokenFile: `${service}/token` } }],
  })
  return [
    account('kube-proxy'),
    configMap(namespace, 'kube-proxy', { 'config.conf': settings, 'kubeconfig.conf': kubeconfig }),
    workload('DaemonSet', 'kube-proxy', labels, {
      updateStrategy: { type: 'RollingUpdate' },
      template: podTemplate(labels, 'kube-proxy', {
        hostNetwork: true,
        priorityClassName: 'system-node-critical',
        tolerations: [{ operator: 'Exists' }],
        containers: [
          {
            name: 'kube-proxy',
            image: imageOf('kube-proxy', config),
            imagePullPolicy: 'IfNotPresent',
            command: [
              '/usr/local/bin/kube-proxy',
              '--config=/var/lib/kube-proxy/config.conf',
              '--hostname-override=$(NODE_NAME)',
            ],
          },
        ],
      }),
    }),
  ]
}

function account(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }
}

function workload(kind: string, name: string, labels: Record<string, string>, spec: object): KubeObject {
  const metadata = { name, namespace, labels }
  return { apiVersion: 'apps/v1', kind, metadata, spec: { selector: { matchLabels: labels }, ...spec } }
}

function podTemplate(labels: Record<string, string>, serviceAccountName: string, spec: object): object {
  return { metadata: { labels }, spec: { serviceAccountName, ...spec } }
}
