import { formatBytes } from '../../render/amounts.ts'
import type { SizeNode } from '../size-tree.ts'
import { element, place } from './element.ts'
import type { Measure } from './measure.ts'
import { hasTitle, type Tile } from './tile-layout.ts'

/** Percent of black that the colour of the smallest tiles is mixed with. */
const darkest = 20

/** A tile at its place. Those of the first level are what keys move among; others are drawn inside of them. */
export function drawTile(tile: Tile, whole: number): HTMLElement {
  const { data, x0, x1, y0, y1, depth, value = 0 } = tile
  const isGroup = data.children.length > 0
  const drawn = element('div', {
    class: `tile ${isGroup ? 'group' : 'leaf'} kind-${data.kind}`,
    'data-id': data.id,
    ...(depth === 1
      ? { role: 'button', tabindex: '-1', 'aria-label': labelOf(tile, whole) }
      : { 'aria-hidden': 'true' }),
  })
  const largest = tile.parent?.children?.[0]?.value ?? value
  place(drawn, {
    left: `${x0}px`,
    top: `${y0}px`,
    width: `${x1 - x0}px`,
    height: `${y1 - y0}px`,
    '--shade': `${Math.round(darkest * (1 - Math.sqrt(value / largest)))}%`,
  })
  const [width, height] = [x1 - x0, y1 - y0]
  if (!(isGroup ? hasTitle(tile) : width >= 48 && height >= 22)) return drawn
  drawn.classList.add('named')
  drawn.append(element('span', { class: 'name' }, data.name))
  if (isGroup ? width >= 120 : width >= 64 && height >= 40)
    drawn.append(element('span', { class: 'size' }, formatBytes(value)))
  return drawn
}

function labelOf({ data, value = 0 }: Tile, whole: number): string {
  const { name, detail, children } = data
  const parts = children.length === 0 ? '' : 'has parts'
  const texts = [name, detail, formatBytes(value), `${formatShare(value, whole)} of all`, parts]
  return texts.filter((text) => text !== '').join(', ')
}

/** What there is to say of a part, its name first. */
export function describeTile(
  { name, detail, bytes, children }: SizeNode,
  measure: Measure,
  whole: number,
): string[] {
  const { length } = children
  return [
    name,
    detail,
    `${formatBytes(bytes.packed)} packed, ${formatBytes(bytes.unpacked)} unpacked`,
    `${formatShare(bytes[measure], whole)} of all`,
    length === 0 ? '' : length === 1 ? 'one part' : `${length} parts`,
  ].filter((line) => line !== '')
}

/** A part of a whole for people: `12 %`, `0.4 %`. */
export function formatShare(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (100 * part) / whole
  return `${percent.toFixed(percent >= 9.95 ? 0 : 1)} %`
}
