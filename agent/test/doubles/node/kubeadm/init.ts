import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { addonPhase } from './addons.ts'
import { certsPhase } from './certs.ts'
import { bootstrapTokenPhase, markControlPlanePhase, uploadConfigPhase } from './cluster.ts'
import type { Configuration } from './config.ts'
import { KubeadmError, say } from './failure.ts'
import { phase } from './faults.ts'
import { put, read } from './files.ts'
import { folder, kubeconfigPhase, serverOf } from './kubeconfigs.ts'
import { kubeletFolder, kubeletStartPhase } from './kubelet-files.ts'
import { controlPlanePhase, etcdPhase } from './manifests.ts'
import { preflight } from './preflight.ts'
import { waitControlPlanePhase } from './wait.ts'

interface Context {
  config: Configuration
  ignored: string[]
  /** The part of the phase, e.g. `ca`. */
  only?: string
}

const partsOf: Readonly<Record<string, string[]>> = {
  certs: [
    ...['ca', 'apiserver', 'apiserver-kubelet-client', 'front-proxy-ca', 'front-proxy-client', 'etcd-ca'],
    ...['etcd-server', 'etcd-peer', 'etcd-healthcheck-client', 'apiserver-etcd-client', 'sa'],
  ],
  kubeconfig: ['admin', 'super-admin', 'kubelet', 'controller-manager', 'scheduler'],
  etcd: ['local'],
  'control-plane': ['apiserver', 'controller-manager', 'scheduler'],
  'upload-config': ['kubeadm', 'kubelet'],
  'kubelet-finalize': ['enable-client-cert-rotation'],
  addon: ['coredns', 'kube-proxy'],
}

/** In the order of `kubeadm init`. */
const phases: Readonly<Record<string, (context: Context) => void | Promise<void>>> = {
  preflight: ({ config, ignored }) => preflight(config, ignored),
  certs: ({ config, only }) => certsPhase(config, only),
  kubeconfig: ({ config, only }) => kubeconfigPhase(config, only),
  etcd: ({ config }) => etcdPhase(config),
  'control-plane': ({ config, only }) => controlPlanePhase(config, only),
  'kubelet-start': ({ config }) => kubeletStartPhase(config),
  'wait-control-plane': ({ config }) => waitControlPlanePhase(config),
  'upload-config': ({ config, only }) => uploadConfigPhase(config, only),
  'upload-certs': () => say('[upload-certs] Skipping phase. Please see --upload-certs'),
  'mark-control-plane': ({ config }) => markControlPlanePhase(config),
  'bootstrap-token': ({ config }) => bootstrapTokenPhase(config),
  'kubelet-finalize': finalize,
  addon: ({ config, only }) => addonPhase(config, only),
  'show-join-command': ({ config }) => showJoin(config),
}

/** In the order of `kubeadm init`: its phases, and of those that have parts these. */
export const initParts = Object.keys(phases).flatMap((name) => {
  const parts = partsOf[name]
  return parts === undefined ? [name] : parts.map((part) => `${name}/${part}`)
})

export async function init(context: Context, skipped: string[]): Promise<void> {
  const skip = new Set([...skipped, ...context.config.skipPhases])
  for (const name of skip) if (!isPhase(name)) throw new KubeadmError(`invalid phase name: ${name}`)
  say(`[init] Using Kubernetes version: ${context.config.version}`)
  for (const name of Object.keys(phases)) if (!skip.has(name)) await runPhase(name, context, skip)
}

/** `kubeadm init phase NAME [PART]` */
export async function initPhase([name = '', part = 'all']: string[], context: Context): Promise<void> {
  const known = phases[name] !== undefined && (part === 'all' || (partsOf[name] ?? []).includes(part))
  if (!known) throw new KubeadmError(`invalid subcommand "${name}${part === 'all' ? '' : ` ${part}`}"`)
  await runPhase(name, { ...context, only: part })
}

async function runPhase(name: string, context: Context, skip = new Set<string>()): Promise<void> {
  const parts = partsOf[name] ?? []
  const run = phases[name]
  if (run === undefined) return
  if (!parts.some((part) => skip.has(`${name}/${part}`))) return phase(name, () => run(context))
  for (const part of parts) if (!skip.has(`${name}/${part}`)) await run({ ...context, only: part })
}

function isPhase(name: string): boolean {
  const [outer = '', part] = name.split('/')
  return phases[outer] !== undefined && (part === undefined || (partsOf[outer] ?? []).includes(part))
}

/** The kubelet's own certificate, which it renews, takes the place of that in kubelet.conf. */
async function finalize(): Promise<void> {
  const current = join(kubeletFolder, 'pki/kubelet-client-current.pem')
  const path = join(folder, 'kubelet.conf')
  const text = read(path)
  await phase('kubelet-finalize/enable-client-cert-rotation', async () => {
    if (text === undefined || !existsSync(current)) return
    say(`[kubelet-finalize] Updating "${path}" to point to a rotatable kubelet client certificate and key`)
    const content = parse(text)
    content.users[0].user = { 'client-certificate': current, 'client-key': current }
    await put(path, stringify(content), 0o600)
  })
}

function showJoin(config: Configuration): void {
  say('')
  say('Your Kubernetes control-plane has initialized successfully!')
  say('')
  say('To start using your cluster, you need to run the following as a regular user:')
  say('')
  say('  mkdir -p $HOME/.kube')
  say('  sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config')
  say('  sudo chown $(id -u):$(id -g) $HOME/.kube/config')
  say('')
  say(`kubeadm join ${serverOf(config).slice('https://'.length)} --token ${config.token}`)
}
