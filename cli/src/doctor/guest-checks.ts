import { agentOf } from '../cluster/agent.ts'
import { isKaweezleError, KaweezleError } from '../errors.ts'
import { type Finding, finding } from '../finding.ts'
import { durationText } from '../output/units.ts'
import type { Provider } from '../providers/provider.ts'
import { type GuestFacts, guestScript, lookedUp, parseGuestFacts } from './guest-script.ts'
import type { Check } from './scene.ts'

type ProviderName = Provider['name']

/** Seconds. From the second on, certificates and tokens are taken for ones of the future, or ended. */
const [oddSkew, badSkew] = [2, 60] as const

/** Those without which iknite starts no cluster. */
const neededControllers = ['cpu', 'memory', 'pids']

/** Looks into a machine that runs; nothing is started for it. */
export const checkGuest: Check = async ({ world, settings, seen }) => {
  const provider = await seen.provider()
  if (provider === undefined || (await seen.machine())?.state !== 'running') return []
  const { name, offline } = settings
  const before = world.now()
  const argv = ['/bin/sh', '-c', guestScript, 'sh', offline ? '' : lookedUp] as const
  const { status, stdout, stderr } = await provider.exec(name, argv, { timeLimit: 30_000 })
  const after = world.now()
  const facts = parseGuestFacts(stdout)
  if (facts === undefined) {
    throw new KaweezleError('PROVIDER_FAILED', `a script in ${name} ended with status ${status}`, {
      hint: `Run \`kaweezle stop --name ${name}\` and \`kaweezle start --name ${name}\`.`,
      details: stderr.trim().split('\n').slice(-5),
    })
  }
  return [
    clockOf(facts, { before, after, provider: provider.name }),
    dnsOf(facts, provider.name),
    cgroupsOf(facts, provider.name),
    dataOf(facts, name),
    await agentFinding(provider, name),
  ]
}

/**
 * The difference that is certain: the guest said a whole second, at some moment of the call, whose length tells
 * nothing of the clocks.
 */
export function clockOf(
  { clock }: Pick<GuestFacts, 'clock'>,
  { before, after, provider }: { before: number; after: number; provider: ProviderName },
): Finding {
  const ahead = clock - after / 1000
  const behind = before / 1000 - (clock + 1)
  const skew = Math.max(ahead, behind, 0)
  const verdict = skew > badSkew ? 'fail' : skew > oddSkew ? 'warn' : 'pass'
  const message =
    verdict === 'pass'
      ? 'it agrees with that of this host'
      : `it is ${durationText(skew)} ${ahead > behind ? 'ahead of' : 'behind'} that of this host`
  const hints: Record<ProviderName, string> = {
    wsl: 'Run `kaweezle exec hwclock --hctosys` for that cluster; if that fails, save your work in all distributions and run `wsl --shutdown`.',
    docker: 'Restart the virtual machine of Docker (Docker Desktop: Restart), or set the clock of its host.',
  }
  return finding('clock', { verdict, message, hint: hints[provider] })
}

/** Pods need no Internet: what is odd is only told. A loopback address means the pod itself to CoreDNS, which ends. */
export function dnsOf(
  { nameServers, resolves }: Pick<GuestFacts, 'nameServers' | 'resolves'>,
  provider: ProviderName,
): Finding {
  const name = 'DNS'
  const hint =
    provider === 'wsl'
      ? 'Look at `dnsTunneling` in .wslconfig and at your VPN: https://learn.microsoft.com/windows/wsl/troubleshooting.'
      : 'Give Docker name servers: `dns` in its daemon.json, or of its virtual machine.'
  const warn = (message: string): Finding => ({ name, verdict: 'warn', message, hint })
  if (nameServers.length === 0) return warn('the machine has no name server')
  const loopback = nameServers.find((address) => /^(127\.|::1$)/.test(address))
  if (loopback !== undefined) return warn(`the name server ${loopback} cannot be reached from pods`)
  if (resolves === false) return warn(`${lookedUp} is not found by ${nameServers.join(', ')}`)
  return { name, verdict: 'pass', message: nameServers.join(', ') }
}

/** Whether pods can be limited. Where nothing is mounted, iknite does that when it starts the cluster. */
export function cgroupsOf({ cgroups }: Pick<GuestFacts, 'cgroups'>, provider: ProviderName): Finding {
  const name = 'cgroups'
  const { version, controllers } = cgroups
  if (version === 'none') return { name, verdict: 'pass', message: 'they are mounted by the start' }
  const missing = neededControllers.filter((one) => !controllers.includes(one))
  if (missing.length > 0) {
    const hint =
      provider === 'wsl'
        ? 'Run `wsl --update`, and look at `kernel` and `kernelCommandLine` in .wslconfig.'
        : 'Start the kernel of the Docker daemon with them, or delegate them to its user.'
    return { name, verdict: 'fail', message: `there are none for ${missing.join(', ')}`, hint }
  }
  const message = `version ${version}, with ${neededControllers.join(', ')}`
  // That of Docker is told by the look at the daemon.
  const isOld = version === 1 && provider === 'wsl'
  const hint = 'Run `wsl --update`: Kubernetes is about to drop version 1.'
  return finding(name, { verdict: isOld ? 'warn' : 'pass', message, hint })
}

/** A machine that somebody started by hand has no data. */
export function dataOf({ hasData }: Pick<GuestFacts, 'hasData'>, cluster: string): Finding {
  return finding('data', {
    verdict: hasData ? 'pass' : 'fail',
    message: hasData ? 'they are in place' : 'the machine runs without them',
    hint: `Run \`kaweezle stop --name ${cluster}\` and \`kaweezle start --name ${cluster}\`.`,
  })
}

async function agentFinding(provider: Provider, cluster: string): Promise<Finding> {
  const name = 'iknite'
  try {
    const { state, problems = [] } = await agentOf(provider, cluster).status()
    const verdict = state === 'failed' ? 'fail' : state === 'stopped' ? 'warn' : 'pass'
    const message = [`it says that the cluster is ${state}`, ...problems].join('; ')
    return finding(name, { verdict, message, hint: `Run \`kaweezle start --name ${cluster}\`.` })
  } catch (error) {
    if (!isKaweezleError(error) || error.code === 'INTERRUPTED') throw error
    const { message, hint = 'Run `kaweezle logs`.' } = error
    return { name, verdict: 'fail', message, hint }
  }
}
