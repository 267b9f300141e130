import type { Report } from '../../report/report.ts'

/** What the build wrote into the page. */
export function readReport(): Report {
  const text = document.getElementById('report')?.textContent
  if (text === undefined) throw new Error('the page has no report')
  return JSON.parse(text)
}
