import { createServer } from 'node:http'
import { createClient } from '../../control-plane/client.ts'
import { readFaults, startFaults } from '../../control-plane/faults.ts'
import { log, messageOf, untilTold } from '../../control-plane/running.ts'
import { callRuntime, followRuntime } from '../runtime/call.ts'
import { programVersion } from '../version.ts'
import { watchPods } from './api-pods.ts'
import { keepNode } from './node.ts'
import { readSettings, type Settings } from './settings.ts'
import { watchManifests } from './static-pods.ts'
import { createWorkers } from './workers.ts'

/**
 * The double of the kubelet: runs static pods and those of its node through the double of CRI-O. Its faults,
 * beside the usual: `unhealthy` (healthz says no) and `pods`, see `behaviourOf`.
 */
export async function main(argv: string[]): Promise<number> {
  if (argv.includes('--version')) {
    process.stdout.write(`Kubernetes ${programVersion('kubelet')}\n`)
    return 0
  }
  const refused = await startFaults('kubelet')
  if (refused !== undefined) return refused
  let settings: Settings
  try {
    settings = readSettings(argv)
    await callRuntime('version', {}, settings.runtime)
  } catch (error) {
    log('E', `run.go:72] "command failed" err=${JSON.stringify(messageOf(error))}`)
    return 1
  }
  await serve(settings)
  return 0
}

async function serve(settings: Settings): Promise<void> {
  const stop = new AbortController()
  const { signal } = stop
  const client = createClient(settings.kubeconfig)
  const health = createServer((_request, response) => {
    if (readFaults('kubelet')['unhealthy'] === true) response.writeHead(500).end('pleg: unhealthy')
    else response.end('ok')
  })
  health.on('error', (error) => log('E', `healthz: ${error.message}`))
  health.listen(settings.healthPort, '127.0.0.1')
  // The real one speaks TLS here; that somebody listens is what others can see.
  const api = createServer((_request, response) => response.writeHead(401).end('Unauthorized'))
  api.on('error', (error) => log('E', `server: ${error.message}`))
  api.listen(10250)
  log('I', `"Starting kubelet" version="${programVersion('kubelet')}"`)

  const workers = createWorkers(settings, client)
  const follow = async () => {
    while (!signal.aborted) {
      await followRuntime(workers.look, settings.runtime)
      workers.look()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  const parts = [
    watchManifests(settings, workers.setStatic, signal),
    watchPods({ settings, client, workers, signal }),
    keepNode(settings, client, signal),
    follow(),
  ]
  for (const part of parts) part.catch((error: unknown) => log('E', messageOf(error)))
  await untilTold()
  stop.abort()
}
