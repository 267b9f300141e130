import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { defaultName, exportArchive, importArchive } from './archives.ts'
import type { InstallRequest, Request } from './arguments.ts'
import { forget, stopDistribution } from './distribution.ts'
import { message, usageText } from './messages.ts'
import { failure, say, WslFailure } from './output.ts'
import { runCommand } from './run-command.ts'
import { type Distribution, type Fault, readState, type Settings, type State, withState } from './state.ts'
import { stopVm } from './vm.ts'

const versions = [
  '2.6.1.0',
  '6.6.87.2-1',
  '1.0.66',
  '1.2.6074',
  '1.611.1-81528511',
  '10.0.26100.1',
  '10.0.26200.1',
]

/** Does what was asked; the status of wsl.exe. */
export async function perform(
  folder: string,
  settings: Settings,
  request: Request,
  fault: Fault | undefined,
): Promise<number> {
  const done = () => say(settings, `${message(settings.locale, 'succeeded')}\n`)
  switch (request.verb) {
    case 'list':
      list(settings, readState(folder), request.switches)
      return 0
    case 'import': {
      const [name, place, file] = request.positionals
      if (name === undefined || place === undefined || file === undefined)
        throw failure(settings, 'badParameter', 'Wsl/E_INVALIDARG')
      await importArchive(folder, settings, { name, place, file, version: request.version, fault })
      done()
      return 0
    }
    case 'install':
      await install(folder, settings, request, fault)
      return 0
    case 'export': {
      const [name, file] = request.positionals
      if (name === undefined || file === undefined)
        throw failure(settings, 'badParameter', 'Wsl/E_INVALIDARG')
      await exportArchive(folder, settings, {
        distribution: find(settings, readState(folder), name),
        file,
        format: request.format,
      })
      if (file !== '-') done()
      return 0
    }
    case 'unregister':
    case 'terminate':
    case 'set-default': {
      const { verb } = request
      await withState(folder, (state) => {
        const distribution = find(settings, state, request.positionals[0] ?? '')
        return change(settings, state, verb, distribution)
      })
      done()
      return 0
    }
    case 'shutdown':
      await withState(folder, stopVm)
      return 0
    case 'status': {
      const state = readState(folder)
      const name = state.distributions.find(({ guid }) => guid === state.default)?.name ?? ''
      say(settings, `${message(settings.locale, 'status', name, '2')}\n`)
      return 0
    }
    case 'version':
      if (settings.flavour === 'inbox') throw new WslFailure(usageText())
      say(settings, `${message(settings.locale, 'versions', ...versions)}\n`)
      return 0
    case 'usage':
      throw new WslFailure(usageText())
    case 'unknown':
      throw failure(settings, 'badArgument', undefined, request.argument, 'wsl.exe')
    case 'run':
      return runCommand(folder, settings, (name) => find(settings, readState(folder), name), request)
  }
}

/** Its words are known in English only. */
async function install(
  folder: string,
  settings: Settings,
  { file, name = defaultName(file) }: InstallRequest,
  fault: Fault | undefined,
): Promise<void> {
  if (name === undefined) throw new WslFailure('This distribution needs a name: use --name.')
  say(settings, `Installing: ${file}\n`)
  await importArchive(folder, settings, {
    name,
    place: join(folder, randomUUID()),
    file,
    version: '2',
    fault,
  })
  say(settings, `Distribution successfully installed. It can be launched via 'wsl.exe -d ${name}'\n`)
}

async function change(
  settings: Settings,
  state: State,
  verb: 'unregister' | 'terminate' | 'set-default',
  distribution: Distribution,
): Promise<void> {
  if (distribution.worker !== undefined) throw failure(settings, 'busy', 'Wsl/Service/E_ILLEGAL_STATE_CHANGE')
  if (verb === 'set-default') state.default = distribution.guid
  else await stopDistribution(state, distribution.guid)
  if (verb === 'unregister') forget(state, distribution)
}

function find(settings: Settings, state: State, name: string | undefined): Distribution {
  const isIt = (one: Distribution) =>
    name === undefined ? one.guid === state.default : one.name.toLowerCase() === name.toLowerCase()
  const found = state.distributions.find(isIt)
  if (found !== undefined) return found
  // Without a label line.
  if (name === undefined) throw failure(settings, 'none', undefined)
  throw failure(settings, 'notFound', 'Wsl/Service/WSL_E_DISTRO_NOT_FOUND')
}

function list(settings: Settings, state: State, switches: ReadonlySet<string>): void {
  const isDefault = ({ guid }: Distribution) => guid === state.default
  const ordered = state.distributions.toSorted(
    (one, other) => Number(isDefault(other)) - Number(isDefault(one)),
  )
  const isRunning = ({ guid }: Distribution) => state.running[guid] !== undefined
  if (switches.has('verbose')) {
    if (ordered.length === 0) throw failure(settings, 'none', undefined)
    say(settings, table(ordered, isDefault, isRunning))
    return
  }
  const whole = ordered.filter((one) => switches.has('all') || one.state === 'Installed')
  const shown = switches.has('running') ? whole.filter(isRunning) : whole
  if (switches.has('quiet')) {
    say(settings, shown.map(({ name }) => `${name}\n`).join(''))
    return
  }
  if (shown.length === 0)
    throw failure(settings, switches.has('running') && whole.length > 0 ? 'noneRunning' : 'none', undefined)
  const names = shown.map((one) =>
    isDefault(one) ? message(settings.locale, 'isDefault', one.name) : one.name,
  )
  say(settings, [message(settings.locale, 'listHeader'), ...names].map((line) => `${line}\n`).join(''))
}

type Ask = (distribution: Distribution) => boolean

/** Its words are English in every locale. */
function table(distributions: readonly Distribution[], isDefault: Ask, isRunning: Ask): string {
  const width = Math.max('NAME'.length, ...distributions.map(({ name }) => name.length)) + 4
  const row = (mark: string, name: string, word: string, version: string) =>
    `${mark} ${name.padEnd(width)}${word.padEnd(16)}${version}\n`
  const word = (one: Distribution) =>
    one.state === 'Installed' ? (isRunning(one) ? 'Running' : 'Stopped') : one.state
  const rows = distributions.map((one) =>
    row(isDefault(one) ? '*' : ' ', one.name, word(one), String(one.version)),
  )
  return row(' ', 'NAME', 'STATE', 'VERSION') + rows.join('')
}
