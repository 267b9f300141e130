import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient, resourcePath } from './client.ts'
import { startFaults } from './faults.ts'
import { parseFlags } from './flags.ts'
import { log, messageOf, untilTold } from './running.ts'

/** Runs `work` with a client of `--kubeconfig` until the process is told to end; `work` looks at the signal. */
export async function startWithClient(
  program: string,
  argv: string[],
  work: (client: Client, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const refused = await startFaults(program)
  if (refused !== undefined) return refused
  const stop = new AbortController()
  let client: Client | undefined
  try {
    client = createClient(parseFlags(argv).get('kubeconfig') ?? `/etc/kubernetes/${program.slice(5)}.conf`)
    const told = untilTold().then(() => stop.abort())
    await Promise.race([told, work(client, stop.signal)])
    return 0
  } catch (error) {
    log('E', `${program}: ${messageOf(error)}`)
    return 1
  } finally {
    stop.abort()
    client?.close()
  }
}

/** Renews the lease in kube-system every ten seconds, and sooner while the server is not there. */
export async function keepLease(client: Client, name: string, signal: AbortSignal): Promise<void> {
  const path = resourcePath('coordination.k8s.io/v1', 'leases', 'kube-system', name)
  const holderIdentity = `${hostname()}_double`
  while (!signal.aborted) {
    let pause = 10_000
    try {
      const renewTime = new Date().toISOString().replace('Z', '000Z')
      const metadata = { name, namespace: 'kube-system' }
      const spec = { holderIdentity, leaseDurationSeconds: 15, renewTime }
      await client.apply(path, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }, name)
    } catch (error) {
      log('W', `lease ${name}: ${messageOf(error)}`)
      pause = 500
    }
    await rest(pause, signal)
  }
}

/** Waits, but not beyond the end. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
