import { element } from './element.ts'

/** A switch between the light and the dark theme; until it is used, the system's is taken. */
export function themeButton(): HTMLElement {
  const root = document.documentElement
  const system = matchMedia('(prefers-color-scheme: dark)')
  const button = element('button', { class: 'theme', type: 'button', 'aria-label': 'Dark theme' })
  const isDark = () => (root.dataset['theme'] ?? (system.matches ? 'dark' : 'light')) === 'dark'
  const tell = () => button.setAttribute('aria-pressed', String(isDark()))
  button.addEventListener('click', () => {
    root.dataset['theme'] = isDark() ? 'light' : 'dark'
    tell()
  })
  system.addEventListener('change', tell)
  tell()
  return button
}
