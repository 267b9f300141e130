/** A box on the screen. */
export interface Box {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/**
 * The place of the box that is next to that at `from` in a direction: the nearest, of several as near that which lies
 * most beside it. Undefined where there is none.
 */
export function neighbour(boxes: readonly Box[], from: number, direction: Direction): number | undefined {
  const start = boxes[from]
  if (start === undefined) return undefined
  const turned = boxes.map((box) => turn(box, direction))
  const own = turn(start, direction)
  let best: { place: number; distance: number; aside: number } | undefined
  for (const [place, box] of turned.entries()) {
    const distance = box.x0 - own.x1
    // Boxes that are drawn side by side may be rounded into one another.
    if (place === from || distance < -1) continue
    const aside = Math.abs((box.y0 + box.y1) / 2 - (own.y0 + own.y1) / 2)
    const gap = Math.max(0, box.y0 - own.y1, own.y0 - box.y1)
    const far = Math.max(0, distance) + 4 * gap
    if (best === undefined || far < best.distance || (far === best.distance && aside < best.aside))
      best = { place, distance: far, aside }
  }
  return best?.place
}

/** As if the direction were to the right. */
function turn({ x0, y0, x1, y1 }: Box, direction: Direction): Box {
  if (direction === 'right') return { x0, y0, x1, y1 }
  if (direction === 'left') return { x0: -x1, y0, x1: -x0, y1 }
  if (direction === 'down') return { x0: y0, y0: x0, x1: y1, y1: x1 }
  return { x0: -y1, y0: x0, x1: -y0, y1: x1 }
}
