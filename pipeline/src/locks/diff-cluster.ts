import { type ImagesLock, nameOf } from './images.ts'
import type { ManifestsLock } from './manifests.ts'

/** What moves between two locks of images or manifests, for people: a line for each thing; empty when nothing does. */
export function renderImagesDiff(from: ImagesLock | undefined, to: ImagesLock): string {
  return renderMoves(
    new Map(from?.images.map((one) => [nameOf(one), one.image.digest])),
    new Map(to.images.map((one) => [nameOf(one), one.image.digest])),
    'images',
  )
}

/** As {@link renderImagesDiff}. */
export function renderManifestsDiff(from: ManifestsLock | undefined, to: ManifestsLock): string {
  const digests = (lock: ManifestsLock | undefined) =>
    new Map(lock?.manifests.map(({ name, tag, sha256 }) => [`${name} ${tag}`, sha256]))
  return renderMoves(digests(from), digests(to), 'manifests')
}

function renderMoves(
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
  what: string,
): string {
  const names = [...new Set([...from.keys(), ...to.keys()])].toSorted()
  const lines = names.flatMap((name) => {
    const [old, next] = [from.get(name), to.get(name)]
    if (old === next) return []
    if (old === undefined) return [`  new      ${name}  ${next?.slice(0, 12)}`]
    if (next === undefined) return [`  gone     ${name}`]
    return [`  moved    ${name}  ${old.slice(0, 12)} -> ${next.slice(0, 12)}`]
  })
  return lines.length === 0 ? '' : `${what}:\n${lines.join('\n')}\n`
}
