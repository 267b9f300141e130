import { formatBytes } from '../../render/amounts.ts'
import type { SizeNode } from '../size-tree.ts'
import { element } from './element.ts'
import type { Measure } from './measure.ts'

/** The parts from the whole to the shown one, as buttons that lead back, and the size of that one. */
export function drawTrail(
  path: readonly SizeNode[],
  measure: Measure,
  onChosen: (place: number) => void,
): HTMLElement[] {
  const steps = path.map(({ name }, index) => {
    const text = index === 0 ? 'All' : name
    if (index === path.length - 1) return element('span', { 'aria-current': 'true' }, text)
    const button = element('button', { type: 'button' }, text)
    button.addEventListener('click', () => onChosen(index))
    return button
  })
  const size = formatBytes(path.at(-1)?.bytes[measure] ?? 0)
  return [...steps, element('span', { class: 'total' }, `${size} ${measure}`)]
}
