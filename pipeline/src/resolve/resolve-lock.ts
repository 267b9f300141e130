import type { BuiltAgent } from '../agent/build-agent.ts'
import { parseKeys } from '../apk/keys.ts'
import { explain } from '../apk/reasons.ts'
import type { Change } from '../apk/resolution.ts'
import { mergeWorld } from '../apk/world.ts'
import type { Architecture } from '../architecture.ts'
import type { Engine, Sandbox } from '../engine/engine.ts'
import { PipelineError } from '../errors.ts'
import type { Fetcher } from '../fetch/fetch.ts'
import { fetchAll } from '../fetch/fetch-all.ts'
import type { Upstream } from '../fetch/upstream.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { ArchitectureLock, LockedPackage } from '../locks/schema.ts'
import type { Progress } from '../progress.ts'
import type { Store } from '../store/store.ts'
import { agentKeys, agentRepositories, withoutAgent } from './agent-packages.ts'
import { atomsOf } from './atoms.ts'
import { fetchIndex, keyOf } from './fetch-index.ts'
import { type FetchedPackage, fetchResolved } from './fetch-packages.ts'
import { localRepositories } from './local-repositories.ts'
import { locate } from './locate.ts'
import { readBase } from './read-base.ts'
import { resolveRepositories } from './repositories.ts'
import { resolveBase } from './resolve-base.ts'
import { runApk, supplyRepositories, temporaryKey } from './sandbox-apk.ts'

export interface ResolveOptions {
  readonly loaded: LoadedRecipe
  readonly architecture: Architecture
  readonly agent: BuiltAgent | undefined
  readonly upstream: Upstream
  readonly fetcher: Fetcher
  readonly store: Store
  readonly engine: () => Promise<Engine>
  readonly signal: AbortSignal
  readonly progress: Progress
}

/**
 * Finds out what a recipe means today: the exact base, and every package that the real `apk` of that base chooses
 * from the verified indexes of the mirror, the agent's dependencies included. The agent itself is in no lock: it is
 * built from source.
 * @throws PipelineError whatever fetching, verifying and running `apk` throw.
 */
export async function resolveLock(options: ResolveOptions): Promise<ArchitectureLock> {
  const { loaded, architecture, agent, upstream, fetcher, signal, progress } = options
  const { recipe } = loaded
  const base = await resolveBase({ base: recipe.base, architecture, fetcher, upstream })
  const facts = await readBase(base.blob, base.locked.file)
  const pems = new Map([...facts.keys, ...loaded.keyFiles, ...agentKeys(agent)])
  const source = {
    architecture,
    keys: parseKeys([...facts.keys, ...loaded.keyFiles]),
    fetcher,
    upstream,
    signal,
  }
  const repositories = resolveRepositories(recipe.repositories, base.locked.release)
  const indexed = await fetchAll(
    repositories,
    (one, signal) => fetchIndex(one, { ...source, signal }),
    source,
  )

  progress.line?.('resolving with apk')
  const engine = await options.engine()
  await using sandbox = await engine.open({ base: base.blob.path, architecture })
  const asked = atomsOf(loaded)
  const world = mergeWorld(facts.world, asked)
  const run = {
    command: recipe.upgrade ? 'upgrade' : 'add',
    world,
    simulate: true,
    progress,
    refusal,
  } as const
  await supplyRepositories(
    sandbox,
    [...agentRepositories(agent), ...indexed.map((one) => ({ ...one, packages: new Map() }))],
    { keys: pems, architecture },
  )
  const changes = withoutAgent(await runApk(sandbox, run), agent)
  const chosen = changes.map((change) => locate(change, indexed))
  const fetched = await fetchResolved(chosen, { ...source, store: options.store })

  // With only these packages in sight, apk must choose the same; the order it then takes is that of every build.
  const key = temporaryKey()
  const local = localRepositories(repositories, fetched, { architecture, key })
  await supplyRepositories(sandbox, [...agentRepositories(agent), ...local], {
    keys: new Map([...pems, [key.keyName, key.publicPem]]),
    architecture,
  })
  const order = withoutAgent(await runApk(sandbox, run), agent)
  const own = agent?.packages.map(({ facts }) => facts.info) ?? []
  const closure = [...chosen.map(({ entry }) => entry), ...own]
  const reasons = explain({ closure, installed: facts.packages, asked })
  return {
    recipe: loaded.digest,
    base: base.locked,
    apk: await apkVersion(sandbox),
    packages: inOrder(fetched, order).map((one) => lockedPackage(one, reasons)),
  }
}

function inOrder(fetched: readonly FetchedPackage[], order: readonly Change[]): FetchedPackage[] {
  const byKey = new Map(fetched.map((one) => [keyOf(one.facts.info), one]))
  const sorted = order.map((change) => byKey.get(keyOf(change)))
  if (sorted.length === fetched.length && sorted.every((one) => one !== undefined)) return sorted
  throw new PipelineError('LOCK_MISMATCH', 'apk chooses other packages when it sees only those it chose', {
    hint: 'Ask for exact versions of the packages that differ, and report it.',
  })
}

function lockedPackage(
  { repository, facts }: FetchedPackage,
  reasons: ReadonlyMap<string, string>,
): LockedPackage {
  const { info, size, checksum, sha256 } = facts
  const { name, version } = info
  return { name, version, repository, size, checksum, sha256, why: reasons.get(name) ?? 'chosen by apk' }
}

function refusal(reason: string): PipelineError {
  return new PipelineError('RECIPE_INVALID', `the packages cannot be installed together: ${reason}`, {
    hint: 'Correct `packages` or `repositories` in the recipe.',
  })
}

async function apkVersion(sandbox: Sandbox): Promise<string> {
  const { stdout } = await sandbox.run(['/sbin/apk', '--version'], { timeLimit: 60_000 })
  const version = /^apk-tools ([^\s,]+)/.exec(stdout)?.[1]
  if (version === undefined)
    throw new PipelineError('COMMAND_FAILED', `apk does not tell its version: ${stdout.trim()}`)
  return version
}
