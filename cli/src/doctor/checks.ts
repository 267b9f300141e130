import { providerNameFor } from '../commands/choose-provider.ts'
import { portClashes } from '../commands/port-clashes.ts'
import type { World } from '../commands/world.ts'
import { isKaweezleError } from '../errors.ts'
import { firstApiPort } from '../host/ports.ts'
import { bytesText } from '../output/units.ts'
import { redact } from '../releases/redact.ts'
import type { Settings } from '../settings/table.ts'
import type { Finding } from './finding.ts'

export interface CheckContext {
  readonly world: World
  readonly settings: Settings
}

type Check = (context: CheckContext) => Promise<readonly Finding[]>

/** In the order in which faults keep others from being seen. */
const checks: Readonly<Record<string, Check>> = {
  provider: checkProvider,
  'disk space': checkDisk,
  state: checkState,
  'API port': checkPort,
  'shared ports': checkClashes,
  proxies: checkProxies,
  'release source': checkSource,
}

/** Looks for what keeps a cluster from working here. A check that breaks is a finding, and keeps no other from running. */
export async function* runChecks(context: CheckContext): AsyncIterable<Finding> {
  for (const [name, check] of Object.entries(checks)) {
    try {
      yield* await check(context)
    } catch (error) {
      if (context.world.signal.aborted) throw error
      yield failureFinding(name, error)
    }
  }
}

async function checkProvider({ world, settings }: CheckContext): Promise<readonly Finding[]> {
  const state = await readState({ world, settings })
  const wanted = providerNameFor({ world, settings }, state)
  const provider = await world.providers[wanted]()
  const found = await provider.probe()
  const name = `provider ${wanted}`
  return [
    found.isUsable
      ? { name, verdict: 'pass', message: found.detail }
      : { name, verdict: 'fail', message: found.reason, hint: found.hint },
  ]
}

/** Bytes for one release: the download, the unpacked root filesystem and the first images. */
const comfortable = 8e9
const least = 2e9

async function checkDisk({ world, settings }: CheckContext): Promise<readonly Finding[]> {
  const state = await readState({ world, settings })
  const provider = await world.providers[providerNameFor({ world, settings }, state)]()
  const isUsable = (await provider.probe()).isUsable
  const places = [
    [`disk space of ${world.folders.cache}`, await world.freeBytes(world.folders.cache)],
    [`disk space of ${provider.name}`, isUsable ? await provider.freeBytes() : undefined],
  ] as const
  return places.flatMap(([name, free]): readonly Finding[] => {
    if (free === undefined) return []
    const message = `${bytesText(free)} are free`
    if (free >= comfortable) return [{ name, verdict: 'pass', message }]
    const hint = `Make room: a release and its data take about ${bytesText(comfortable)}.`
    return [{ name, verdict: free < least ? 'fail' : 'warn', message, hint }]
  })
}

async function checkState({ world, settings }: CheckContext): Promise<readonly Finding[]> {
  const name = `state of ${settings.name}`
  const state = await world.store.read(settings.name)
  if (state === undefined) return [{ name, verdict: 'pass', message: 'it is not installed' }]
  if (state.journal === undefined) return [{ name, verdict: 'pass', message: 'nothing is unfinished' }]
  const { journal } = state
  const verb = journal.kind === 'switch' ? journal.verb : journal.kind
  const message = `its ${verb} has not ended: it goes on, or was cut off`
  const hint = `If no other kaweezle runs, \`kaweezle start --name ${settings.name}\` puts that in order.`
  return [{ name, verdict: 'warn', message, hint }]
}

async function checkPort({ world, settings }: CheckContext): Promise<readonly Finding[]> {
  const state = await readState({ world, settings })
  const port = state?.apiPort ?? settings.apiPort ?? firstApiPort
  const name = `API port ${port}`
  if (await world.isPortFree(port)) return [{ name, verdict: 'pass', message: 'it is free' }]
  if (state === undefined) {
    if (settings.apiPort === undefined) {
      return [{ name, verdict: 'pass', message: 'it is taken: a new cluster gets the next one' }]
    }
    return [{ name, verdict: 'fail', message: 'it is taken', hint: 'Choose another with --api-port.' }]
  }
  const provider = await world.providers[state.provider]()
  const isRunning =
    (await provider.probe()).isUsable && (await provider.inspect(state.name)).state === 'running'
  if (isRunning) return [{ name, verdict: 'pass', message: 'the cluster has it' }]
  const hint = `End what listens on 127.0.0.1:${port}; the cluster cannot be started before.`
  return [{ name, verdict: 'fail', message: 'another program has the port of this stopped cluster', hint }]
}

async function checkClashes({ world, settings }: CheckContext): Promise<readonly Finding[]> {
  const state = await readState({ world, settings })
  const provider = await world.providers[providerNameFor({ world, settings }, state)]()
  if (!(await provider.probe()).isUsable) return []
  const hint = 'End what has it, or terminate that distribution: `wsl --terminate NAME`.'
  const clashes = await portClashes(provider, settings.name)
  return clashes.map((message) => ({ name: 'shared ports', verdict: 'warn', message, hint }))
}

async function checkProxies({ world }: CheckContext): Promise<readonly Finding[]> {
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

async function checkSource({ world, settings }: CheckContext): Promise<readonly Finding[]> {
  const { version, origin } = await world.releases.find({ settings, onEvent: () => {} })
  return [{ name: 'release source', verdict: 'pass', message: `${origin} has ${version}` }]
}

/** A damaged state is found by its own check; the others go on without it. */
async function readState({ world, settings }: CheckContext) {
  try {
    return await world.store.read(settings.name)
  } catch (error) {
    if (isKaweezleError(error, 'STATE_INVALID', 'FILE_FAILED')) return undefined
    throw error
  }
}

function failureFinding(name: string, error: unknown): Finding {
  if (!isKaweezleError(error)) {
    const message = error instanceof Error ? error.message : String(error)
    return { name, verdict: 'fail', message, hint: 'This is a bug of kaweezle: report it.' }
  }
  return {
    name,
    verdict: 'fail',
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  }
}
