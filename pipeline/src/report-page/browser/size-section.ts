import { formatBytes } from '../../render/amounts.ts'
import type { ReportedRootfs } from '../../report/report.ts'
import type { SizeNode } from '../size-tree.ts'
import { element } from './element.ts'
import { drawLegend } from './legend.ts'
import { type Measure, measureTitles } from './measure.ts'
import { type TreemapView, treemapView } from './treemap.ts'

/** The treemap with its legend, and the switch between what it can measure. */
export function sizeSection(
  root: SizeNode,
  { blockSize }: Pick<ReportedRootfs, 'blockSize'>,
): Pick<TreemapView, 'element' | 'highlight'> {
  const map = treemapView(root)
  const legend = element('ul', { class: 'legend' })
  const measureBy = (measure: Measure) => {
    map.measureBy(measure)
    legend.replaceChildren(...drawLegend(root, measure, map.open))
  }
  const choices = (['packed', 'unpacked'] as const).map((measure) => {
    const radio = element('input', { type: 'radio', name: 'measure', value: measure })
    radio.checked = measure === 'packed'
    radio.addEventListener('change', () => measureBy(measure))
    return element('label', {}, radio, element('span', {}, measureTitles[measure]))
  })
  measureBy('packed')
  const title = element('h2', { id: 'where' }, 'Where the bytes are')
  const choice = element(
    'fieldset',
    { class: 'switch' },
    element('legend', { class: 'unseen' }, 'Sizes'),
    ...choices,
  )
  return {
    element: element(
      'section',
      { class: 'card where', 'aria-labelledby': 'where' },
      element('header', {}, title, choice),
      map.element,
      legend,
      element(
        'p',
        { class: 'note' },
        `Packed sizes: parts of one block of ${formatBytes(blockSize)} share it by their lengths.`,
      ),
    ),
    highlight: map.highlight,
  }
}
