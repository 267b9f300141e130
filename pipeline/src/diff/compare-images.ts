import type { RootfsManifest } from '../describe/manifest.ts'
import { pairs } from './pairs.ts'
import type { Difference, ImageDifference } from './schema.ts'
import { shown } from './shown.ts'

type Image = RootfsManifest['images'][number]

/**
 * What became of each image. One that is gone and a new one of the same repository, where each is the only one, are
 * an image with another tag.
 */
export function compareImages(old: readonly Image[], next: readonly Image[]): Difference['images'] {
  const [oldLayers, newLayers] = [layersOf(old), layersOf(next)]
  const stateOf = (image: Image | undefined, others: ReadonlyMap<string, number>): ImageDifference['old'] => {
    if (image === undefined) return null
    const layers = [...layersOf([image])]
    const sum = (list: typeof layers) => list.reduce((total, [, size]) => total + size, 0)
    return {
      tag: shown(split(image.name).tag),
      digest: `sha256:${image.digest}`,
      size: sum(layers),
      ownSize: sum(layers.filter(([diffId]) => !others.has(diffId))),
      layers: layers.length,
    }
  }
  const list = match(old, next).map(([before, after]): ImageDifference => {
    const name = shown(split((after ?? before)?.name ?? '').repository)
    return {
      name,
      change: changeOf(before, after),
      old: stateOf(before, newLayers),
      new: stateOf(after, oldLayers),
    }
  })
  return {
    list: list.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    layers: { new: without(newLayers, oldLayers), gone: without(oldLayers, newLayers) },
  }
}

type Match = [old: Image | undefined, next: Image | undefined]

function match(old: readonly Image[], next: readonly Image[]): Match[] {
  const named = pairs(old, next, ({ name }) => name).map(([, before, after]): Match => [before, after])
  const changed = named.filter(([a, b]) => a?.digest !== b?.digest || a?.manifest !== b?.manifest)
  const byRepository = Map.groupBy(changed, ([a, b]) => split((a ?? b)?.name ?? '').repository)
  return [...byRepository.values()].flatMap((group) => {
    const [gone, fresh] = [group.filter(([, b]) => b === undefined), group.filter(([a]) => a === undefined)]
    if (gone.length !== 1 || fresh.length !== 1) return group
    const rest = group.filter(([a, b]) => a !== undefined && b !== undefined)
    return [...rest, [gone[0]?.[0], fresh[0]?.[1]]]
  })
}

function changeOf(before: Image | undefined, after: Image | undefined): ImageDifference['change'] {
  if (before === undefined) return 'new'
  if (after === undefined) return 'gone'
  return before.name === after.name ? 'moved' : 'tag'
}

/** The repository may have a port: the tag follows the last colon behind the last slash. */
function split(name: string): { repository: string; tag: string } {
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  if (colon === -1) return { repository: name, tag: '' }
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) }
}

function layersOf(images: readonly Image[]): Map<string, number> {
  return new Map(images.flatMap(({ layers }) => layers.map(({ diffId, size }) => [diffId, size])))
}

function without(layers: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>) {
  const own = [...layers].filter(([diffId]) => !others.has(diffId))
  return { count: own.length, bytes: own.reduce((sum, [, size]) => sum + size, 0) }
}

/** The same for both directions: two with one key differ in what only one of them has. */
function keyOf({ name, old, new: next }: ImageDifference): string {
  return JSON.stringify([name, [old?.tag ?? '', next?.tag ?? ''].sort()])
}
