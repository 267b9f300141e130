import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { freePort } from '../../../../pipeline/test/support/free-port.ts'
import { namesIn } from '../../../src/providers/wsl/cluster-places.ts'
import { type WslProvider, wslProvider } from '../../../src/providers/wsl/wsl-provider.ts'
import { smallRootfs } from '../docker-rootfs.ts'
import type { ContractWorld } from '../provider-contract.ts'
import type { Settings } from './state.ts'
import { type WslDouble, wslDouble } from './wsl-double.ts'

export interface WslWorld extends ContractWorld {
  readonly provider: WslProvider
  readonly double: WslDouble
  /** The folder of all clusters. */
  readonly root: string
  /** Those of 127.0.0.1 of Windows that a program there has. */
  readonly takenPorts: Set<number>
}

/** A Windows machine with WSL, and root filesystems to be imported. */
export async function wslWorld(change: Partial<Settings> = {}): Promise<WslWorld> {
  await using stack = new AsyncDisposableStack()
  const { first, second, truncated, foreign } = stack.use(await smallRootfs())
  const double = stack.use(await wslDouble(change))
  const root = join(double.folder, 'Local', 'kaweezle')
  const environment = { KAWEEZLE_WSL_EXE: double.executable }
  const takenPorts = new Set<number>()
  const options = { environment, folder: root, isPortTaken: async (port: number) => takenPorts.has(port) }
  const cleanup = stack.move()
  return {
    double,
    root,
    takenPorts,
    provider: wslProvider(options),
    interruptible: (signal) => wslProvider({ ...options, signal }),
    ...{ first, second, truncated, foreign },
    freePort,
    spawn: (verb, args) =>
      spawn(process.execPath, [join(import.meta.dirname, 'wsl-verb.ts'), root, verb, JSON.stringify(args)], {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    leftovers: async () => [
      ...double.state().distributions.map(({ name }) => `distribution ${name}`),
      ...(await namesIn(root)).map((name) => `file ${name}`),
    ],
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
