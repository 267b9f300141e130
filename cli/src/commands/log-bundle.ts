import { agentOf } from '../cluster/agent.ts'
import type { Provider } from '../providers/provider.ts'
import { openProvider } from './choose-provider.ts'
import type { CommandContext } from './command.ts'
import { logPaths } from './log-paths.ts'
import { redactSecrets } from './redact-secrets.ts'

type Argv = readonly [string, ...string[]]

/** What is asked for inside, by the name of its file. */
const inside: Readonly<Record<string, Argv>> = {
  'inside/iknite-info.txt': ['/usr/bin/iknite', 'info'],
  'inside/versions.txt': ['/usr/bin/iknite', 'info', 'versions'],
  'inside/services.txt': ['rc-status', '--all', '--nocolor'],
  'inside/disk.txt': ['df', '-h'],
  'inside/memory.txt': ['free', '-m'],
  'inside/mounts.txt': ['cat', '/proc/mounts'],
  'inside/kernel.txt': ['uname', '-a'],
  'inside/nodes.txt': ['kubectl', 'get', 'nodes', '-o', 'wide'],
  'inside/pods.txt': ['kubectl', 'get', 'pods', '-A', '-o', 'wide'],
  'inside/events.txt': ['kubectl', 'get', 'events', '-A', '--sort-by=.lastTimestamp'],
  'inside/containers.txt': ['crictl', 'ps', '-a'],
  ...Object.fromEntries(
    logPaths.map((path) => [
      `inside/${path.split('/').at(-1)}`,
      ['tail', '-n', '20000', path] satisfies Argv,
    ]),
  ),
}

/**
 * All that helps to find a fault, as a zip without secrets. What cannot be had is told in its place: a bundle is
 * wanted most where things do not work.
 */
export async function logBundle(
  command: CommandContext,
): Promise<{ readonly bytes: Uint8Array; readonly names: readonly string[] }> {
  const { world, settings, version } = command
  const files: Record<string, string> = {}
  const add = async (name: string, text: () => Promise<string>) => {
    files[name] = redactSecrets(await orReason(text, world.signal))
  }
  await add('kaweezle.json', async () =>
    json({ version, platform: world.platform, arch: process.arch, settings }),
  )
  await add('state.json', async () => json((await world.store.read(settings.name)) ?? null))
  await add('doctor.json', async () => json(await Array.fromAsync(world.checks(settings))))
  await orReason(async () => {
    const state = await world.store.read(settings.name)
    if (state === undefined) return ''
    const provider = await openProvider(command, state)
    const machine = await provider.inspect(state.name)
    await add('machine.json', async () => json(machine))
    if (machine.state === 'running') await addInside(provider, state.name, add)
    return ''
  }, world.signal).then((reason) => {
    if (reason !== '') files['machine.txt'] = redactSecrets(reason)
  })
  const { strToU8, zipSync } = await import('fflate')
  const zipped = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))
  return { bytes: zipSync(zipped), names: Object.keys(files) }
}

async function addInside(
  provider: Provider,
  name: string,
  add: (file: string, text: () => Promise<string>) => Promise<void>,
): Promise<void> {
  await add('inside/iknite-status.json', async () => json(await agentOf(provider, name).status()))
  for (const [file, argv] of Object.entries(inside)) {
    await add(file, async () => {
      const environment = { KUBECONFIG: '/root/.kube/config' }
      const result = await provider.exec(name, argv, { timeLimit: 30_000, environment })
      const end = result.status === 0 ? '' : `\n[status ${result.status}]\n${result.stderr}`
      return `${result.stdout}${end}`
    })
  }
}

async function orReason(text: () => Promise<string>, signal: AbortSignal): Promise<string> {
  try {
    return await text()
  } catch (error) {
    if (signal.aborted) throw error
    return `could not be had: ${error instanceof Error ? error.message : String(error)}\n`
  }
}

function json(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}
