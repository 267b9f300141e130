import { type Direction, neighbour } from '../neighbour.ts'
import type { SizeNode } from '../size-tree.ts'
import { describeTile, drawTile } from './draw-tile.ts'
import { element } from './element.ts'
import type { Measure } from './measure.ts'
import { layTiles, type Tile } from './tile-layout.ts'
import { tooltip } from './tooltip.ts'
import { drawTrail } from './trail.ts'

export interface TreemapView {
  readonly element: HTMLElement
  measureBy(measure: Measure): void
  /** Shows a part of the whole, and what is in it. */
  open(part: SizeNode): void
  /** Makes all leaves but these fade; undefined: none of them. */
  highlight(found: ReadonlySet<string> | undefined): void
}

/**
 * Where the bytes are, as tiles. Arrow keys go from tile to tile, Enter into one, Escape out of it again; a pointer
 * does the same by clicks, and outwards by the path above.
 */
export function treemapView(root: SizeNode): TreemapView {
  let path: readonly SizeNode[] = [root]
  let measure: Measure = 'packed'
  let found: ReadonlySet<string> | undefined
  let tiles: readonly Tile[] = []
  let drawn: ReadonlyMap<string, HTMLElement> = new Map()
  const note = tooltip()
  const trail = element('nav', { class: 'trail', 'aria-label': 'Shown part' })
  const help = 'Arrow keys move, Enter looks inside, Escape goes back.'
  const map = element('div', { class: 'map', role: 'group', 'aria-label': `Where the bytes are. ${help}` })
  const news = element('p', { class: 'unseen', role: 'status' })

  function draw(): void {
    note.hide()
    const room = { width: map.clientWidth, height: map.clientHeight }
    const [whole, ...parts] = layTiles(path.at(-1) ?? root, measure, room)
    tiles = parts.filter(({ x0, x1, y0, y1 }) => x1 > x0 && y1 > y0)
    drawn = new Map(tiles.map((tile) => [tile.data.id, drawTile(tile, root.bytes[measure])]))
    map.replaceChildren(...drawn.values())
    trail.replaceChildren(
      ...drawTrail(path, measure, (place) => show(path.slice(0, place + 1), path[place + 1]?.id)),
    )
    reach(whole?.children?.[0]?.data.id)
    fade()
  }

  /** For another size of the window, which takes the focus from no tile. */
  function drawAgain(): void {
    const focused = map.contains(document.activeElement) ? idOf(document.activeElement) : undefined
    draw()
    if (focused !== undefined) reach(focused)?.focus()
  }

  /** Makes a tile the one that Tab leads to. */
  function reach(id = ''): HTMLElement | undefined {
    for (const one of map.querySelectorAll<HTMLElement>('[tabindex="0"]')) one.tabIndex = -1
    const tile = drawn.get(id)
    if (tile !== undefined) tile.tabIndex = 0
    return tile
  }

  function fade(): void {
    map.classList.toggle('searched', found !== undefined)
    for (const [id, tile] of drawn) tile.classList.toggle('found', found?.has(id) ?? false)
  }

  function show(next: readonly SizeNode[], focused = next.at(-1)?.children[0]?.id): void {
    path = next
    draw()
    const tile = reach(focused) ?? map.querySelector<HTMLElement>('[role="button"]')
    if (tile !== null) reach(tile.dataset['id'])?.focus()
    const { name, children } = path.at(-1) ?? root
    news.textContent = `${path.length === 1 ? 'All' : name}: ${children.length} parts`
  }

  /** Into the part of the shown level that a tile is in; of one without parts, what it is. */
  function enter(id: string): void {
    const tile = tiles.find(({ data }) => data.id === id)
    const part = tile?.ancestors().find(({ depth }) => depth === 1)?.data
    if (part !== undefined && part.children.length > 0) show([...path, part])
    else {
      reach(id)?.focus()
      explain(id)
    }
  }

  function move(id: string, key: string): void {
    const boxes = tiles.filter(({ depth }) => depth === 1)
    const from = boxes.findIndex(({ data }) => data.id === id)
    const direction = directions[key]
    const end = key === 'Home' ? 0 : boxes.length - 1
    const to = direction === undefined ? end : neighbour(boxes, from, direction)
    if (to !== undefined) reach(boxes[to]?.data.id)?.focus()
  }

  function explain(id: string | undefined): void {
    const tile = tiles.find(({ data }) => data.id === id)
    const box = drawn.get(id ?? '')?.getBoundingClientRect()
    if (tile === undefined || box === undefined) note.hide()
    else note.show(describeTile(tile.data, measure, root.bytes[measure]), box)
  }

  map.addEventListener('keydown', (event) => {
    const id = idOf(event.target) ?? ''
    if (event.key === 'Enter' || event.key === ' ') enter(id)
    else if (event.key === 'Escape' && path.length > 1) show(path.slice(0, -1), path.at(-1)?.id)
    else if (event.key in directions || event.key === 'Home' || event.key === 'End') move(id, event.key)
    else return
    event.preventDefault()
  })
  map.addEventListener('click', ({ target }) => enter(idOf(target) ?? ''))
  map.addEventListener('pointerover', ({ target }) => explain(idOf(target)))
  map.addEventListener('pointerleave', () => note.hide())
  map.addEventListener('focusin', ({ target }) => {
    if ((target as Element).matches(':focus-visible')) explain(idOf(target))
  })
  map.addEventListener('focusout', () => note.hide())
  addEventListener('scroll', () => note.hide(), { passive: true })
  new ResizeObserver(drawAgain).observe(map)

  return {
    element: element('div', { class: 'treemap' }, trail, map, news, note.element),
    measureBy(next) {
      measure = next
      draw()
    },
    open: (part) => show([root, part]),
    highlight(next) {
      found = next
      fade()
    },
  }
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

/** Of the tile that an event is about. */
function idOf(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('[data-id]')?.dataset['id'] : undefined
}
