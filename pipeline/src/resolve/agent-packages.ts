import { agentRepository, type BuiltAgent } from '../agent/build-agent.ts'
import type { PackageMetadata } from '../apk/metadata.ts'
import { nameOf } from '../apk/reasons.ts'
import type { Change } from '../apk/resolution.ts'
import { PipelineError } from '../errors.ts'
import { type FetchedPackage, packageFile } from './fetch-packages.ts'
import type { SuppliedRepository } from './sandbox-apk.ts'

/** The agent's repository as the sandbox's `apk` sees it; first, so that of two equal versions it takes ours. */
export function agentRepositories(agent: BuiltAgent | undefined): SuppliedRepository[] {
  if (agent === undefined) return []
  const packages = new Map(agent.packages.map(({ facts, blob }) => [packageFile(facts.info), blob.path]))
  return [{ location: agentRepository, tag: undefined, index: agent.index, packages }]
}

/** The key that the sandbox's `apk` needs for it. It is shown to the sandbox only, and not part of the rootfs. */
export function agentKeys(agent: BuiltAgent | undefined): [name: string, pem: string][] {
  return agent === undefined ? [] : [[agent.key.keyName, agent.key.publicPem]]
}

/**
 * What apk does apart from the agent's packages, which are in no lock.
 * @throws PipelineError `RECIPE_INVALID` when it takes a package of that name from elsewhere.
 */
export function withoutAgent(changes: readonly Change[], agent: BuiltAgent | undefined): Change[] {
  const own = new Set(agent?.packages.map(({ facts }) => facts.info.name))
  return changes.filter(({ name, version }) => {
    if (!own.has(name)) return true
    if (version === agent?.version) return false
    throw new PipelineError(
      'RECIPE_INVALID',
      `apk would install ${name} ${version} of a repository, not ${agent?.version} of the agent's source`,
      { hint: 'Give the agent a newer version, or leave that repository out.' },
    )
  })
}

/** Those of the agent's packages that are to be installed: subpackages where what they wait for is there. */
export function comingPackages(
  { name: main, packages }: Pick<BuiltAgent, 'name' | 'packages'>,
  installed: readonly { readonly name: string }[],
): FetchedPackage[] {
  const names = new Set(installed.map(({ name }) => name))
  return packages.filter(
    ({ facts: { info } }) => info.name === main || info.installIf.every((atom) => names.has(nameOf(atom))),
  )
}

/**
 * Makes sure that everything the agent's packages depend on is there by name; versions are for apk to judge.
 * @throws PipelineError `LOCK_STALE` naming what the lock lacks.
 */
export function assertNeedsLocked(
  { packages: own }: Pick<BuiltAgent, 'packages'>,
  { base, packages }: { base: readonly PackageMetadata[]; packages: readonly FetchedPackage[] },
): void {
  const there = [...base, ...[...own, ...packages].map(({ facts }) => facts.info)]
  const names = new Set(there.flatMap(({ name, provides }) => [name, ...provides.map(nameOf)]))
  const lacking = own.flatMap(({ facts: { info } }) =>
    info.depends
      .filter((text) => !text.startsWith('!') && !names.has(nameOf(text)))
      .map((text) => `${text}, which ${info.name} needs`),
  )
  if (lacking.length === 0) return
  throw new PipelineError('LOCK_STALE', `the lock of packages has no ${lacking.join('; no ')}`, {
    hint: 'Run `npm run lock` for this recipe, look at what moves, and commit the lock.',
  })
}
