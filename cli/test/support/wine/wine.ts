import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, cp, mkdir, mkdtemp, open, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, win32 } from 'node:path'
import { execa } from 'execa'
import { node22ForWindows, node22Missing } from '../node-22.ts'
import { startWslBridge } from './wsl-bridge.ts'

const wine = '/usr/lib/wine/wine64'
const wineServer = '/usr/lib/wine/wineserver64'
const compiler = 'x86_64-w64-mingw32-gcc'

export interface WineRun {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A Windows, of Wine, with Node, kaweezle and a wsl.exe on it. */
export interface WineMachine extends AsyncDisposable {
  kaweezle(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<WineRun>
  /** A path of Windows, on drive C, as Linux has it. */
  toLinux(path: string): string
  /** A path of Linux as Windows has it, on drive Z. */
  toWindows(path: string): string
}

export interface WineMachineOptions {
  /** The bundled CLI, which has a folder for itself. */
  readonly program: string
  /** A double of wsl.exe for Linux. */
  readonly executable: string
}

/** Why there is no Wine to be had; nothing when there is. */
export async function wineMissing(): Promise<string | undefined> {
  try {
    await Promise.all([wine, wineServer].map((path) => access(path)))
    await execa(compiler, ['--version'])
  } catch {
    return 'install wine64 and gcc-mingw-w64-x86-64-win32'
  }
  return node22Missing()
}

const toWindows = (path: string) => `Z:${path.replaceAll('/', '\\')}`
const programs = 'C:\\Program Files'
const installed = win32.join(programs, 'nodejs modules', 'kaweezle')

/** Wine 8 knows no TCP_KEEPIDLE, and Node would take that for a failed connection. */
const noKeepAlive = "require('node:net').Socket.prototype.setKeepAlive = function () { return this }\n"

export async function wineMachine({ program, executable }: WineMachineOptions): Promise<WineMachine> {
  await using stack = new AsyncDisposableStack()
  // Windows has no other name for a file of Linux whose name it cannot have: no colons here.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'kaweezle-wine-')))
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  const prefix = join(folder, 'prefix')
  const toLinux = (path: string) => {
    const root = path.startsWith('Z:') ? '' : join(prefix, 'drive_c')
    return `${root}${path.slice(2).replaceAll('\\', '/')}`
  }
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    LANG: 'C.UTF-8',
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
  }
  const call = (args: readonly string[]) => execa(wine, args, { env, extendEnv: false, stdio: 'ignore' })
  stack.defer(async () => {
    await execa(wineServer, ['-k', '-w'], { env, extendEnv: false, reject: false })
  })
  await call(['wineboot', '-i'])
  await call(['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f'])
  await cp(dirname(program), toLinux(installed), { recursive: true })
  const wsl = toLinux(win32.join(programs, 'WSL', 'wsl.exe'))
  await mkdir(dirname(wsl))
  const source = join(import.meta.dirname, 'wsl.c')
  await execa(compiler, ['-municode', '-O1', '-o', wsl, source, '-lws2_32'])
  const preload = win32.join(programs, 'no-keep-alive.cjs')
  await writeFile(toLinux(preload), noKeepAlive)
  const { port } = stack.use(await startWslBridge({ executable, toLinux }))
  const installedProgram = win32.join(installed, basename(program))
  let count = 0
  const cleanup = stack.move()
  return {
    toLinux,
    toWindows,
    kaweezle(args, environment = {}) {
      const files = ['out', 'err'].map((name) => join(folder, `${++count}.${name}`))
      const forNode = {
        NODE_OPTIONS: `--require "${preload.replaceAll('\\', '/')}"`,
        WSL_BRIDGE_PORT: String(port),
      }
      const own = { ...env, ...forNode, ...environment }
      return runToFiles([node22ForWindows, installedProgram, ...args], own, files)
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}

/** Node under Wine can do nothing with the pipes of Linux: its output goes into files. */
async function runToFiles(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  files: readonly string[],
): Promise<WineRun> {
  const handles = await Promise.all(files.map((path) => open(path, 'w')))
  const [stdout, stderr] = handles.map(({ fd }) => fd)
  const child = spawn(wine, args, { env, stdio: ['ignore', stdout, stderr], timeout: 600_000 })
  const [code] = (await once(child, 'exit')) as [number | null]
  await Promise.all(handles.map((handle) => handle.close()))
  const [said = '', complained = ''] = await Promise.all(files.map((path) => readFile(path, 'utf8')))
  return { status: code ?? -1, stdout: said, stderr: complained }
}
