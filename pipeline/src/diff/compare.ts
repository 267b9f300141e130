import type { RootfsManifest } from '../describe/manifest.ts'
import { compareFiles } from './compare-files.ts'
import { compareImages } from './compare-images.ts'
import { comparePackages } from './compare-packages.ts'
import { comparePrivileges } from './compare-privileges.ts'
import { compareServices } from './compare-services.ts'
import { pairs } from './pairs.ts'
import type { RootfsFacts } from './read-side.ts'
import type { Difference, ManifestDifference, SideFacts } from './schema.ts'
import { shown } from './shown.ts'
import { compareSizes } from './sizes.ts'

/** What changed from one root filesystem to another, as far as both are known. */
export function compareRootfs(old: RootfsFacts, next: RootfsFacts): Difference {
  const [before, after] = [old.manifest, next.manifest]
  const both = old.contents && next.contents ? { old: old.contents, new: next.contents } : undefined
  const difference = {
    facts: compareFacts(before, after),
    privileges: both ? comparePrivileges(both.old, both.new) : null,
    packages: comparePackages(before.packages, after.packages),
    images: compareImages(before.images, after.images),
    manifests: compareManifests(before.manifests, after.manifests),
    agent: compareAgents(before.agent, after.agent),
    services: both ? compareServices(both.old.members, both.new.members) : null,
    files: both ? compareFiles(both.old, both.new) : null,
  }
  return {
    schema: 1,
    equal: isNothing(difference),
    bytes: compareBytes(before, after),
    old: sideOf(old),
    new: sideOf(next),
    notCompared: both ? [] : ['privileges', 'services', 'files'],
    ...difference,
    size: compareSizes(old, next),
  }
}

type Compared = Pick<
  Difference,
  'facts' | 'privileges' | 'packages' | 'images' | 'manifests' | 'agent' | 'services' | 'files'
>

function isNothing({
  facts,
  privileges,
  packages,
  images,
  manifests,
  agent,
  services,
  files,
}: Compared): boolean {
  const lists = [
    facts,
    packages,
    images.list,
    manifests,
    privileges?.gained ?? [],
    privileges?.lost ?? [],
    services?.enabled ?? [],
    services?.disabled ?? [],
    files?.list ?? [],
  ]
  return agent === null && lists.every((list) => list.length === 0)
}

function sideOf({ manifest, contents }: RootfsFacts): SideFacts {
  const { name, version, architecture, sourceDate, files } = manifest
  return {
    name: shown(name),
    version: shown(version),
    architecture,
    sourceDate: sourceDate.iso,
    sha256: files.rootfs.sha256,
    read: contents === undefined ? 'manifest' : 'rootfs',
  }
}

function compareBytes(old: RootfsManifest, next: RootfsManifest): Difference['bytes'] {
  const [a, b] = [old.files.rootfs, next.files.rootfs]
  if (a.sha256 === b.sha256) return 'same'
  return a.unpackedSha256 === b.unpackedSha256 ? 'packed' : 'other'
}

/** What is not in a list of its own. */
function factsOf(manifest: RootfsManifest): Record<string, string | undefined> {
  const { name, version, architecture, sourceDate, base, repositories, preload, tools } = manifest
  const { zlib, level, memLevel, block } = tools.compressor
  return {
    name,
    version,
    architecture,
    'source date': sourceDate.iso,
    base: `Alpine ${base.version}, sha256 ${base.sha256.slice(0, 12)}`,
    repositories: repositories
      .map(({ location, tag }) => (tag ? `@${tag} ${location}` : location))
      .join(', '),
    preload: preload ?? undefined,
    'built with apk': tools.apk,
    'built with node': tools.node,
    'packed with': `zlib ${zlib}, level ${level}, memory ${memLevel}, blocks of ${block} bytes`,
  }
}

function compareFacts(old: RootfsManifest, next: RootfsManifest): Difference['facts'] {
  const [before, after] = [factsOf(old), factsOf(next)]
  const asShown = (text: string | undefined) => (text === undefined ? null : shown(text))
  return Object.keys(before)
    .filter((fact) => before[fact] !== after[fact])
    .map((fact) => ({ fact, old: asShown(before[fact]), new: asShown(after[fact]) }))
}

type Manifest = RootfsManifest['manifests'][number]

function compareManifests(old: readonly Manifest[], next: readonly Manifest[]): ManifestDifference[] {
  const stateOf = (one: Manifest | undefined) =>
    one ? { tag: shown(one.tag), url: shown(one.url), sha256: one.sha256, size: one.size } : null
  return pairs(old, next, ({ name }) => name).flatMap(([name, a, b]) => {
    if (a && b && a.tag === b.tag && a.url === b.url && a.sha256 === b.sha256) return []
    const change = a === undefined ? 'new' : b === undefined ? 'gone' : 'changed'
    return [{ name: shown(name), change, old: stateOf(a), new: stateOf(b) }]
  })
}

/** Its packages are in the list of all packages. */
function compareAgents(old: RootfsManifest['agent'], next: RootfsManifest['agent']): Difference['agent'] {
  if (old?.version === next?.version && old?.key === next?.key) return null
  const stateOf = (agent: RootfsManifest['agent']) =>
    agent === null ? null : { version: shown(agent.version), key: shown(agent.key) }
  return { old: stateOf(old), new: stateOf(next) }
}
