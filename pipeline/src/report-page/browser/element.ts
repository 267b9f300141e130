type Child = Node | string

/**
 * An element with attributes and children. Texts become text nodes and nothing else, whatever is in them; the policy of
 * the page refuses a `style` attribute, so sizes are set by {@link place}.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, value)
  }
  made.append(...children)
  return made
}

/** Sets properties of an element's style. */
export function place(target: HTMLElement, style: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(style)) target.style.setProperty(name, value)
}
