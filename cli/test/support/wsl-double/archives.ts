import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { diskOf, forget, stopDistribution } from './distribution.ts'
import { failure, type WslFailure } from './output.ts'
import { type Distribution, type Fault, type Settings, withState } from './state.ts'

const register = 'Wsl/Service/RegisterDistro'

export interface ImportRequest {
  readonly name: string
  readonly place: string
  readonly file: string
  readonly version: string
  readonly fault: Fault | undefined
}

/** Unpacks an archive as a new distribution; nothing of it is left when that fails. */
export async function importArchive(
  folder: string,
  settings: Settings,
  request: ImportRequest,
): Promise<void> {
  const { name, place, file, version, fault } = request
  if (!/^[a-zA-Z0-9._-]{1,256}$/.test(name))
    throw failure(settings, 'badName', `${register}/E_INVALIDARG`, name)
  if (version !== '1' && version !== '2') throw failure(settings, 'badParameter', 'Wsl/E_INVALIDARG')
  if (file !== '-' && !existsSync(file)) throw failure(settings, 'fileNotFound', 'Wsl/ERROR_FILE_NOT_FOUND')
  if (!existsSync(dirname(place))) throw failure(settings, 'fileNotFound', `${register}/ERROR_PATH_NOT_FOUND`)
  const isNew = !existsSync(place)
  const distribution: Distribution = {
    guid: `{${randomUUID()}}`,
    name,
    basePath: place,
    version: version === '1' ? 1 : 2,
    state: 'Installing',
    worker: process.pid,
  }
  await withState(folder, (state) => {
    const refuse = refusal(settings, state.distributions, distribution)
    if (refuse !== undefined) throw refuse
    state.distributions.push(distribution)
    mkdirSync(diskOf(distribution), { recursive: true, mode: 0o755 })
  })
  const failed = await unpack(settings, distribution, file, fault)
  await withState(folder, (state) => {
    const own = state.distributions.find(({ guid }) => guid === distribution.guid)
    if (own === undefined) return
    if (failed === undefined) {
      own.state = 'Installed'
      delete own.worker
      state.default ??= own.guid
      return
    }
    forget(state, own)
    if (isNew) rmSync(place, { recursive: true, force: true })
  })
  if (failed !== undefined) throw failed
}

/** The name that an archive asks for: `defaultName` of its /etc/wsl-distribution.conf. */
export function defaultName(file: string): string | undefined {
  const conf = ['etc/wsl-distribution.conf', './etc/wsl-distribution.conf']
  const { stdout } = spawnSync('bsdtar', ['-xOqf', file, ...conf], { encoding: 'utf8' })
  return /^\s*defaultName\s*=\s*(\S+)/m.exec(stdout)?.[1]
}

function refusal(
  settings: Settings,
  others: readonly Distribution[],
  one: Distribution,
): WslFailure | undefined {
  const same = others.find(({ name }) => name.toLowerCase() === one.name.toLowerCase())
  if (same?.worker !== undefined) return failure(settings, 'busy', `${register}/E_ILLEGAL_STATE_CHANGE`)
  if (same !== undefined) return failure(settings, 'nameExists', `${register}/ERROR_ALREADY_EXISTS`)
  if (others.some(({ basePath }) => basePath === one.basePath) || existsSync(diskOf(one)))
    return failure(settings, 'pathExists', `${register}/ERROR_FILE_EXISTS`)
  return undefined
}

async function unpack(
  settings: Settings,
  distribution: Distribution,
  file: string,
  fault: Fault | undefined,
): Promise<WslFailure | undefined> {
  const disk = diskOf(distribution)
  // Half way: what is unpacked is there, and in nobody's hands.
  if (fault?.action === 'die') {
    await bsdtar(['-xpf', file, '-C', disk, '--numeric-owner', '--include', './etc*', '--include', 'etc*'])
    process.kill(process.pid, 'SIGKILL')
  }
  const status = await bsdtar(['-xpf', file, '-C', disk, '--numeric-owner'])
  if (status !== 0) return failure(settings, 'importFailed', `${register}/WSL_E_IMPORT_FAILED`)
  const isLinux = readdirSync(disk).includes('etc') || existsSync(join(disk, 'bin/sh'))
  return isLinux ? undefined : failure(settings, 'notLinux', `${register}/WSL_E_NOT_A_LINUX_DISTRO`)
}

/** Packs a distribution, which is terminated for it. */
export async function exportArchive(
  folder: string,
  settings: Settings,
  request: { readonly distribution: Distribution; readonly file: string; readonly format: string },
): Promise<void> {
  const { distribution, file, format } = request
  await withState(folder, async (state) => {
    const own = state.distributions.find(({ guid }) => guid === distribution.guid)
    if (own === undefined || own.state !== 'Installed')
      throw failure(settings, 'busy', 'Wsl/Service/E_ILLEGAL_STATE_CHANGE')
    await stopDistribution(state, own.guid)
    Object.assign(own, { state: 'Exporting', worker: process.pid })
  })
  const packed = format === 'tar.gz' ? ['-z'] : format === 'tar.xz' ? ['-J'] : []
  const status = await bsdtar([
    '-c',
    ...packed,
    '-f',
    file,
    '-C',
    diskOf(distribution),
    '--numeric-owner',
    '.',
  ])
  await withState(folder, (state) => {
    const own = state.distributions.find(({ guid }) => guid === distribution.guid)
    if (own === undefined) return
    own.state = 'Installed'
    delete own.worker
  })
  if (status === 0) return
  rmSync(file, { force: true })
  throw failure(settings, 'importFailed', 'Wsl/Service/WSL_E_EXPORT_FAILED')
}

/** It ends with this process. What it says goes where that of WSL's does: the standard error. */
function bsdtar(args: readonly string[]): Promise<number> {
  // That of WSL takes names as UTF-8, whatever the language of Windows.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'bsdtar', ...args], { stdio: 'inherit', env })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
