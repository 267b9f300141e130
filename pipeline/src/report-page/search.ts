import type { SizeNode } from './size-tree.ts'

/** Tells whether texts have all words of a query, in any order and case; nothing where it has no words. */
export function searchFor(query: string): ((...texts: readonly string[]) => boolean) | undefined {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return undefined
  return (...texts) => {
    const all = texts.join(' ').toLowerCase()
    return words.every((word) => all.includes(word))
  }
}

/** The ids of the leaves that are found, or whose group is: those that are to be seen in a treemap. */
export function findLeaves(root: SizeNode, isFound: (...texts: readonly string[]) => boolean): Set<string> {
  const found = new Set<string>()
  const visit = (node: SizeNode, isInFound: boolean): void => {
    const isHere = isInFound || isFound(node.name, node.detail, node.words)
    if (isHere && node.children.length === 0) found.add(node.id)
    for (const child of node.children) visit(child, isHere)
  }
  // Not the kinds themselves: a word such as `images` is to find what has it in its name.
  for (const kind of root.children) for (const node of kind.children) visit(node, false)
  return found
}
