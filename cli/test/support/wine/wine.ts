import { cp, mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, win32 } from 'node:path'
import { execa } from 'execa'
import { node22ForWindows, node22Missing } from '../node-22.ts'
import { type WinePrefix, type WineRun, winePrefix, winePrefixMissing } from './prefix.ts'
import { startWslBridge } from './wsl-bridge.ts'

const compiler = 'x86_64-w64-mingw32-gcc'

/** A Windows, of Wine, with Node, kaweezle and a wsl.exe on it. */
export interface WineMachine extends Pick<WinePrefix, 'toLinux' | 'toWindows'>, AsyncDisposable {
  kaweezle(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<WineRun>
}

export interface WineMachineOptions {
  /** The bundled CLI, which has a folder for itself. */
  readonly program: string
  /** A double of wsl.exe for Linux. */
  readonly executable: string
}

/** Why there is no Wine to be had; nothing when there is. */
export async function wineMissing(): Promise<string | undefined> {
  const { exitCode } = await execa(compiler, ['--version'], { reject: false })
  if (exitCode !== 0) return 'install gcc-mingw-w64-x86-64-win32'
  return (await winePrefixMissing()) ?? (await node22Missing())
}

const programs = 'C:\\Program Files'
const installed = win32.join(programs, 'nodejs modules', 'kaweezle')

/** Wine 8 knows no TCP_KEEPIDLE, and Node would take that for a failed connection. */
const noKeepAlive = "require('node:net').Socket.prototype.setKeepAlive = function () { return this }\n"

export async function wineMachine({ program, executable }: WineMachineOptions): Promise<WineMachine> {
  await using stack = new AsyncDisposableStack()
  const { toLinux, toWindows, run } = stack.use(await winePrefix())
  await cp(dirname(program), toLinux(installed), { recursive: true })
  const wsl = toLinux(win32.join(programs, 'WSL', 'wsl.exe'))
  await mkdir(dirname(wsl))
  const source = join(import.meta.dirname, 'wsl.c')
  await execa(compiler, ['-municode', '-O1', '-o', wsl, source, '-lws2_32'])
  const preload = win32.join(programs, 'no-keep-alive.cjs')
  await writeFile(toLinux(preload), noKeepAlive)
  const { port } = stack.use(await startWslBridge({ executable, toLinux }))
  const installedProgram = win32.join(installed, basename(program))
  const cleanup = stack.move()
  return {
    toLinux,
    toWindows,
    kaweezle(args, environment = {}) {
      const forNode = {
        NODE_OPTIONS: `--require "${preload.replaceAll('\\', '/')}"`,
        WSL_BRIDGE_PORT: String(port),
      }
      return run([node22ForWindows, installedProgram, ...args], { ...forNode, ...environment })
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
