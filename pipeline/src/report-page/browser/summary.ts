import { formatChange } from '../../diff/size-section.ts'
import { formatBytes, formatSeconds } from '../../render/amounts.ts'
import type { Report } from '../../report/report.ts'
import { groupLicenses } from '../group-licenses.ts'
import { formatShare } from './draw-tile.ts'
import { element } from './element.ts'

/** The few numbers that most people look for. */
export function summary(report: Report): HTMLElement {
  const { rootfs, packages, images, layers, comparison, steps } = report
  const { packed, unpacked } = rootfs.bytes
  const old = comparison?.bytes
  const uses = images.reduce((sum, image) => sum + image.layers.length, 0)
  const licenses = groupLicenses(report).length
  const done = steps.filter(({ outcome }) => outcome !== 'skipped').length
  const tiles = [
    tile(
      'Packed',
      formatBytes(packed),
      since(old?.packed, packed) || `${formatShare(packed, unpacked)} of unpacked`,
    ),
    tile('Unpacked', formatBytes(unpacked), since(old?.unpacked, unpacked)),
    tile('Packages', String(packages.length), `${licenses} licences`),
    tile(
      'Images',
      String(images.length),
      images.length === 0 ? '' : `${layers.length} layers for ${uses} uses`,
    ),
    tile('Built in', formatSeconds(steps.reduce((sum, { seconds }) => sum + seconds, 0)), `${done} steps`),
  ]
  return element('dl', { class: 'summary' }, ...tiles)
}

function tile(name: string, value: string, more: string): HTMLElement {
  const shown = element('dd', {}, value)
  if (more !== '') shown.append(element('small', {}, more))
  return element('div', { class: 'card' }, element('dt', {}, name), shown)
}

function since(old: number | undefined, now: number): string {
  if (old === undefined) return ''
  return old === now ? 'as before' : `${formatChange(old, now)} since before`
}
