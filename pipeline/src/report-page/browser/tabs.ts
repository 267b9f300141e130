import { element } from './element.ts'

export interface Tab {
  readonly id: string
  readonly title: string
  readonly panel: HTMLElement
  /** What stands behind the title. */
  readonly count: HTMLElement
}

/** A row of tabs and the panel of the chosen one; arrow keys, Home and End move among them. */
export function tabs(all: readonly Tab[]): HTMLElement {
  const buttons = all.map(({ id, title, count }) =>
    element(
      'button',
      { id: `tab-${id}`, type: 'button', role: 'tab', 'aria-controls': `panel-${id}` },
      title,
      count,
    ),
  )
  const panels = all.map(({ id, panel }) =>
    element(
      'div',
      { id: `panel-${id}`, role: 'tabpanel', 'aria-labelledby': `tab-${id}`, tabindex: '0' },
      panel,
    ),
  )
  const choose = (chosen: number) => {
    for (const [index, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(index === chosen))
      button.tabIndex = index === chosen ? 0 : -1
    }
    for (const [index, panel] of panels.entries()) panel.hidden = index !== chosen
  }
  const last = buttons.length - 1
  for (const [index, button] of buttons.entries()) {
    button.addEventListener('click', () => choose(index))
    button.addEventListener('keydown', (event) => {
      const next = {
        ArrowRight: index === last ? 0 : index + 1,
        ArrowLeft: index === 0 ? last : index - 1,
        Home: 0,
        End: last,
      }[event.key]
      if (next === undefined) return
      event.preventDefault()
      choose(next)
      buttons[next]?.focus()
    })
  }
  choose(0)
  return element(
    'section',
    { class: 'card details', 'aria-label': 'Details' },
    element('div', { role: 'tablist', 'aria-label': 'Details' }, ...buttons),
    ...panels,
  )
}
