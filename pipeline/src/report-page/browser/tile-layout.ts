import { type HierarchyRectangularNode, hierarchy, treemap } from 'd3-hierarchy'
import type { SizeNode } from '../size-tree.ts'
import type { Measure } from './measure.ts'

export type Tile = HierarchyRectangularNode<SizeNode>

const title = 22

/** Boxes for all that is in a part, by its bytes; that of the part itself comes first. */
export function layTiles(
  part: SizeNode,
  measure: Measure,
  { width, height }: { readonly width: number; readonly height: number },
): Tile[] {
  const sized = hierarchy(part, ({ children }) => children)
    .sum(({ bytes, children }) => (children.length === 0 ? bytes[measure] : 0))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
  const lay = treemap<SizeNode>()
    .size([width, height])
    .round(true)
    .paddingInner(2)
    .paddingOuter((node) => (node.depth === 0 ? 0 : 2))
    .paddingTop((node) => (node.depth === 0 ? 0 : hasTitle(node) ? title : 2))
  return lay(sized).descendants()
}

/** Whether there is room to write over the parts of a tile what it is. */
export function hasTitle({ x0, x1, y0, y1 }: Pick<Tile, 'x0' | 'x1' | 'y0' | 'y1'>): boolean {
  return x1 - x0 >= 64 && y1 - y0 >= 48
}
