import type { PackedBytes } from '../../packed-bytes.ts'
import type { Report, ReportedImage } from '../../report/report.ts'
import { addBytes, noBytes } from '../../report/sum-sizes.ts'
import { imageTitle, shortDigest } from '../size-tree.ts'
import { type DataTable, dataTable } from './data-table.ts'
import { element } from './element.ts'
import { sizeColumn } from './size-column.ts'

interface ImageRow extends ReportedImage {
  /** Of all its layers. */
  readonly bytes: PackedBytes
  /** Titles of the images that have a layer of it, too. */
  readonly sharedWith: readonly string[]
}

export function imageTable(report: Report): DataTable<ImageRow> {
  const rows = report.images.map((image) => rowOf(image, report))
  return dataTable<ImageRow>(
    'Images',
    [
      { title: 'Name', class: 'wide', value: ({ name }) => name, cell: nameCell },
      { title: 'Tag', class: 'code', value: ({ tag }) => tag },
      { title: 'Digest', class: 'code', value: ({ digest }) => digest, cell: digestCell },
      { title: 'Layers', class: 'number', value: ({ layers }) => layers.length },
      sizeColumn('packed', rows),
      sizeColumn('unpacked', rows),
      { title: 'Shares layers with', value: ({ sharedWith }) => sharedWith.length, cell: sharedCell },
    ],
    { rows, sortedBy: 4 },
  )
}

export function imageTexts({ name, tag, digest, why }: ReportedImage): string[] {
  return [`${name}:${tag}`, digest, why]
}

function rowOf(image: ReportedImage, { images, layers }: Report): ImageRow {
  const others = images.filter(
    (one) => one !== image && one.layers.some((place) => image.layers.includes(place)),
  )
  const bytes = image.layers.reduce((sum, place) => addBytes(sum, layers[place]?.bytes ?? noBytes), noBytes)
  return { ...image, bytes, sharedWith: others.map(imageTitle) }
}

function nameCell({ name, why }: ReportedImage): HTMLElement {
  return element('span', {}, element('strong', {}, name), element('small', {}, why))
}

function digestCell({ digest }: ReportedImage): HTMLElement {
  return element('span', { title: digest }, shortDigest(digest))
}

function sharedCell({ sharedWith }: ImageRow): HTMLElement {
  const { length } = sharedWith
  const text = length === 0 ? 'none' : length <= 2 ? sharedWith.join(', ') : `${length} images`
  return element('span', { title: sharedWith.join(', ') }, text)
}
