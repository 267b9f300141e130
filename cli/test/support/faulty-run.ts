import { runProgram } from '../../src/commands/run-program.ts'
import type { World } from '../../src/commands/world.ts'
import { KaweezleError } from '../../src/errors.ts'
import { localWorld } from '../../src/host/local-world.ts'
import type { Machine, Provider } from '../../src/providers/provider.ts'
import { type Folders, foldersOf } from '../../src/settings/folders.ts'
import type { Ended, User } from './user.ts'

/** One call of a provider that fails, with all else as it is. */
export interface ProviderFault {
  readonly method: keyof Provider
  /** Of several calls, which one counts: a part of its arguments. */
  readonly about?: string
  /** Whether what was asked for is done all the same. */
  readonly isDone: boolean
}

/** Runs the program in this process, with a fault in the provider; and whether the fault was met. */
export async function runWithFault(
  user: User,
  words: readonly string[],
  fault: ProviderFault,
): Promise<Ended & { isMet: boolean }> {
  const { variables: environment } = user
  const output = { stdout: '', stderr: '' }
  const { signal } = new AbortController()
  let isMet = false
  const met = () => {
    isMet = true
  }
  const status = await runProgram({
    argv: words,
    environment,
    version: '0.0.0-test',
    signal,
    now: Date.now,
    console: {
      stdout: (text) => {
        output.stdout += text
      },
      stderr: (text) => {
        output.stderr += text
      },
      terminal: { isLive: false, hasColour: false, hasUnicode: false, columns: 80 },
      canAsk: false,
      ask: async () => '',
    },
    folders: () => foldersOfUser(user),
    readFile: async () => undefined,
    openWorld: () => {
      const world = worldOf(user, signal)
      const { docker, wsl } = world.providers
      const providers = {
        docker: async () => withFault(await docker(), fault, met),
        wsl: async () => withFault(await wsl(), fault, met),
      }
      return { ...world, providers }
    },
  })
  return { status, ...output, isMet }
}

/** What there is of the user's cluster. */
export async function machineOf(user: User): Promise<Machine> {
  const { providers } = worldOf(user, new AbortController().signal)
  const provider = await providers[user.variables['KAWEEZLE_PROVIDER'] === 'wsl' ? 'wsl' : 'docker']()
  return provider.inspect(user.variables['KAWEEZLE_NAME'] ?? '')
}

function worldOf(user: User, signal: AbortSignal): World {
  const { variables: environment } = user
  return localWorld({ folders: foldersOfUser(user), environment, platform: process.platform, signal })
}

function foldersOfUser({ variables: environment }: User): Folders {
  return foldersOf({ environment, platform: process.platform, home: '/nowhere' })
}

/** The same provider, a call of which fails once. */
function withFault(
  provider: Provider,
  { method, about = '', isDone }: ProviderFault,
  met: () => void,
): Provider {
  let isOver = false
  const broken = async (...args: readonly unknown[]) => {
    const call = provider[method] as (...args: readonly unknown[]) => Promise<unknown>
    if (isOver || !JSON.stringify(args).includes(about)) return call(...args)
    isOver = true
    met()
    if (isDone) await call(...args)
    throw new KaweezleError('PROVIDER_FAILED', 'injected')
  }
  return { ...provider, [method]: broken }
}
