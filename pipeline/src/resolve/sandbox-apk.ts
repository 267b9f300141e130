import { generateKeyPairSync } from 'node:crypto'
import { type Change, explainRefusal, parseChanges } from '../apk/resolution.ts'
import type { KeyPair } from '../apk/sign.ts'
import { type Sandbox, type Supply, suppliesPath } from '../engine/engine.ts'
import { PipelineError } from '../errors.ts'
import type { Progress } from '../progress.ts'
import { printRepositories, type ResolvedRepository } from './repositories.ts'

/** A repository as `apk` sees it in the sandbox. */
export interface SuppliedRepository extends ResolvedRepository {
  /** A signed `APKINDEX.tar.gz`. */
  readonly index: Uint8Array | string
  /** Package files by their name in the repository. */
  readonly packages: ReadonlyMap<string, string>
}

export interface ApkRun {
  readonly command: 'add' | 'upgrade'
  /** The new text of `/etc/apk/world`. */
  readonly world: string
  readonly simulate: boolean
  readonly progress: Progress
  /** Makes the error for a world that the packages in sight cannot be. */
  readonly refusal: (reason: string) => PipelineError
}

const repositoriesFile = `${suppliesPath}/repositories`
const keysFolder = `${suppliesPath}/keys`

const packageFiles = `${suppliesPath}/repository/*/*/*.apk`

const flags = [
  '--no-network',
  '--no-cache',
  '--no-progress',
  '--repositories-file',
  repositoriesFile,
  '--keys-dir',
  keysFolder,
]

const installTimeLimit = 30 * 60_000
const verifyTimeLimit = 10 * 60_000

/** Shows repositories and the keys that `apk` is to trust to the sandbox. `keys` are PEM texts by file name. */
export async function supplyRepositories(
  sandbox: Sandbox,
  repositories: readonly SuppliedRepository[],
  { keys, architecture }: { keys: ReadonlyMap<string, string>; architecture: string },
): Promise<void> {
  const supplies: Supply[] = [...keys].map(([name, pem]) => ({
    path: `keys/${name}`,
    bytes: Buffer.from(pem),
  }))
  const addressOf = (_: string, index: number) => `${suppliesPath}/repository/${index}`
  supplies.push({ path: 'repositories', bytes: Buffer.from(printRepositories(repositories, addressOf)) })
  for (const [number, { index, packages }] of repositories.entries()) {
    const folder = `repository/${number}/${architecture}`
    const path = `${folder}/APKINDEX.tar.gz`
    supplies.push(typeof index === 'string' ? { path, file: index } : { path, bytes: index })
    for (const [name, file] of packages) supplies.push({ path: `${folder}/${name}`, file })
  }
  await sandbox.supply(supplies)
}

/**
 * Lets the real `apk` check the upstream signature of every supplied package.
 * @throws PipelineError `SIGNATURE_INVALID` naming those that it refuses.
 */
export async function verifySupplied(sandbox: Sandbox, { progress }: { progress: Progress }): Promise<void> {
  const script = `for first in ${packageFiles}; do [ -e "$first" ] || exit 0; exec /sbin/apk verify "$@" ${packageFiles}; done`
  const { status, stdout, stderr } = await sandbox.run(['/bin/sh', '-c', script, 'sh', ...flags], {
    timeLimit: verifyTimeLimit,
    onLine: (line) => progress.line?.(line),
  })
  if (status === 0) return
  const refused = `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '' && !/ - OK$/.test(line))
  throw new PipelineError('SIGNATURE_INVALID', `apk refuses the signature of ${refused.join('; ')}`, {
    hint: 'Add the repository’s key to the recipe’s `keys`, or use another mirror.',
  })
}

/**
 * Makes the rootfs hold what `world` asks for, or only says what would be done.
 * @throws PipelineError `COMMAND_FAILED` with apk's reason, and what `refusal` makes.
 */
export async function runApk(
  sandbox: Sandbox,
  { command, world, simulate, progress, refusal }: ApkRun,
): Promise<Change[]> {
  await write(sandbox, '/etc/apk/world', world)
  const selfUpgrade = command === 'upgrade' ? ['--no-self-upgrade'] : []
  const { status, stdout, stderr } = await sandbox.run(
    ['/sbin/apk', command, ...flags, ...selfUpgrade, ...(simulate ? ['--simulate'] : [])],
    { timeLimit: installTimeLimit, onLine: (line) => progress.line?.(line) },
  )
  // A pin only notes which repository a package that stays as it is belongs to.
  if (status === 0) return parseChanges(stdout).filter(({ action }) => action !== 'pin')
  const output = `${stdout}\n${stderr}`
  const reason = explainRefusal(output) ?? output.trim()
  if (output.includes(unresolvable)) throw refusal(reason)
  throw new PipelineError('COMMAND_FAILED', `apk fails: ${reason}`, {
    hint: noSpace.test(output)
      ? 'Make room on the disk of the cache, or of the Docker daemon, and run it again.'
      : 'Look at what apk says with --verbose.',
  })
}

/** How apk begins its explanation when the packages in sight cannot be what the world asks for. */
const unresolvable = 'unable to select packages'
const noSpace = /No space left on device/

/** A key that lives as long as the process, for what only a sandbox is to trust. Two keys there need two names. */
export function temporaryKey(name = 'kaweezle-build'): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return { keyName: `${name}.rsa.pub`, publicPem, privateKey }
}

async function write(sandbox: Sandbox, path: string, text: string): Promise<void> {
  const { status, stderr } = await sandbox.run(['/bin/sh', '-c', 'cat >"$0"', path], {
    input: Buffer.from(text),
    timeLimit: 60_000,
  })
  if (status !== 0) throw new PipelineError('ENGINE_FAILED', `${path} cannot be written: ${stderr.trim()}`)
}
