import type { BuiltAgent } from '../agent/build-agent.ts'
import { parseKeys } from '../apk/keys.ts'
import { mergeWorld } from '../apk/world.ts'
import type { Architecture } from '../architecture.ts'
import type { Engine, Sandbox } from '../engine/engine.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import { assertInstallOrder, lockMismatch } from '../locks/assert-installed.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import type { Progress } from '../progress.ts'
import { agentKeys, agentRepositories, assertNeedsLocked, withoutAgent } from './agent-packages.ts'
import { atomsOf } from './atoms.ts'
import type { Fetched } from './fetch-locked.ts'
import { localRepositories } from './local-repositories.ts'
import { runApk, supplyRepositories, temporaryKey, verifySupplied } from './sandbox-apk.ts'

export interface InstallOptions {
  readonly loaded: LoadedRecipe
  readonly architecture: Architecture
  readonly lock: ArchitectureLock
  readonly fetched: Fetched
  readonly agent: BuiltAgent | undefined
  readonly progress: Progress
}

/**
 * Opens a sandbox with the base and lets its `apk` verify and install every package of the lock.
 * @throws PipelineError `LOCK_MISMATCH`, `LOCK_STALE` when the lock lacks what the agent needs, and whatever the engine and `apk` throw.
 */
export async function openInstalled(engine: Engine, options: InstallOptions): Promise<Sandbox> {
  const sandbox = await engine.open({ base: options.fetched.base.path, architecture: options.architecture })
  try {
    await installLocked(sandbox, options)
    return sandbox
  } catch (error) {
    await sandbox[Symbol.asyncDispose]()
    throw error
  }
}

/** As {@link openInstalled}, in a sandbox that holds the base. */
export async function installLocked(
  sandbox: Sandbox,
  { loaded, architecture, lock, fetched, agent, progress }: InstallOptions,
): Promise<void> {
  const { recipe, keyFiles } = loaded
  const { facts, repositories, packages } = fetched
  const trusted = [...facts.keys, ...keyFiles, ...agentKeys(agent)]
  // No key may take the place of another of its name.
  parseKeys(trusted)
  if (agent !== undefined) assertNeedsLocked(agent, { base: facts.packages, packages })
  const key = temporaryKey()
  const local = localRepositories(repositories, packages, { architecture, key })
  await supplyRepositories(sandbox, [...agentRepositories(agent), ...local], {
    keys: new Map([...trusted, [key.keyName, key.publicPem]]),
    architecture,
  })
  await verifySupplied(sandbox, { progress })
  const changes = await runApk(sandbox, {
    command: recipe.upgrade ? 'upgrade' : 'add',
    world: mergeWorld(facts.world, atomsOf(loaded)),
    simulate: false,
    progress,
    refusal: (reason) => lockMismatch([`apk cannot do with the locked packages: ${reason}`]),
  })
  assertInstallOrder(lock, withoutAgent(changes, agent))
}
