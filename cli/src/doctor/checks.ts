import { isKaweezleError } from '../errors.ts'
import type { Finding } from '../finding.ts'
import { checkGuest } from './guest-checks.ts'
import { checkClashes, checkDisk, checkPort, checkProxies, checkSource } from './host-checks.ts'
import { checkKubeconfig } from './kubeconfig-check.ts'
import { checkProvider, examineProvider } from './provider-checks.ts'
import { type Check, type CheckContext, openScene } from './scene.ts'
import { checkLocks, checkMachine, checkOtherClusters, checkState } from './state-checks.ts'

/** In the order in which faults keep others from being seen. */
const checks: Readonly<Record<string, Check>> = {
  provider: checkProvider,
  'provider itself': examineProvider,
  'disk space': checkDisk,
  state: checkState,
  machine: checkMachine,
  'other clusters': checkOtherClusters,
  locks: checkLocks,
  'API port': checkPort,
  'shared ports': checkClashes,
  'inside of the machine': checkGuest,
  kubeconfig: checkKubeconfig,
  proxies: checkProxies,
  'release source': checkSource,
}

/** Looks for what keeps a cluster from working here. A check that breaks is a finding, and keeps no other from running. */
export async function* runChecks(context: CheckContext): AsyncIterable<Finding> {
  const scene = openScene(context)
  for (const [name, check] of Object.entries(checks)) {
    try {
      yield* await check(scene)
    } catch (error) {
      if (context.world.signal.aborted) throw error
      yield failureFinding(name, error)
    }
  }
}

function failureFinding(name: string, error: unknown): Finding {
  if (!isKaweezleError(error)) {
    const message = error instanceof Error ? error.message : String(error)
    return { name, verdict: 'fail', message, hint: 'This is a bug of kaweezle: report it.' }
  }
  const { message, hint = 'Run `kaweezle logs --bundle FILE.zip`, and report it.' } = error
  return { name, verdict: 'fail', message, hint }
}
