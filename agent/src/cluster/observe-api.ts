import { isIP } from 'node:net'
import * as z from 'zod'
import { isAgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { interruption } from '../host/interruption.ts'
import { kubernetesFolder } from '../kubeadm/paths.ts'
import type { ApiState, NodeState, ReadyApiState } from '../plan/snapshot.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { parseKubeconfig } from './kubeconfig.ts'
import { observeNode } from './observe-node.ts'
import { observeWorkloads } from './observe-workloads.ts'
import { openClient } from './open-client.ts'
import { configuredVersion, publishedServer } from './published.ts'
import { failedChecks } from './ready-checks.ts'

export const adminKubeconfigPath = `${kubernetesFolder}/admin.conf`

/** Milliseconds for one request of an observation: it is repeated, and a server that hangs is not ready. */
const timeLimit = 5000

const versionSchema = z.object({ gitVersion: z.string() })
const configMapSchema = z.object({ data: z.record(z.string(), z.string()).nullish() })

export interface ApiFacts {
  /** Whether a process of kube-apiserver was seen: else nobody is asked. */
  readonly isRunning: boolean
  /** The name of the cluster's node; undefined: not known. */
  readonly node: string | undefined
}

/**
 * Asks the API server, as admin.conf says, how the cluster is. Errors of it are states, not thrown.
 * @throws AgentError `INTERRUPTED`
 */
export async function observeApi(host: Host, facts: ApiFacts): Promise<ApiState> {
  if (!facts.isRunning) return { state: 'down', reason: 'kube-apiserver does not run' }
  let client: ApiClient | undefined
  try {
    const unreachable = await unreachableAddress(host)
    if (unreachable !== undefined) return { state: 'down', reason: `no interface has ${unreachable}` }
    client = await openClient(host, adminKubeconfigPath, timeLimit)
    return await askCluster(client, facts.node)
  } catch (error) {
    if (host.signal.aborted) throw interruption(host.signal)
    if (error instanceof ApiError) return { state: error.isDown ? 'down' : 'starting', reason: error.message }
    if (isAgentError(error, 'FILE_FAILED')) return { state: 'down', reason: error.message }
    throw error
  } finally {
    client?.close()
  }
}

/** The server's address when it is none of this host: packets to it would be lost, and cost the time limit. */
async function unreachableAddress(host: Host): Promise<string | undefined> {
  const text = await host.files.read(adminKubeconfigPath)
  if (text === undefined) return undefined
  const address = new URL(parseKubeconfig(text, adminKubeconfigPath).server).hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) === 0 || address.startsWith('127.') || address === '::1') return undefined
  const addresses = await host.interfaces()
  return addresses.some((own) => own.address === address) ? undefined : address
}

async function askCluster(client: ApiClient, node: string | undefined): Promise<ApiState> {
  const readiness = await client.ask('/readyz', { verbose: '' })
  if (readiness.status !== 200) {
    return {
      state: 'starting',
      reason: `its /readyz says ${readiness.status}: ${failedChecks(readiness.body)}`,
    }
  }
  const [version, nodeState, base, configuration, proxy, info, workloads] = await Promise.all([
    client.get('/version', versionSchema),
    node === undefined ? undefined : observeNode(client, node),
    configMap(client, 'kube-system', 'iknite-config'),
    configMap(client, 'kube-system', 'kubeadm-config'),
    configMap(client, 'kube-system', 'kube-proxy'),
    configMap(client, 'kube-public', 'cluster-info'),
    observeWorkloads(client),
  ])
  const hasProxy = workloads.some(({ name }) => name === 'kube-system/daemonset/kube-proxy')
  const facts = { version: version.gitVersion, node: nodeState, base, configuration, info }
  return {
    ...readyState(facts),
    proxyServer: hasProxy ? serverIn(proxy, 'kubeconfig.conf') : undefined,
    workloads,
  }
}

type Data = Readonly<Record<string, string>> | undefined

function readyState(facts: {
  version: string
  node: NodeState | undefined
  base: Data
  configuration: Data
  info: Data
}) {
  const configuration = facts.configuration?.['ClusterConfiguration']
  return {
    state: 'ready',
    version: facts.version.replace(/^v/, ''),
    node: facts.node,
    appliedBase: facts.base?.['appliedBase'],
    configuredVersion: configuration === undefined ? undefined : configuredVersion(configuration),
    publishedServer: serverIn(facts.info, 'kubeconfig'),
  } satisfies Partial<ReadyApiState>
}

function serverIn(data: Data, key: string): string | undefined {
  const text = data?.[key]
  return text === undefined ? undefined : publishedServer(text)
}

/** The data of a ConfigMap; undefined where there is none. */
async function configMap(client: ApiClient, namespace: string, name: string): Promise<Data> {
  const found = await client.find(`/api/v1/namespaces/${namespace}/configmaps/${name}`, configMapSchema)
  return found === undefined ? undefined : (found.data ?? {})
}
