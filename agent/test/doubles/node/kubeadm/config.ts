import { readFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { parseAllDocuments } from 'yaml'
import { codeOf } from '../../control-plane/running.ts'
import { programVersion, versionParts } from '../version.ts'
import { unknownFields } from './config-fields.ts'
import { KubeadmError, warn } from './failure.ts'

export interface Argument {
  name: string
  value: string
}

/** What the documents of a configuration say, with kubeadm's defaults. */
export interface Configuration {
  node: string
  advertiseAddress: string
  bindPort: number
  criSocket: string
  kubeletExtraArgs: Argument[]
  /** Nothing stands for the usual one. */
  taints: object[] | undefined
  ignorePreflightErrors: string[]
  skipPhases: string[]
  timeouts: Record<string, string>
  token: string
  version: string
  clusterName: string
  podSubnet: string
  serviceSubnet: string
  dnsDomain: string
  controlPlaneEndpoint: string
  certificatesDir: string
  imageRepository: string
  certSANs: string[]
  extraArgs: Record<'apiServer' | 'controllerManager' | 'scheduler' | 'etcd', Argument[]>
  etcdDataDir: string
  kubelet: Record<string, unknown>
  proxy: Record<string, unknown>
  /** The ClusterConfiguration as it was given, for the cluster's own copy. */
  cluster: Record<string, unknown>
}

// biome-ignore lint/suspicious/noExplicitAny: Documents are read field by field.
type Document = any

const group = 'kubeadm.k8s.io/v1beta4'

/** @throws KubeadmError for what kubeadm refuses; unknown fields are refused only when `strict`. */
export function readConfiguration(path: string | undefined, strict = false): Configuration {
  return configurationOf(path === undefined ? '' : textOf(path), strict)
}

export function configurationOf(text: string, strict = false): Configuration {
  const documents = documentsOf(text)
  for (const document of documents) check(document, strict)
  const of = (kind: string): Document => documents.find((document) => document.kind === kind) ?? {}
  const [init, cluster] = [of('InitConfiguration'), of('ClusterConfiguration')]
  const { kind: _, apiVersion: __, ...kubelet } = of('KubeletConfiguration')
  const { kind: ___, apiVersion: ____, ...proxy } = of('KubeProxyConfiguration')
  const node = init.nodeRegistration ?? {}
  const version = `v${String(cluster.kubernetesVersion ?? programVersion('kubeadm')).replace(/^v/, '')}`
  assertVersion(version)
  return {
    node: (node.name ?? hostname()).toLowerCase(),
    advertiseAddress: init.localAPIEndpoint?.advertiseAddress ?? outerAddress(),
    bindPort: init.localAPIEndpoint?.bindPort ?? 6443,
    criSocket: node.criSocket ?? 'unix:///run/crio/crio.sock',
    kubeletExtraArgs: node.kubeletExtraArgs ?? [],
    taints: node.taints,
    ignorePreflightErrors: node.ignorePreflightErrors ?? [],
    skipPhases: init.skipPhases ?? [],
    timeouts: init.timeouts ?? {},
    token: init.bootstrapTokens?.[0]?.token ?? 'abcdef.0123456789abcdef',
    version,
    clusterName: cluster.clusterName ?? 'kubernetes',
    podSubnet: cluster.networking?.podSubnet ?? '',
    serviceSubnet: cluster.networking?.serviceSubnet ?? '10.96.0.0/12',
    dnsDomain: cluster.networking?.dnsDomain ?? 'cluster.local',
    controlPlaneEndpoint: cluster.controlPlaneEndpoint ?? '',
    certificatesDir: cluster.certificatesDir ?? '/etc/kubernetes/pki',
    imageRepository: cluster.imageRepository ?? 'registry.k8s.io',
    certSANs: (cluster.apiServer?.certSANs ?? []).map(String),
    extraArgs: {
      apiServer: cluster.apiServer?.extraArgs ?? [],
      controllerManager: cluster.controllerManager?.extraArgs ?? [],
      scheduler: cluster.scheduler?.extraArgs ?? [],
      etcd: cluster.etcd?.local?.extraArgs ?? [],
    },
    etcdDataDir: cluster.etcd?.local?.dataDir ?? '/var/lib/etcd',
    kubelet,
    proxy,
    cluster,
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new KubeadmError(`unable to read config from "${path}": open ${path}: no such file or directory`, 1)
  }
}

function documentsOf(text: string): Document[] {
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents)) return []
  return documents.flatMap((document) => {
    const [error] = document.errors
    if (error) throw new KubeadmError(`error converting YAML to JSON: yaml: ${error.message}`)
    const value: unknown = document.toJS()
    return value === null ? [] : [value]
  })
}

function check(document: Document, strict: boolean): void {
  const { apiVersion, kind } = document
  if (apiVersion === undefined || kind === undefined)
    throw new KubeadmError(
      'invalid configuration: kind and apiVersion is mandatory information that must be specified',
    )
  if (String(apiVersion).startsWith('kubeadm.k8s.io/') && apiVersion !== group)
    throw new KubeadmError(
      `your configuration file uses an old API spec: "${apiVersion}" (kind: "${kind}"). Please use kubeadm v1.35 instead and run 'kubeadm config migrate --old-config old-config.yaml --new-config new-config.yaml', which will write the new, similar spec using a newer API version.`,
    )
  const unknown = unknownFields(document)
  if (unknown.length === 0) return
  const list = unknown.map((field) => `unknown field "${field}"`).join(', ')
  const message = `error unmarshaling configuration schema.GroupVersionKind{Group:"${apiVersion.split('/')[0]}", Version:"${apiVersion.split('/')[1]}", Kind:"${kind}"}: strict decoding error: ${list}`
  if (strict) throw new KubeadmError(message)
  warn(`W0101 00:00:00.000000 ${process.pid} strict.go:47] ${message}`)
}

function assertVersion(version: string): void {
  if (!/^v\d+\.\d+\.\d+/.test(version))
    throw new KubeadmError(
      `version "${version}" doesn't match patterns for neither semantic version nor labels (stable, latest, ...)`,
    )
  const [[, wanted], [major, own]] = [versionParts(version), versionParts(programVersion('kubeadm'))]
  if (wanted < own - 1)
    throw new KubeadmError(
      `this version of kubeadm only supports deploying clusters with the control plane version >= ${major}.${own - 1}.0. Current version: ${version}`,
    )
}

function outerAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '0.0.0.0'
}
