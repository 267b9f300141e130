import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Argument, Configuration } from './config.ts'
import { say } from './failure.ts'
import { phase } from './faults.ts'
import { put } from './files.ts'
import { etcdImage, imageOf } from './images.ts'

export const manifestsFolder = '/etc/kubernetes/manifests'

export type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler'

export const components: readonly Component[] = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
]

export async function etcdPhase(config: Configuration): Promise<void> {
  await phase('etcd/local', async () => {
    say(`[etcd] Creating static Pod manifest for local etcd in "${manifestsFolder}"`)
    await put(join(manifestsFolder, 'etcd.yaml'), manifestOf('etcd', config), 0o600)
  })
}

/** `all`, or a component without `kube-`. */
export async function controlPlanePhase(config: Configuration, only = 'all'): Promise<void> {
  if (only === 'all') say(`[control-plane] Using manifest folder "${manifestsFolder}"`)
  for (const component of components) {
    const name = component.slice('kube-'.length)
    if (only !== 'all' && only !== name) continue
    await phase(`control-plane/${name}`, async () => {
      say(`[control-plane] Creating static Pod manifest for "${component}"`)
      await put(join(manifestsFolder, `${component}.yaml`), manifestOf(component, config), 0o600)
    })
  }
}

export function manifestOf(component: Component, config: Configuration): string {
  const { advertiseAddress: address, bindPort } = config
  const [annotation, probes] = {
    etcd: [
      `etcd.advertise-client-urls: https://${address}:2379`,
      probesOf('127.0.0.1', 2381, 'HTTP', '/readyz'),
    ],
    'kube-apiserver': [
      `kube-apiserver.advertise-address.endpoint: ${address}:${bindPort}`,
      probesOf(address, bindPort, 'HTTPS', '/livez'),
    ],
    'kube-controller-manager': ['', probesOf('127.0.0.1', 10257, 'HTTPS', '/healthz')],
    'kube-scheduler': ['', probesOf('127.0.0.1', 10259, 'HTTPS', '/livez')],
  }[component] as [string, object]
  const [key = '', value = ''] = annotation.split(': ')
  const mounts = mountsOf(component, config)
  return stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(key !== '' && { annotations: { [`kubeadm.kubernetes.io/${key}`]: value } }),
      labels: { component, tier: 'control-plane' },
      name: component,
      namespace: 'kube-system',
    },
    spec: {
      containers: [
        {
          command: [component, ...flagsOf(component, config)],
          image: component === 'etcd' ? etcdImage(config) : imageOf(component, config),
          imagePullPolicy: 'IfNotPresent',
          ...probes,
          name: component,
          resources: { requests: { cpu: component === 'kube-apiserver' ? '250m' : '100m' } },
          volumeMounts: mounts.map(({ name, mountPath, readOnly }) => ({
            mountPath,
            name,
            ...(readOnly && { readOnly }),
          })),
        },
      ],
      hostNetwork: true,
      priority: 2000001000,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      volumes: mounts.map(({ name, mountPath, type }) => ({ hostPath: { path: mountPath, type }, name })),
    },
    status: {},
  })
}

function flagsOf(component: Component, config: Configuration): string[] {
  const extra = {
    etcd: 'etcd',
    'kube-apiserver': 'apiServer',
    'kube-controller-manager': 'controllerManager',
    'kube-scheduler': 'scheduler',
  } as const
  return merged(usualFlags(component, config), config.extraArgs[extra[component]])
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, value }) => `--${name}=${value}`)
}

/** Given ones replace the usual of the same name. */
function merged(usual: Record<string, string>, given: Argument[]): Argument[] {
  const names = new Set(given.map(({ name }) => name))
  const kept = Object.entries(usual).filter(([name]) => !names.has(name))
  return [...kept.map(([name, value]) => ({ name, value })), ...given]
}

function usualFlags(component: Component, config: Configuration): Record<string, string> {
  const { advertiseAddress: address, bindPort, certificatesDir: pki, serviceSubnet, podSubnet, node } = config
  const conf = (name: string) => `/etc/kubernetes/${name}.conf`
  switch (component) {
    case 'etcd':
      return {
        'advertise-client-urls': `https://${address}:2379`,
        'cert-file': `${pki}/etcd/server.crt`,
        'client-cert-auth': 'true',
        'data-dir': config.etcdDataDir,
        'feature-gates': 'InitialCorruptCheck=true',
        'initial-advertise-peer-urls': `https://${address}:2380`,
        'initial-cluster': `${node}=https://${address}:2380`,
        'key-file': `${pki}/etcd/server.key`,
        'listen-client-urls': `https://127.0.0.1:2379,https://${address}:2379`,
        'listen-metrics-urls': 'http://127.0.0.1:2381',
        'listen-peer-urls': `https://${address}:2380`,
        name: node,
        'peer-cert-file': `${pki}/etcd/peer.crt`,
        'peer-client-cert-auth': 'true',
        'peer-key-file': `${pki}/etcd/peer.key`,
        'peer-trusted-ca-file': `${pki}/etcd/ca.crt`,
        'snapshot-count': '10000',
        'trusted-ca-file': `${pki}/etcd/ca.crt`,
        'watch-progress-notify-interval': '5s',
      }
    case 'kube-apiserver':
      return {
        'advertise-address': address,
        'allow-privileged': 'true',
        'authorization-mode': 'Node,RBAC',
        'client-ca-file': `${pki}/ca.crt`,
        'enable-admission-plugins': 'NodeRestriction',
        'enable-bootstrap-token-auth': 'true',
        'etcd-cafile': `${pki}/etcd/ca.crt`,
        'etcd-certfile': `${pki}/apiserver-etcd-client.crt`,
        'etcd-keyfile': `${pki}/apiserver-etcd-client.key`,
        'etcd-servers': 'https://127.0.0.1:2379',
        'kubelet-client-certificate': `${pki}/apiserver-kubelet-client.crt`,
        'kubelet-client-key': `${pki}/apiserver-kubelet-client.key`,
        'kubelet-preferred-address-types': 'InternalIP,ExternalIP,Hostname',
        'proxy-client-cert-file': `${pki}/front-proxy-client.crt`,
        'proxy-client-key-file': `${pki}/front-proxy-client.key`,
        'requestheader-allowed-names': 'front-proxy-client',
        'requestheader-client-ca-file': `${pki}/front-proxy-ca.crt`,
        'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
        'requestheader-group-headers': 'X-Remote-Group',
        'requestheader-username-headers': 'X-Remote-User',
        'secure-port': String(bindPort),
        'service-account-issuer': `https://kubernetes.default.svc.${config.dnsDomain}`,
        'service-account-key-file': `${pki}/sa.pub`,
        'service-account-signing-key-file': `${pki}/sa.key`,
        'service-cluster-ip-range': serviceSubnet,
        'tls-cert-file': `${pki}/apiserver.crt`,
        'tls-private-key-file': `${pki}/apiserver.key`,
      }
    case 'kube-controller-manager':
      return {
        ...(podSubnet !== '' && { 'allocate-node-cidrs': 'true', 'cluster-cidr': podSubnet }),
        'authentication-kubeconfig': conf('controller-manager'),
        'authorization-kubeconfig': conf('controller-manager'),
        'bind-address': '127.0.0.1',
        'client-ca-file': `${pki}/ca.crt`,
        'cluster-name': config.clusterName,
        'cluster-signing-cert-file': `${pki}/ca.crt`,
        'cluster-signing-key-file': `${pki}/ca.key`,
        controllers: '*,bootstrapsigner,tokencleaner',
        kubeconfig: conf('controller-manager'),
        'leader-elect': 'true',
        'requestheader-client-ca-file': `${pki}/front-proxy-ca.crt`,
        'root-ca-file': `${pki}/ca.crt`,
        'service-account-private-key-file': `${pki}/sa.key`,
        'service-cluster-ip-range': serviceSubnet,
        'use-service-account-credentials': 'true',
      }
    case 'kube-scheduler':
      return {
        'authentication-kubeconfig': conf('scheduler'),
        'authorization-kubeconfig': conf('scheduler'),
        'bind-address': '127.0.0.1',
        kubeconfig: conf('scheduler'),
        'leader-elect': 'true',
      }
  }
}

interface Mount {
  name: string
  mountPath: string
  type: string
  readOnly?: boolean
}

function mountsOf(component: Component, { certificatesDir: pki, etcdDataDir }: Configuration): Mount[] {
  const certs = { name: 'ca-certs', mountPath: '/etc/ssl/certs', type: 'DirectoryOrCreate', readOnly: true }
  const k8s = { name: 'k8s-certs', mountPath: pki, type: 'DirectoryOrCreate', readOnly: true }
  const conf = (name: string) => ({
    name: 'kubeconfig',
    mountPath: `/etc/kubernetes/${name}.conf`,
    type: 'FileOrCreate',
    readOnly: true,
  })
  return {
    etcd: [
      { name: 'etcd-data', mountPath: etcdDataDir, type: 'DirectoryOrCreate' },
      { name: 'etcd-certs', mountPath: `${pki}/etcd`, type: 'DirectoryOrCreate' },
    ],
    'kube-apiserver': [certs, k8s],
    'kube-controller-manager': [certs, k8s, conf('controller-manager')],
    'kube-scheduler': [conf('scheduler')],
  }[component]
}

function probesOf(host: string, port: number, scheme: string, live: string): object {
  const get = (path: string) => ({ httpGet: { host, path, port, scheme }, timeoutSeconds: 15 })
  return {
    livenessProbe: { failureThreshold: 8, initialDelaySeconds: 10, periodSeconds: 10, ...get(live) },
    ...(port === 6443 && { readinessProbe: { failureThreshold: 3, periodSeconds: 1, ...get('/readyz') } }),
    startupProbe: { failureThreshold: 24, initialDelaySeconds: 10, periodSeconds: 10, ...get(live) },
  }
}
