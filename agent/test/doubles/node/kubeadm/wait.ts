import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { callRuntime } from '../runtime/call.ts'
import type { Configuration } from './config.ts'
import { KubeadmError, say } from './failure.ts'

/** The kubelet first, then each component of the control plane. */
export async function waitControlPlanePhase(config: Configuration): Promise<void> {
  say(
    '[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from directory "/etc/kubernetes/manifests"',
  )
  const { kubeletHealthCheck = '4m0s', controlPlaneComponentHealthCheck = '4m0s' } = config.timeouts
  const kubelet = 'http://127.0.0.1:10248/healthz'
  say(
    `[kubelet-check] Waiting for a healthy kubelet at ${kubelet}. This can take up to ${kubeletHealthCheck}`,
  )
  const began = Date.now()
  if (!(await untilTrue(() => answers(kubelet), began + parseDuration(kubeletHealthCheck)))) {
    say(`[kubelet-check] The kubelet is not healthy after ${(Date.now() - began) / 1000}s`)
    throw new KubeadmError(
      `failed while waiting for the kubelet to start: The HTTP call equal to 'curl -sSL ${kubelet}' returned error: Get "${kubelet}": context deadline exceeded`,
    )
  }
  say(`[kubelet-check] The kubelet is healthy after ${Date.now() - began}ms`)
  const server = `https://${config.advertiseAddress}:${config.bindPort}/livez`
  const checks: Record<string, [url: string, isHealthy: () => Promise<boolean>]> = {
    'kube-apiserver': [server, () => answers(server)],
    // Their doubles serve nothing: that the container runs must do.
    'kube-controller-manager': [
      'https://127.0.0.1:10257/healthz',
      () => runs(config, 'kube-controller-manager'),
    ],
    'kube-scheduler': ['https://127.0.0.1:10259/livez', () => runs(config, 'kube-scheduler')],
  }
  say(
    `[control-plane-check] Waiting for healthy control plane components. This can take up to ${controlPlaneComponentHealthCheck}`,
  )
  for (const [name, [url]] of Object.entries(checks)) say(`[control-plane-check] Checking ${name} at ${url}`)
  const until = Date.now() + parseDuration(controlPlaneComponentHealthCheck)
  const failed = await Promise.all(
    Object.entries(checks).map(async ([name, [url, isHealthy]]) => {
      const healthy = await untilTrue(isHealthy, until)
      const after = `${((Date.now() - began) / 1000).toFixed(3)}s`
      say(`[control-plane-check] ${name} is ${healthy ? '' : 'not '}healthy after ${after}`)
      return healthy ? [] : [`${name} check failed at ${url}: context deadline exceeded`]
    }),
  )
  if (failed.flat().length > 0)
    throw new KubeadmError(
      `failed while waiting for the control plane to start: [${failed.flat().join(', ')}]`,
    )
}

async function runs({ criSocket }: Configuration, name: string): Promise<boolean> {
  const { containers } = await callRuntime('containers', {}, criSocket)
  return containers.some((container) => container.name === name && container.state === 'CONTAINER_RUNNING')
}

/** `4m0s` in milliseconds. */
export function parseDuration(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600_000, m: 60_000, s: 1000, ms: 1 }
  const parts = [...text.matchAll(/([\d.]+)(h|ms|m|s)/g)]
  return parts.reduce((sum, [, value, unit = 's']) => sum + Number(value) * (units[unit] ?? 0), 0)
}

export async function untilTrue(is: () => Promise<boolean>, until: number): Promise<boolean> {
  for (;;) {
    if (await is()) return true
    if (Date.now() > until) return false
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { rejectUnauthorized: false, timeout: 5000, agent: false as const }
    const request = url.startsWith('https:') ? requestHttps(url, options) : requestHttp(url, options)
    request.on('response', (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
    request.end()
  })
}
