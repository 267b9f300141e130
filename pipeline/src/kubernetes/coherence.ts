import type { ImagesLock, LockedImage } from '../locks/images.ts'
import { type ImageReference, imageName, repositoryName } from '../oci/reference.ts'
import type { Recipe } from '../recipe/schema.ts'
import { printable } from '../yaml/printable.ts'
import type { WantedImage } from './derive-images.ts'
import { controlPlane, kubeadmDefaults } from './kubeadm-images.ts'
import { type KubernetesVersion, minorsAhead, parseKubernetesVersion } from './version.ts'

/** One thing that was held against another. */
export interface CoherenceRow {
  readonly what: string
  readonly has: string
  readonly wants: string
  readonly ok: boolean
}

/** What is known before anything is fetched. What is absent is not checked. */
export interface CoherenceInput {
  readonly recipe: Partial<Pick<Recipe, 'kubernetes' | 'manifests' | 'images'>>
  /** The locked packages of an architecture. */
  readonly packages?: readonly { readonly name: string; readonly version: string }[] | undefined
  readonly images?: Pick<ImagesLock, 'images'> | undefined
  /** What the runtime is configured for. */
  readonly pauseImage?: ImageReference | undefined
}

/** Holds recipe and locks of a cluster against each other; without `kubernetes` in the recipe there is nothing to hold. */
export function checkCoherence(input: CoherenceInput): CoherenceRow[] {
  const { kubernetes } = input.recipe
  const version = kubernetes && parseKubernetesVersion(kubernetes.version)
  if (kubernetes === undefined || version === undefined) return []
  return [
    ...packageRows(input, version),
    ...imageRows(input, kubernetes.version),
    ...reasonRows(input),
    ...extraRows(input),
  ]
}

/** The rows as a table with aligned columns, one on a line. */
export function renderCoherence(rows: readonly CoherenceRow[]): string {
  const cells = rows.map(({ what, has, wants, ok }) =>
    [ok ? 'ok' : 'FAIL', what, `has ${has}`, `wants ${wants}`].map(printable),
  )
  const widths = [0, 1, 2].map((column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)))
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}

/** A sentence for each image that is needed and not locked, locked as another, or locked and not needed. */
export function compareImages(
  wanted: readonly WantedImage[],
  { images }: Pick<ImagesLock, 'images'>,
): string[] {
  const locked = new Map(images.map(({ image }) => [imageName(image), image.digest]))
  const faults = wanted.flatMap(({ image, from }) => {
    const digest = locked.get(imageName(image))
    if (digest === undefined)
      return [`${imageName(image)} is not locked, and is needed by ${from.join(', ')}`]
    if (image.digest === undefined || image.digest === digest) return []
    return [
      `${imageName(image)} is locked as sha256:${digest}, and ${from.join(', ')} has sha256:${image.digest}`,
    ]
  })
  const names = new Set(wanted.map(({ image }) => imageName(image)))
  const unwanted = [...locked.keys()].filter((name) => !names.has(name))
  return [...faults, ...unwanted.map((name) => `${name} is locked, and nothing needs it`)]
}

interface Skew {
  readonly name: string
  readonly wants: (version: string) => string
  readonly accepts: (version: KubernetesVersion, controlPlane: KubernetesVersion) => boolean
}

/**
 * kubernetes.io/releases/version-skew-policy, where the API server has the control plane's version; for kubeadm
 * kubernetes.io/docs/setup/production-environment/tools/kubeadm/create-cluster-kubeadm, "Version skew policy".
 */
const skews: readonly Skew[] = [
  {
    name: 'kubelet',
    wants: (version) => `at most ${version}, at most 3 minor versions older`,
    // The policy counts minor versions; a newer patch is newer, too.
    accepts: (version, server) => {
      const ahead = minorsAhead(version, server)
      return ahead >= -3 && (ahead < 0 || (ahead === 0 && version.patch <= server.patch))
    },
  },
  {
    name: 'kubeadm',
    wants: (version) => `the minor version of ${version}, or one newer`,
    accepts: (version, server) => [0, 1].includes(minorsAhead(version, server)),
  },
  {
    name: 'kubectl',
    wants: (version) => `within one minor version of ${version}`,
    accepts: (version, server) => Math.abs(minorsAhead(version, server)) <= 1,
  },
]

function packageRows({ recipe, packages = [] }: CoherenceInput, server: KubernetesVersion): CoherenceRow[] {
  return skews.flatMap(({ name, wants, accepts }) =>
    packages
      .filter((one) => one.name === name)
      .map(({ version }) => {
        const parsed = parseKubernetesVersion(version)
        return {
          what: `package ${name}`,
          has: version,
          wants: wants(recipe.kubernetes?.version ?? ''),
          ok: parsed !== undefined && accepts(parsed, server),
        }
      }),
  )
}

function imageRows({ images, packages, pauseImage }: CoherenceInput, version: string): CoherenceRow[] {
  if (images === undefined) return []
  const kubeadm = packages?.find(({ name }) => name === 'kubeadm')?.version ?? version
  const has = (repository: string) => tagsOf(images.images, `registry.k8s.io/${repository}`)
  const row = (repository: string, tags: readonly string[] | undefined): CoherenceRow => {
    const found = has(repository)
    return {
      what: `image ${repository}`,
      has: found.join(', ') || 'none',
      wants: tags === undefined ? 'what kubeadm lists' : tags.join(' or '),
      ok: tags === undefined ? found.length > 0 : tags.some((tag) => found.includes(tag)),
    }
  }
  const pauseName = pauseImage && imageName(pauseImage)
  const hasPause = images.images.some(({ image }) => imageName(image) === pauseName)
  return [
    ...controlPlane.map((name) => {
      const one = row(name, [`v${version}`])
      return { ...one, ok: one.has === one.wants }
    }),
    row('coredns/coredns', knownTags('coredns', [version, kubeadm])),
    row('etcd', knownTags('etcd', [version])),
    row('pause', knownTags('pause', [version, kubeadm])),
    ...(pauseName === undefined
      ? []
      : [
          {
            what: 'pause_image of the runtime',
            has: pauseName,
            wants: hasPause
              ? 'a locked image'
              : `one of ${has('pause').join(', ') || 'no locked pause image'}`,
            ok: hasPause,
          },
        ]),
  ]
}

/**
 * Of CoreDNS and pause, kubeadm takes its own versions, of etcd those of the control plane
 * (cmd/kubeadm/app/images/images.go). Undefined where a version is newer than what is known.
 */
function knownTags(part: 'coredns' | 'etcd' | 'pause', versions: readonly string[]): string[] | undefined {
  const tags = new Set<string>()
  for (const version of versions) {
    const known = kubeadmDefaults(version)
    if (known === undefined || (parseKubernetesVersion(version)?.patch ?? 0) > known.knownPatch)
      return undefined
    tags.add(known[part])
  }
  return [...tags]
}

function tagsOf(images: readonly LockedImage[], repository: string): string[] {
  return images.flatMap(({ image }) => (repositoryName(image) === repository ? [image.tag] : []))
}

/** A reason that names what the recipe lost is an image that nobody needs. */
function reasonRows({ recipe, images }: CoherenceInput): CoherenceRow[] {
  const known = recipe.manifests ? ['base', ...Object.keys(recipe.manifests.upstream)] : []
  const named = (images?.images ?? []).flatMap(({ from }) =>
    from.flatMap((reason) => /^manifest:(.*)$/.exec(reason)?.[1] ?? []),
  )
  return [...new Set(named)].toSorted().map((name) => ({
    what: 'manifest of locked images',
    has: name,
    wants: known.join(', ') || 'none: the recipe has no manifests',
    ok: known.includes(name),
  }))
}

function extraRows({ recipe, images }: CoherenceInput): CoherenceRow[] {
  if (images === undefined) return []
  const asked = (recipe.images?.extra ?? []).map(imageName)
  const locked = images.images.flatMap(({ image, from }) =>
    from.includes('extra') ? [imageName(image)] : [],
  )
  const missing = (ok: boolean) => (ok ? '' : 'not ')
  return [...new Set([...asked, ...locked])].toSorted().map((name) => {
    const [isAsked, isLocked] = [asked.includes(name), locked.includes(name)]
    return {
      what: `extra image ${name}`,
      has: `${missing(isAsked)}in the recipe, ${missing(isLocked)}locked as extra`,
      wants: 'both',
      ok: isAsked && isLocked,
    }
  })
}
