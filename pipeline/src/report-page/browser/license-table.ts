import type { Report } from '../../report/report.ts'
import { groupLicenses, type LicenseGroup } from '../group-licenses.ts'
import { type DataTable, dataTable } from './data-table.ts'
import { element } from './element.ts'
import { sizeColumn } from './size-column.ts'

export function licenseTable(report: Report): DataTable<LicenseGroup> {
  const rows = groupLicenses(report)
  return dataTable<LicenseGroup>(
    'Licences, as the packages tell them',
    [
      { title: 'Licence', class: 'wide', value: ({ license }) => license },
      { title: 'Packages', class: 'number', value: ({ members }) => members.length },
      sizeColumn('unpacked', rows),
      { title: 'Which', class: 'list', value: ({ members }) => members[0] ?? '', cell: memberCell },
    ],
    { rows, sortedBy: 1 },
  )
}

export function licenseTexts({ license, members }: LicenseGroup): string[] {
  return [license, ...members]
}

function memberCell({ members }: LicenseGroup): HTMLElement {
  return element(
    'span',
    { class: 'chips' },
    ...members.map((member) => element('span', { class: 'chip' }, member)),
  )
}
