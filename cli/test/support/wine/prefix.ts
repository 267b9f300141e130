import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, open, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

const wine = '/usr/lib/wine/wine64'
const wineServer = '/usr/lib/wine/wineserver64'

export interface WineRun {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A Windows 10, of Wine. */
export interface WinePrefix extends AsyncDisposable {
  /** For files of tests, beside its drive. */
  readonly folder: string
  /** A path of Windows, on drive C, as Linux has it. */
  toLinux(path: string): string
  /** A path of Linux as Windows has it, on drive Z. */
  toWindows(path: string): string
  run(argv: readonly string[], environment?: Readonly<Record<string, string>>): Promise<WineRun>
}

/** Why there is no Wine to be had; nothing when there is. */
export async function winePrefixMissing(): Promise<string | undefined> {
  try {
    await Promise.all([wine, wineServer].map((path) => access(path)))
    return undefined
  } catch {
    return 'install wine64'
  }
}

export async function winePrefix(): Promise<WinePrefix> {
  await using stack = new AsyncDisposableStack()
  // Windows has no other name for a file of Linux whose name it cannot have: no colons here.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'kaweezle-wine-')))
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  const prefix = join(folder, 'prefix')
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
  let count = 0
  const cleanup = stack.move()
  return {
    folder,
    toLinux(path) {
      const root = path.startsWith('Z:') ? '' : join(prefix, 'drive_c')
      return `${root}${path.slice(2).replaceAll('\\', '/')}`
    },
    toWindows: (path) => `Z:${path.replaceAll('/', '\\')}`,
    run(argv, environment = {}) {
      const files = ['out', 'err'].map((name) => join(folder, `${++count}.${name}`))
      return runToFiles(argv, { ...env, ...environment }, files)
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
