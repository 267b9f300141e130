import { formatBytes } from '../../render/amounts.ts'
import type { SizeNode } from '../size-tree.ts'
import { formatShare } from './draw-tile.ts'
import { element } from './element.ts'
import type { Measure } from './measure.ts'

/** What the colours mean, and how much each is; each leads to its part of the map. */
export function drawLegend(
  { children, bytes }: SizeNode,
  measure: Measure,
  onChosen: (kind: SizeNode) => void,
): HTMLElement[] {
  return children.map((kind) => {
    const size = `${formatBytes(kind.bytes[measure])}, ${formatShare(kind.bytes[measure], bytes[measure])}`
    const swatch = element('span', { class: `swatch kind-${kind.kind}`, 'aria-hidden': 'true' })
    const name = element('strong', {}, kind.name)
    const button = element('button', { type: 'button' }, swatch, name, element('span', {}, size))
    button.addEventListener('click', () => onChosen(kind))
    return element('li', {}, button)
  })
}
