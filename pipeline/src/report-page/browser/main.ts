import type { Report } from '../../report/report.ts'
import { findLeaves, searchFor } from '../search.ts'
import { sizeTree } from '../size-tree.ts'
import { changesView } from './changes.ts'
import { element } from './element.ts'
import { imageTable, imageTexts } from './image-table.ts'
import { licenseTable, licenseTexts } from './license-table.ts'
import { packageTable, packageTexts } from './package-table.ts'
import { readReport } from './read-report.ts'
import { searchField } from './search-field.ts'
import { sizeSection } from './size-section.ts'
import { stepsView } from './steps-view.ts'
import { summary } from './summary.ts'
import { tabs } from './tabs.ts'
import { themeButton } from './theme-button.ts'

draw(readReport())
// What tests and `bench/report.ts` measure: everything is on the screen once this frame is.
requestAnimationFrame(() => setTimeout(() => performance.mark('drawn')))

function draw(report: Report): void {
  const { name, version, architecture } = report.rootfs
  const root = sizeTree(report)
  const sizes = sizeSection(root, report.rootfs)
  const details = detailTabs(report)
  const search = searchField((query) => {
    const isFound = searchFor(query)
    sizes.highlight(isFound === undefined ? undefined : findLeaves(root, isFound))
    details.filter(isFound ?? (() => true))
  })
  document.body.append(
    element(
      'header',
      { class: 'top' },
      element('h1', {}, name, element('span', {}, version), element('span', { class: 'chip' }, architecture)),
      search,
      themeButton(),
    ),
    element('main', {}, summary(report), sizes.element, details.element),
  )
}

type IsFound = (...texts: readonly string[]) => boolean

function detailTabs(report: Report): { element: HTMLElement; filter: (isFound: IsFound) => void } {
  const [packages, images, licenses] = [packageTable(report), imageTable(report), licenseTable(report)]
  const changes = changesView(report.comparison)
  const parts = [
    {
      ...{ id: 'packages', title: 'Packages', panel: packages.element },
      filter: (isFound: IsFound) => packages.filter((row) => isFound(...packageTexts(row))),
    },
    {
      ...{ id: 'images', title: 'Images', panel: images.element },
      filter: (isFound: IsFound) => images.filter((row) => isFound(...imageTexts(row))),
    },
    {
      ...{ id: 'licences', title: 'Licences', panel: licenses.element },
      filter: (isFound: IsFound) => licenses.filter((row) => isFound(...licenseTexts(row))),
    },
    { id: 'changes', title: 'Changes', panel: changes.element, filter: changes.filter },
    { id: 'build', title: 'Build', panel: stepsView(report), filter: () => undefined },
  ].map((part) => ({ ...part, count: element('span', { class: 'count' }) }))
  const filter = (isFound: IsFound) => {
    for (const part of parts) part.count.textContent = String(part.filter(isFound) ?? '')
  }
  filter(() => true)
  return { element: tabs(parts), filter }
}
