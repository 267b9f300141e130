import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { parse } from 'yaml'
import { parseFlags } from '../../control-plane/flags.ts'
import { type Connection, readKubeconfig } from '../../control-plane/kubeconfig.ts'
import { codeOf, messageOf } from '../../control-plane/running.ts'

export interface Settings {
  node: string
  /** Of --node-ip; empty where it is the host's choice. */
  nodeAddress: string
  kubeconfig: string
  /** Nothing where there are no static pods. */
  manifests: string | undefined
  runtime: string
  healthPort: number
}

const current = '/var/lib/kubelet/pki/kubelet-client-current.pem'

/** @throws Error for what the kubelet ends for. */
export function readSettings(argv: string[]): Settings {
  const flags = parseFlags(argv)
  const config = readConfig(flags.get('config'))
  assertHost(config)
  const kubeconfig = flags.get('kubeconfig') ?? '/etc/kubernetes/kubelet.conf'
  const connection = connectionOf(kubeconfig, flags.get('bootstrap-kubeconfig') ?? '')
  keepCertificate(connection)
  return {
    node: (flags.get('hostname-override') ?? hostname()).toLowerCase(),
    nodeAddress: flags.get('node-ip') ?? '',
    kubeconfig,
    manifests: config['staticPodPath'] as string | undefined,
    runtime: String(
      flags.get('container-runtime-endpoint') ??
        config['containerRuntimeEndpoint'] ??
        'unix:///run/crio/crio.sock',
    ),
    healthPort: Number(config['healthzPort'] ?? 10248),
  }
}

function readConfig(path: string | undefined): Record<string, unknown> {
  if (path === undefined) return {}
  const failed = `failed to load kubelet config file, path: ${path}, error: failed to load Kubelet config file ${path}, error `
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new Error(
      `${failed}failed to read kubelet config file "${path}", error: open ${path}: no such file or directory`,
    )
  }
  const config = safely(() => parse(text)) as Record<string, unknown> | null | undefined
  if (config?.['kind'] !== 'KubeletConfiguration')
    throw new Error(`${failed}couldn't get version/kind; json parse error`)
  return config
}

function assertHost(config: Record<string, unknown>): void {
  const second = existsSync('/sys/fs/cgroup/cgroup.controllers')
  if (!second && config['failCgroupV1'] !== false)
    throw new Error(
      'failed to run Kubelet: kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported and will be removed in a future release',
    )
  const swap = /\S+\n\S/.test(readFileSync('/proc/swaps', 'utf8'))
  if (swap && config['failSwapOn'] !== false)
    throw new Error(
      'failed to run Kubelet: running with swap on is not supported, please disable swap or set --fail-swap-on flag to false',
    )
}

/** Where there is no usable certificate, the real kubelet asks for one with the bootstrap file. */
function connectionOf(path: string, bootstrap: string): Connection {
  const unable = `failed to run Kubelet: unable to load bootstrap kubeconfig: stat ${bootstrap}: no such file or directory`
  if (!existsSync(path)) throw new Error(unable)
  let connection: Connection
  try {
    connection = readKubeconfig(path)
  } catch (error) {
    throw new Error(existsSync(bootstrap) ? messageOf(error) : unable)
  }
  const expires = safely(() => new Date(new X509Certificate(connection.certificate ?? '').validTo))
  if (expires === undefined || expires.getTime() < Date.now()) throw new Error(unable)
  return connection
}

/** What the kubelet's certificate manager does with the certificate it was given in the kubeconfig. */
function keepCertificate({ certificate, key }: Connection): void {
  if (existsSync(current) || certificate === undefined || key === undefined) return
  mkdirSync('/var/lib/kubelet/pki', { recursive: true })
  writeFileSync(current, `${certificate}${key}`, { mode: 0o600 })
}

function safely<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch {
    return undefined
  }
}
