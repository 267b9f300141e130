import { resolve } from 'node:path'
import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import { KaweezleError } from '../errors.ts'
import { bytesText } from '../output/units.ts'
import type { CommandContext, CommandResult, Run } from './command.ts'
import { logBundle } from './log-bundle.ts'
import { logPaths } from './log-paths.ts'
import { openRunning } from './running-cluster.ts'

/** The longest time that a timer can be set to, in milliseconds: 24 days. */
const forEver = 2 ** 31 - 1

/** `kaweezle logs` */
export const logs: Run = async (command) => {
  const { options, settings } = command
  const lines = lineCount(options.get('lines'))
  const bundle = options.get('bundle')
  const isFollowing = options.has('follow')
  if (typeof bundle === 'string') {
    if (isFollowing) throw usage('--follow and --bundle do not go together', 'Give one of them.')
    return writeBundle(command, bundle)
  }
  if (!isFollowing) return show(command, lines)
  if (settings.output !== 'text') {
    throw usage(`--follow has no end, and so no ${settings.output} document`, 'Leave -o out.')
  }
  return follow(command, lines)
}

async function show(command: CommandContext, lines: number): Promise<CommandResult> {
  const { provider, state } = await openRunning(command)
  const found: { path: string; lines: string[] }[] = []
  for (const path of logPaths) {
    const result = await provider.exec(state.name, ['tail', '-n', String(lines), path], { timeLimit: 60_000 })
    // It fails where that log is not there yet.
    if (result.status === 0) found.push({ path, lines: linesOf(result.stdout) })
  }
  const text = found.map(
    (log) => `==> ${log.path} <==\n${log.lines.map((line) => `${safeText(line)}\n`).join('')}`,
  )
  return { text: text.join('\n'), document: { name: state.name, logs: found } }
}

async function follow(command: CommandContext, lines: number): Promise<CommandResult> {
  const { provider, state } = await openRunning(command)
  const { status: exitStatus } = await provider.exec(
    state.name,
    ['tail', '-n', String(lines), '-F', ...logPaths],
    { timeLimit: forEver, onLine: (line) => command.write(`${safeText(line)}\n`) },
  )
  return { text: '', document: undefined, exitStatus }
}

async function writeBundle(command: CommandContext, file: string): Promise<CommandResult> {
  const path = resolve(file)
  const { bytes, names } = await logBundle(command)
  await command.world.writeFile(path, bytes)
  return {
    text: `${path} is written (${names.length} files, ${bytesText(bytes.length)})\nTokens, keys and passwords are taken out; look through it all the same before you publish it.\n`,
    document: { path, size: bytes.length, files: names },
  }
}

function lineCount(value: string | true | undefined): number {
  if (value === undefined) return 200
  if (typeof value === 'string' && /^[1-9]\d{0,5}$/.test(value)) return Number(value)
  throw usage(`--lines cannot be '${String(value)}'`, 'Expected: a number from 1 to 999999.')
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

function usage(message: string, hint: string): KaweezleError {
  return new KaweezleError('USAGE', message, { hint })
}
