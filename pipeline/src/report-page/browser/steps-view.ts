import { formatSeconds } from '../../render/amounts.ts'
import type { Report, StepTime } from '../../report/report.ts'
import { element, place } from './element.ts'

/** What the build did, with a bar for the time of each step, and what it was done with. */
export function stepsView({ steps, rootfs }: Report): HTMLElement {
  const longest = Math.max(...steps.map(({ seconds }) => seconds))
  const facts = rootfs.facts.flatMap(({ name, value }) => [element('dt', {}, name), element('dd', {}, value)])
  return element(
    'div',
    { class: 'build' },
    element('ol', { class: 'steps' }, ...steps.map((step) => drawStep(step, longest))),
    element('dl', { class: 'facts' }, ...facts),
  )
}

function drawStep({ title, seconds, outcome, message }: StepTime, longest: number): HTMLElement {
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' })
  place(bar, { '--part': `${longest === 0 ? 0 : (100 * seconds) / longest}%` })
  return element(
    'li',
    { class: outcome },
    element('span', { class: 'title' }, title),
    element('span', { class: 'time' }, outcome === 'skipped' ? 'skipped' : formatSeconds(seconds)),
    bar,
    element('span', { class: 'message' }, message),
  )
}
