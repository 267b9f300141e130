import { existsSync, readdirSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { ApiError, type Client, resourcePath } from '../../control-plane/client.ts'
import { rest } from '../../control-plane/component.ts'
import { log, messageOf } from '../../control-plane/running.ts'
import { callRuntime } from '../runtime/call.ts'
import { programVersion } from '../version.ts'
import type { Settings } from './settings.ts'

/** Registers the node, and says every ten seconds (sooner when something changed) how it is. */
export async function keepNode(settings: Settings, client: Client, signal: AbortSignal): Promise<void> {
  let last = ''
  let lastAt = 0
  let told = ''
  while (!signal.aborted) {
    try {
      const now = await statusOf(settings)
      if (now === undefined) last = ''
      else if (JSON.stringify(now) !== last || Date.now() - lastAt > 10_000) {
        await report(settings, client, now)
        last = JSON.stringify(now)
        lastAt = Date.now()
      }
      told = ''
    } catch (error) {
      if (messageOf(error) !== told)
        log(
          'E',
          `"Unable to register node with API server" err=${JSON.stringify(messageOf(error))} node="${settings.node}"`,
        )
      told = messageOf(error)
    }
    await rest(last === '' ? 200 : 500, signal)
  }
}

async function report({ node }: Settings, client: Client, status: Status): Promise<void> {
  const path = resourcePath('v1', 'nodes', undefined, node)
  const lastHeartbeatTime = new Date().toISOString().replace(/\.\d+/, '')
  const stamped = { ...status, conditions: status.conditions.map((one) => ({ ...one, lastHeartbeatTime })) }
  if ((await client.find(path)) === undefined) await register(node, client)
  await client.patch(`${path}/status`, { status: stamped })
  await client.apply(
    resourcePath('coordination.k8s.io/v1', 'leases', 'kube-node-lease', node),
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: node, namespace: 'kube-node-lease' },
      spec: {
        holderIdentity: node,
        leaseDurationSeconds: 40,
        renewTime: new Date().toISOString().replace('Z', '000Z'),
      },
    },
    'kubelet',
  )
}

async function register(node: string, client: Client): Promise<void> {
  log('I', `"Attempting to register node" node="${node}"`)
  const labels = {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': node,
    'kubernetes.io/os': 'linux',
  }
  try {
    await client.create(resourcePath('v1', 'nodes'), {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: node,
        labels,
        annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      },
      spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] },
    })
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error
  }
  log('I', `"Successfully registered node" node="${node}"`)
}

interface Status {
  addresses: { type: string; address: string }[]
  conditions: { type: string; status: string; reason: string; message: string }[]
  [more: string]: unknown
}

/** Nothing while the node's address is not on this host. */
async function statusOf(settings: Settings): Promise<Status | undefined> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const wanted = settings.nodeAddress
  const found = addresses.find(({ address, family, internal }) =>
    wanted === '' ? family === 'IPv4' && !internal : address === wanted,
  )
  if (!found)
    throw new Error(
      `failed to validate nodeIP: node IP: "${wanted}" not found in the host's network interfaces`,
    )
  const problem = await problemOf(settings)
  const fine = (type: string, reason: string) => ({
    type,
    status: 'False',
    reason,
    message: `kubelet has ${reason}`,
  })
  const capacity = { cpu: '2', memory: '8147448Ki', pods: '110', 'ephemeral-storage': '264212084Ki' }
  return {
    addresses: [
      { type: 'InternalIP', address: found.address },
      { type: 'Hostname', address: settings.node },
    ],
    capacity,
    allocatable: capacity,
    conditions: [
      fine('MemoryPressure', 'KubeletHasSufficientMemory'),
      fine('DiskPressure', 'KubeletHasNoDiskPressure'),
      fine('PIDPressure', 'KubeletHasSufficientPID'),
      problem === undefined
        ? {
            type: 'Ready',
            status: 'True',
            reason: 'KubeletReady',
            message: 'kubelet is posting ready status',
          }
        : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: problem },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture: 'amd64',
      bootID: '',
      containerRuntimeVersion: 'cri-o://1.36.0',
      kernelVersion: '6.6.87.2-microsoft-standard-WSL2',
      kubeProxyVersion: '',
      kubeletVersion: programVersion('kubelet'),
      machineID: '',
      operatingSystem: 'linux',
      osImage: 'Alpine Linux',
      systemUUID: hostname(),
    },
  }
}

async function problemOf({ runtime }: Settings): Promise<string | undefined> {
  try {
    const { runtimeReady, message } = await callRuntime('info', {}, runtime, 2000)
    if (!runtimeReady) return `container runtime status check may not have completed yet: ${message}`
  } catch {
    return 'container runtime is down'
  }
  const conflist =
    existsSync('/etc/cni/net.d') && readdirSync('/etc/cni/net.d').some((name) => /\.conf(list)?$/.test(name))
  if (conflist) return undefined
  return 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: No CNI configuration file in /etc/cni/net.d/. Has your network provider started?'
}
