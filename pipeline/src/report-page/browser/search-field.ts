import { element } from './element.ts'

/** A field that tells each change of what is looked for; `/` leads to it, Escape empties it. */
export function searchField(onQuery: (query: string) => void): HTMLElement {
  const field = element('input', {
    type: 'search',
    placeholder: 'Search packages, images, licences',
    'aria-label': 'Search',
    'aria-keyshortcuts': '/',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  field.addEventListener('input', () => onQuery(field.value))
  field.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return
    field.value = ''
    onQuery('')
  })
  addEventListener('keydown', (event) => {
    const isOther = event.ctrlKey || event.metaKey || event.altKey || event.target === field
    if (event.key !== '/' || isOther) return
    event.preventDefault()
    field.focus()
  })
  return element('label', { class: 'search' }, field, element('kbd', { 'aria-hidden': 'true' }, '/'))
}
