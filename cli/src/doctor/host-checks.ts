import { firstApiPort } from '../cluster/api-port.ts'
import { clashText } from '../commands/port-clashes.ts'
import { isKaweezleError } from '../errors.ts'
import { type Finding, finding } from '../finding.ts'
import { bytesText } from '../output/units.ts'
import { redact } from '../releases/redact.ts'
import type { Check, Scene } from './scene.ts'

/** Bytes for one release: the download, the unpacked root filesystem and the first images. */
const comfortable = 8e9
const least = 2e9

/** Whether there is room for a release: where it is downloaded to, and where the provider has it. */
export const checkDisk: Check = async ({ world, seen }) => {
  const provider = await seen.provider()
  const { cache } = world.folders
  const places = [
    [`disk space of ${cache}`, await world.freeBytes(cache)],
    [`disk space of ${provider?.name}`, await provider?.freeBytes()],
  ] as const
  const hint = `Make room: a release and its data take about ${bytesText(comfortable)}.`
  return places.flatMap(([name, free]) => {
    if (free === undefined) return []
    const verdict = free < least ? 'fail' : free < comfortable ? 'warn' : 'pass'
    return [finding(name, { verdict, message: `${bytesText(free)} are free`, hint })]
  })
}

/** Whether the port of the API server is there for the cluster, and leads to it. */
export const checkPort: Check = async ({ world, settings, seen }) => {
  const state = await seen.state()
  const port = state?.apiPort ?? settings.apiPort ?? firstApiPort
  const name = `API port ${port}`
  const isFree = await world.isPortFree(port)
  const isRunning = state !== undefined && (await seen.machine())?.state === 'running'
  if (isRunning && isFree) {
    const message = 'the machine runs, and nothing of it listens there on this host'
    return [{ name, verdict: 'warn', message, hint: unreachable(await seen.provider()) }]
  }
  if (isFree) return [{ name, verdict: 'pass', message: 'it is free' }]
  if (isRunning) return [{ name, verdict: 'pass', message: 'the cluster has it' }]
  if (state !== undefined) {
    const hint = `End what listens on 127.0.0.1:${port}; the cluster cannot be started before.`
    return [{ name, verdict: 'fail', message: 'another program has the port of this stopped cluster', hint }]
  }
  if (settings.apiPort !== undefined)
    return [{ name, verdict: 'fail', message: 'it is taken', hint: 'Choose another with --api-port.' }]
  return [{ name, verdict: 'pass', message: 'it is taken: a new cluster gets the next one' }]
}

function unreachable(provider: Awaited<ReturnType<Scene['seen']['provider']>>): string {
  const again = 'Run `kaweezle start`'
  return provider?.name === 'wsl'
    ? `${again}; if that does not help, save your work in all distributions and run \`wsl --shutdown\` before.`
    : `${again}; if that does not help, \`kaweezle stop\` before.`
}

/** Whether other machines of the same network have ports that the cluster needs. */
export const checkClashes: Check = async ({ settings, seen }) => {
  const provider = await seen.provider()
  if (provider?.clashes === undefined) return []
  const name = 'shared ports'
  const rivals = (await provider.rivals?.(settings.name)) ?? []
  const others = (await provider.clashes(settings.name)).filter(
    ({ distribution }) => distribution === undefined || !rivals.includes(distribution),
  )
  const hint = 'End what has it, or terminate that distribution: `wsl --terminate NAME`.'
  const findings = [
    ...rivals.map((rival): Finding => {
      const message = `the cluster ${rival} runs, and only one can run at a time`
      return { name, verdict: 'warn', message, hint: `Run \`kaweezle stop --name ${rival}\`.` }
    }),
    ...others.map((clash): Finding => ({ name, verdict: 'warn', message: clashText(clash), hint })),
  ]
  return findings.length > 0 ? findings : [{ name, verdict: 'pass', message: 'nobody else has them' }]
}

/** Whether the variables of proxies can be meant so. */
export const checkProxies: Check = async ({ world }) => {
  const value = (name: string) => world.environment[name.toLowerCase()] || world.environment[name] || ''
  const set = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].filter((name) => value(name) !== '')
  const name = 'proxies'
  if (set.length === 0) return [{ name, verdict: 'pass', message: 'none is set' }]
  const bad = set.find((variable) => !/^https?:$/.test(URL.parse(value(variable))?.protocol ?? ''))
  if (bad !== undefined) {
    const hint = 'Set it to something like http://proxy.example:3128, or unset it.'
    return [{ name, verdict: 'fail', message: `${bad} is not the URL of a proxy`, hint }]
  }
  const message = set.map((variable) => `${variable} is ${redact(value(variable))}`).join(', ')
  const exceptions = value('NO_PROXY').split(/[\s,]+/)
  if (exceptions.some((one) => one === '127.0.0.1' || one === '*'))
    return [{ name, verdict: 'pass', message }]
  const hint = 'Add 127.0.0.1 to NO_PROXY, or kubectl asks the proxy for the API server.'
  return [{ name, verdict: 'warn', message: `${message}; 127.0.0.1 is not excepted`, hint }]
}

/** Whether the release that would be installed is found. One that is installed already needs no other. */
export const checkSource: Check = async ({ world, settings, seen }) => {
  const name = 'release source'
  try {
    const architecture = await (await seen.provider())?.architecture()
    const { version, origin } = await world.releases.find({ settings, architecture, onEvent: () => {} })
    return [{ name, verdict: 'pass', message: `${origin} has ${version}` }]
  } catch (error) {
    const isInstalled = (await seen.state())?.current !== undefined
    if (!isInstalled || !isKaweezleError(error) || error.code === 'INTERRUPTED') throw error
    const { message, hint = 'See --release, --mirror and --repository.' } = error
    return [{ name, verdict: 'warn', message, hint }]
  }
}
