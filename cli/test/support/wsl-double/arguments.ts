import { parseArgs } from 'node:util'

/** What a command line asks for. */
export type Request =
  | { readonly verb: 'list'; readonly switches: ReadonlySet<string> }
  | { readonly verb: 'import'; readonly positionals: readonly string[]; readonly version: string }
  | InstallRequest
  | { readonly verb: 'export'; readonly positionals: readonly string[]; readonly format: string }
  | { readonly verb: 'unregister' | 'terminate' | 'set-default'; readonly positionals: readonly string[] }
  | { readonly verb: 'shutdown' | 'status' | 'version' | 'usage' }
  | { readonly verb: 'unknown'; readonly argument: string }
  | RunRequest

/** Of a file, and without a shell at the end. */
export interface InstallRequest {
  readonly verb: 'install'
  readonly file: string
  /** The one that the file asks for where there is none. */
  readonly name: string | undefined
}

export interface RunRequest {
  readonly verb: 'run'
  /** The default one where there is none. */
  readonly distribution: string | undefined
  readonly user: string
  readonly folder: string
  readonly command: readonly string[]
  /** Whether the command goes through the login shell. */
  readonly hasShell: boolean
}

const listSwitches: Readonly<Record<string, string>> = {
  '--all': 'all',
  '--running': 'running',
  '-q': 'quiet',
  '--quiet': 'quiet',
  '-v': 'verbose',
  '--verbose': 'verbose',
}

export function parseArguments(args: readonly string[]): Request {
  const [first = '', ...rest] = args
  switch (first) {
    case '-l':
    case '--list':
      return parseList(rest)
    case '--import':
      return { verb: 'import', ...withValue(rest, '--version', '2', 'version') }
    case '--install':
      return parseInstall(rest)
    case '--export':
      return { verb: 'export', ...withValue(rest, '--format', 'tar', 'format') }
    case '--unregister':
      return { verb: 'unregister', positionals: rest }
    case '-t':
    case '--terminate':
      return { verb: 'terminate', positionals: rest }
    case '-s':
    case '--set-default':
      return { verb: 'set-default', positionals: rest }
    case '--shutdown':
      return { verb: 'shutdown' }
    case '--status':
      return { verb: 'status' }
    case '-v':
    case '--version':
      return { verb: 'version' }
    case '--help':
      return { verb: 'usage' }
    default:
      return parseRun(args)
  }
}

function parseList(args: readonly string[]): Request {
  const switches = new Set<string>()
  for (const arg of args) {
    const name = listSwitches[arg]
    if (name === undefined) return { verb: 'unknown', argument: arg }
    switches.add(name)
  }
  const both = (one: string, other: string) => switches.has(one) && switches.has(other)
  if (both('quiet', 'verbose') || both('all', 'running')) return { verb: 'usage' }
  return { verb: 'list', switches }
}

function parseInstall(args: readonly string[]): Request {
  const { values, tokens } = parseArgs({
    args: [...args],
    options: { 'from-file': { type: 'string' }, name: { type: 'string' }, 'no-launch': { type: 'boolean' } },
    strict: false,
    tokens: true,
  })
  const known = ['from-file', 'name', 'no-launch']
  const odd = tokens.find((token) => token.kind !== 'option' || !known.includes(token.name))
  if (odd !== undefined) return { verb: 'unknown', argument: args[odd.index] ?? '' }
  const { 'from-file': file, name, 'no-launch': noLaunch } = values
  // What it would fetch, or show, is not for a double.
  if (typeof file !== 'string' || noLaunch !== true) return { verb: 'unknown', argument: '--install' }
  return { verb: 'install', file, name: typeof name === 'string' ? name : undefined }
}

function withValue<K extends string>(args: readonly string[], name: string, otherwise: string, key: K) {
  const at = args.indexOf(name)
  const positionals = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 2)]
  const value = at < 0 ? otherwise : (args[at + 1] ?? '')
  return { positionals, [key]: value } as { positionals: readonly string[] } & Record<K, string>
}

function parseRun(args: readonly string[]): Request {
  let [distribution, user, folder]: [string | undefined, string, string] = [undefined, 'root', '/']
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const command = args.slice(at + 1)
    const common = () => ({ verb: 'run' as const, distribution, user, folder })
    if (arg === '-e' || arg === '--exec') return { ...common(), command, hasShell: false }
    if (arg === '--') return { ...common(), command, hasShell: true }
    if (!arg.startsWith('-')) return { ...common(), command: args.slice(at), hasShell: true }
    const value = args[++at]
    if (value === undefined) return { verb: 'unknown', argument: arg }
    if (arg === '-d' || arg === '--distribution') distribution = value
    else if (arg === '-u' || arg === '--user') user = value
    else if (arg === '--cd') folder = value === '~' ? '/root' : value
    else return { verb: 'unknown', argument: arg }
  }
  return { verb: 'run', distribution, user, folder, command: [], hasShell: true }
}
