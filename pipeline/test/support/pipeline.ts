import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { namespaceProblem } from '../../src/engine/namespace-problem.ts'
import { mirrorFolder } from './mirror.ts'

const repository = join(import.meta.dirname, '../../..')

export const main = join(repository, 'pipeline/src/main.ts')

/** Why whole builds cannot run here; nothing when they can. */
export async function buildMissing(): Promise<string | undefined> {
  if (!existsSync(mirrorFolder)) return `no mirror at ${mirrorFolder}`
  return (await namespaceProblem())?.message
}

/** A temporary folder with a cache, an output folder and a copy of the recipes, removed when disposed of. */
export interface Bench extends AsyncDisposable {
  readonly folder: string
  readonly cache: string
  readonly out: string
  /** The copy of the repository's `rootfs/`. */
  readonly recipes: string
}

export async function bench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-build-'))
  const recipes = join(folder, 'rootfs')
  await cp(join(repository, 'rootfs'), recipes, { recursive: true, verbatimSymlinks: true })
  return {
    folder,
    cache: join(folder, 'cache'),
    out: join(folder, 'out'),
    recipes,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

export interface RunOptions {
  readonly command?: 'build' | 'lock' | 'verify'
  /** Words before the flags. */
  readonly words?: readonly string[]
  /** Replace the defaults of the same name; undefined leaves a flag out, a list gives it several times. */
  readonly flags?: Flags
  readonly env?: Readonly<Record<string, string>>
  /** What the program is run by, e.g. `['faketime', '2031-01-01']`. */
  readonly by?: readonly string[]
  readonly cwd?: string
  readonly signal?: AbortSignal
}

export interface RunOutcome {
  readonly status: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of the pipeline for the minimal recipe, x86_64, without Docker, in a process of its own. */
export async function runPipeline(place: Bench, options: RunOptions = {}): Promise<RunOutcome> {
  const { command = 'build', words = [], by = [], env = {}, cwd = repository } = options
  const flags: Flags = {
    ...(command !== 'verify' && {
      recipe: join(place.recipes, 'minimal.yaml'),
      mirror: mirrorFolder,
      arch: 'x86_64',
      engine: 'namespace',
    }),
    cache: place.cache,
    ...(command === 'build' && { out: place.out }),
    renderer: 'plain',
    ...options.flags,
  }
  const given = Object.entries(flags).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => {
      if (value === undefined || value === false) return []
      return value === true ? [`--${name}`] : [`--${name}=${value}`]
    }),
  )
  const [program = process.execPath, ...rest] = [...by, process.execPath, main, command, ...words, ...given]
  const { exitCode, stdout, stderr } = await execa(program, rest, {
    cwd,
    env,
    reject: false,
    ...(options.signal && {
      cancelSignal: options.signal,
      forceKillAfterDelay: false,
      killSignal: 'SIGKILL',
    }),
  })
  return { status: exitCode, stdout, stderr }
}

/** {@link runPipeline}, for runs that must succeed: fails with what the program said. */
export async function succeed(place: Bench, options: RunOptions = {}): Promise<RunOutcome> {
  const outcome = await runPipeline(place, options)
  if (outcome.status !== 0) throw new Error(`exit status ${outcome.status}:\n${outcome.stderr}`)
  return outcome
}

/** The digest that a build wrote beside the rootfs. */
export async function rootfsDigest(out: string): Promise<string> {
  return (await readFile(join(out, 'rootfs.tar.gz.sha256'), 'utf8')).trim()
}
