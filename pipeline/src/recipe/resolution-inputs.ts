import { createHash } from 'node:crypto'
import type { AgentDescription } from '../agent/description.ts'
import type { Sha256 } from '../digest.ts'
import { formatImageReference, type ImageReference } from '../oci/reference.ts'
import type { Recipe } from './schema.ts'

/** What else decides a resolution, beside the recipe itself. */
interface ResolutionInputs {
  /** The SHA-256 of each file of the recipe's key folder, by file name. */
  readonly keys: ReadonlyMap<string, Sha256>
  readonly agent: AgentDescription | undefined
}

/**
 * The digest that a lock carries to say which recipe it answers. It covers what decides the resolution and
 * nothing else: comments, line ends, the order of keys and of packages (apk sorts them), overlay and services
 * do not count, nor does the version of the agent.
 */
export function recipeDigest(
  { base, repositories, packages, upgrade }: Pick<Recipe, 'base' | 'repositories' | 'packages' | 'upgrade'>,
  { keys, agent }: ResolutionInputs,
): Sha256 {
  const inputs = {
    base: [base.release, base.version ?? null],
    // Their order counts: of two that have the same version, apk takes the first.
    repositories: repositories.map((repository) => [
      'url' in repository ? repository.url : `${repository.release ?? base.release}/${repository.name}`,
      repository.tag ?? null,
    ]),
    packages: packages.toSorted(),
    upgrade,
    keys: [...keys].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    // As they are in the package: apk installs them in that order.
    ...(agent && {
      agent: [agent.name, agent.depends, agent.subpackages.map((one) => [one.name, one.with])],
    }),
  }
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex') as Sha256
}

interface ClusterInputs {
  readonly kustomization: readonly { readonly path: string; readonly sha256?: Sha256 }[]
  readonly pauseImage: ImageReference | undefined
}

/** The digest of what decides which images a cluster needs, and whether they fit together. */
export function clusterDigest(
  { kubernetes, manifests, images }: Pick<Recipe, 'kubernetes' | 'manifests' | 'images'>,
  { kustomization, pauseImage }: ClusterInputs,
): Sha256 {
  const upstream = Object.entries(manifests?.upstream ?? {}).map(([name, { url, tag }]) => [name, url, tag])
  const inputs = {
    kubernetes: kubernetes ? [kubernetes.version, kubernetes.podNetwork] : null,
    upstream: upstream.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    kustomization: kustomization.map(({ path, sha256 }) => [path, sha256 ?? null]),
    pauseImage: pauseImage === undefined ? null : formatImageReference(pauseImage),
    extra: images?.extra.map(formatImageReference).toSorted() ?? [],
  }
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex') as Sha256
}
