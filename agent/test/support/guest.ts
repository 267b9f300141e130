import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { bundleDoubles, doublesPath } from './doubles-bundle.ts'
import { gatewayOf } from './guest-address.ts'
import { createCgroup, type GuestCgroup } from './guest-cgroup.ts'
import { type Keeper, startKeeper } from './guest-keeper.ts'
import { type GuestRun, type GuestRunOptions, runIn } from './guest-run.ts'
import { type GuestMode, initPath } from './guest-script.ts'
import { leftovers, ownFolder } from './leftovers.ts'
import { pauseProgram } from './pause-program.ts'
import { copyRootfs } from './rootfs-copy.ts'

export interface GuestOptions {
  /** The folder of {@link labRootfs}. */
  readonly rootfs: string
  /** Default: wsl. */
  readonly mode?: GuestMode
  /** Of eth0. Default: 172.20.0.2/20 */
  readonly address?: string
}

export interface GuestProcess {
  readonly pid: number
  readonly args: readonly string[]
}

/** A rootfs that runs, in namespaces of its own. All of it ends with it. */
export interface Guest extends AsyncDisposable {
  /** The folder that is the guest's root, on the host. */
  readonly root: string
  /** Runs a program of the guest as a login of root would. Its daemons stay. */
  run(argv: readonly [string, ...string[]], options?: GuestRunOptions): Promise<GuestRun>
  /** {@link run} of a script that must succeed; what it wrote to stdout. */
  shell(script: string, options?: GuestRunOptions): Promise<string>
  /** Gives eth0 another address, as WSL does at a start. */
  setAddress(address: string): Promise<void>
  /** All inside but the first, which belongs to the lab. Pids are the guest's. */
  processes(): Promise<GuestProcess[]>
  /** Mount points that were not there at the start. */
  mounts(): Promise<string[]>
  /** Network links but lo and eth0. */
  links(): Promise<string[]>
  /** Chains of iptables and ip6tables, `table CHAIN`, but the built-in ones. */
  chains(): Promise<string[]>
  /** As `wsl --terminate`, and a start: all is killed at once, /run is fresh. */
  reboot(): Promise<void>
  readFile(path: string): Promise<string>
  writeFile(path: string, content: string, mode?: number): Promise<void>
}

export async function startGuest(options: GuestOptions): Promise<Guest> {
  const { rootfs, mode = 'wsl' } = options
  let address = options.address ?? '172.20.0.2/20'
  await using stack = new AsyncDisposableStack()
  for (const left of await leftovers(tmpdir())) await rm(left, { recursive: true, force: true })
  const folder = await ownFolder(tmpdir())
  const root = join(folder, 'root')
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  await copyRootfs(rootfs, root)
  await mkdir(dirname(join(root, initPath)), { recursive: true })
  await writeFile(join(root, initPath), pauseProgram(), { mode: 0o755 })
  await writeFile(join(root, doublesPath), await bundleDoubles())

  let keeper: Keeper | undefined
  let cgroup: GuestCgroup | undefined
  let mountsAtStart = new Set<string>()
  stack.defer(stop)
  await start()

  async function start(): Promise<void> {
    cgroup = await createCgroup()
    keeper = await startKeeper({ root, mode, address, cgroup: cgroup?.path })
    mountsAtStart = new Set(await allMounts())
  }

  async function stop(): Promise<void> {
    await keeper?.kill()
    keeper = undefined
    await cgroup?.remove()
    cgroup = undefined
  }

  function pid(): number {
    if (keeper === undefined) throw new Error('the guest does not run')
    return keeper.pid
  }

  async function allMounts(): Promise<string[]> {
    const table = await readFile(`/proc/${pid()}/mountinfo`, 'utf8')
    return table
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
  }

  const host = async (...argv: string[]) => {
    const { stdout } = await execa('nsenter', ['-t', `${pid()}`, '-n', ...argv], {
      env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    })
    return stdout
  }

  const cleanup = stack.move()
  return {
    root,
    run: (argv, runOptions) => runIn(pid(), argv, runOptions),
    async shell(script, runOptions) {
      const outcome = await runIn(pid(), ['/bin/sh', '-c', script], runOptions)
      if (outcome.status === 0) return outcome.stdout
      throw new Error(`status ${outcome.status} of: ${script}\n${outcome.stdout}${outcome.stderr}`)
    },
    async setAddress(next) {
      await host('ip', 'address', 'del', address, 'dev', 'eth0')
      await host('ip', 'address', 'add', next, 'broadcast', '+', 'dev', 'eth0')
      await host('ip', 'route', 'replace', 'default', 'via', gatewayOf(next))
      address = next
    },
    processes: () => processesIn(pid()),
    mounts: async () => (await allMounts()).filter((path) => !mountsAtStart.has(path)),
    async links() {
      const lines = (await host('ip', '-o', 'link')).split('\n')
      const names = lines.map((line) => line.split(': ')[1]?.replace(/@.*/, '') ?? '')
      return names.filter((name) => name !== 'lo' && name !== 'eth0')
    },
    async chains() {
      const found = await Promise.all(['iptables-save', 'ip6tables-save'].map((save) => host(save)))
      return found.flatMap(chainsIn)
    },
    async reboot() {
      await stop()
      await start()
    },
    readFile: (path) => readFile(join(root, path), 'utf8'),
    async writeFile(path, content, fileMode) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      // A large file may be one with the cached rootfs's.
      await rm(join(root, path), { force: true })
      await writeFile(join(root, path), content, fileMode === undefined ? {} : { mode: fileMode })
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}

function chainsIn(saved: string): string[] {
  let table = ''
  const chains: string[] = []
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1)
    const chain = /^:(\S+) - /.exec(line)?.[1]
    if (chain !== undefined) chains.push(`${table} ${chain}`)
  }
  return chains
}

async function processesIn(keeper: number): Promise<GuestProcess[]> {
  const folder = `/proc/${keeper}/root/proc`
  const found: GuestProcess[] = []
  for (const name of await readdir(folder)) {
    if (!/^\d+$/.test(name) || name === '1') continue
    try {
      const args = (await readFile(join(folder, name, 'cmdline'), 'utf8')).split('\0').slice(0, -1)
      const state = /^State:\s+(\S)/m.exec(await readFile(join(folder, name, 'status'), 'utf8'))?.[1]
      if (state !== 'Z' && state !== 'X') found.push({ pid: Number(name), args })
    } catch (error) {
      // It ended while we looked.
      if (!(error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))))
        throw error
    }
  }
  return found.toSorted((one, other) => one.pid - other.pid)
}
