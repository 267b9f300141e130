import { element, place } from './element.ts'

/** A note beside what is pointed at or focused. */
export interface Tooltip {
  readonly element: HTMLElement
  show(lines: readonly string[], at: DOMRect): void
  hide(): void
}

const margin = 8

export function tooltip(): Tooltip {
  const box = element('div', { class: 'tooltip', role: 'tooltip', hidden: '' })
  return {
    element: box,
    show([title = '', ...lines], at) {
      box.replaceChildren(element('strong', {}, title), ...lines.map((line) => element('span', {}, line)))
      box.hidden = false
      const { width, height } = box.getBoundingClientRect()
      const { clientWidth, clientHeight } = document.documentElement
      const below = at.bottom + margin
      const top = below + height > clientHeight ? Math.max(margin, at.top - height - margin) : below
      const left = Math.max(margin, Math.min(at.left, clientWidth - width - margin))
      place(box, { left: `${left}px`, top: `${top}px` })
    },
    hide() {
      box.hidden = true
    },
  }
}
