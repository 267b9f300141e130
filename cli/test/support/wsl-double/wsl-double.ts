import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { sweep } from './distribution.ts'
import {
  type Fault,
  readSettings,
  readState,
  replaceFile,
  type Settings,
  type State,
  withState,
} from './state.ts'
import { stopVm } from './vm.ts'
import { removeLeftovers } from './vm-cgroup.ts'

export interface RecordedCall {
  readonly args: readonly string[]
  readonly pid: number
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A Windows machine with WSL, as far as its wsl.exe shows it. */
export interface WslDouble extends AsyncDisposable {
  /** The program, to be spawned. */
  readonly executable: string
  /** A folder for whatever a test puts on the host; it goes with the double. */
  readonly folder: string
  settings(change: Partial<Settings>): void
  /** What goes wrong from now on, in place of what was set before. */
  faults(faults: readonly Fault[]): void
  calls(): Promise<RecordedCall[]>
  forgetCalls(): Promise<void>
  state(): State
  /** The names of those that run. */
  running(): Promise<string[]>
  /** As a power cut of the virtual machine. */
  crash(): Promise<void>
}

export async function wslDouble(change: Partial<Settings> = {}): Promise<WslDouble> {
  removeLeftovers(tmpdir())
  const folder = await mkdtemp(join(tmpdir(), `kaweezle-wsl-double-${process.pid}-`))
  const home = join(folder, 'wsl')
  await mkdir(home)
  const executable = join(folder, 'wsl.exe')
  const program = join(folder, 'wsl-double.mjs')
  await writeFile(program, await bundleMain())
  const words = [process.execPath, program, home].map((word) => `'${word}'`)
  await writeFile(executable, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`)
  await chmod(executable, 0o755)
  const settings: Settings = {
    locale: 'en-US',
    flavour: 'store',
    newline: '\r\n',
    idle: 15_000,
    vmIdle: 60_000,
    keepsUnfinished: false,
    owner: process.pid,
    ...change,
  }
  const write = (next: Settings) => replaceFile(join(home, 'settings.json'), JSON.stringify(next))
  write(settings)
  const log = join(home, 'calls.jsonl')
  await writeFile(log, '')
  return {
    executable,
    folder,
    settings: (next) => write({ ...readSettings(home), ...next }),
    faults: (faults) => replaceFile(join(home, 'faults.json'), JSON.stringify(faults)),
    async calls() {
      const lines = (await readFile(log, 'utf8')).split('\n').filter(Boolean)
      return lines.map((line) => JSON.parse(line))
    },
    forgetCalls: () => writeFile(log, ''),
    state: () => readState(home),
    running: () =>
      withState(home, async (state) => {
        await sweep(home, state, readSettings(home))
        return state.distributions.filter(({ guid }) => guid in state.running).map(({ name }) => name)
      }),
    crash: () => withState(home, stopVm),
    async [Symbol.asyncDispose]() {
      await withState(home, stopVm)
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

let bundling: Promise<string> | undefined

/** In one file it starts in half the time, and it is started hundreds of times. */
function bundleMain(): Promise<string> {
  bundling ??= build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    write: false,
    logLevel: 'silent',
  }).then(({ outputFiles: [file] }) => file?.text ?? '')
  return bundling
}

/** Why the double cannot work here; nothing when it can. */
export async function wslDoubleMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root makes namespaces'
  for (const name of ['bsdtar', 'setpriv', 'nsenter', 'unshare', 'ip']) {
    try {
      await promisify(execFile)('sh', ['-c', 'command -v "$1"', 'sh', name], {
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      })
    } catch {
      return `install ${name}`
    }
  }
  return undefined
}
