import type { Report, ReportedPackage } from '../../report/report.ts'
import { type DataTable, dataTable } from './data-table.ts'
import { element } from './element.ts'
import { sizeColumn } from './size-column.ts'

export function packageTable({ packages }: Report): DataTable<ReportedPackage> {
  return dataTable<ReportedPackage>(
    'Packages',
    [
      { title: 'Name', class: 'wide', value: ({ name }) => name, cell: nameCell },
      { title: 'Version', class: 'code', value: ({ version }) => version },
      sizeColumn('packed', packages),
      sizeColumn('unpacked', packages),
      { title: 'Licence', value: ({ license }) => license },
      { title: 'From', class: 'short', value: ({ from }) => from },
      { title: 'Why', value: ({ why }) => why },
    ],
    { rows: packages, sortedBy: 2 },
  )
}

export function packageTexts({ name, version, license, from, why, description }: ReportedPackage): string[] {
  return [name, version, license, from, why, description]
}

function nameCell({ name, description }: ReportedPackage): HTMLElement {
  return element(
    'span',
    {},
    element('strong', {}, name),
    element('small', { title: description }, description),
  )
}
