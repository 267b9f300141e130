import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Report } from '../src/report/report.ts'
import { addBytes, noBytes } from '../src/report/sum-sizes.ts'
import { browserMissing, keepScreenshot, lookAt, startBrowser } from './support/browser.ts'
import { readManifestIn } from './support/finished-rootfs.ts'
import { type Bench, bench, buildMissing, runPipeline, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeBuilds = await requirement('whole builds', buildMissing)
const describeBrowser = await requirement('a browser', browserMissing)

describeBuilds('the page that a build writes', () => {
  let place: Bench
  let former: string
  let page: string

  const pageIn = (out: string) => readFile(join(out, 'report.html'), 'utf8')

  beforeAll(async () => {
    place = await bench()
    former = join(place.folder, 'former')
    await succeed(place, { flags: { out: former } })
    page = await pageIn(former)
  })

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('shares all bytes out to what is in it', async () => {
    const { files, packages } = await readManifestIn(former)
    const report = dataOf(page)
    const parts = [...report.packages, ...report.layers, ...report.rest].map(({ bytes }) => bytes)
    expect(parts.reduce(addBytes, noBytes)).toEqual({
      packed: files.rootfs.size,
      unpacked: files.rootfs.unpackedSize,
    })
    expect(report.packages.map(({ name }) => name)).toEqual(packages.map(({ name }) => name))
    const told = Object.fromEntries(report.packages.map((one) => [one.name, one]))
    // About what its packager counted, but for headers and padding.
    const { installedSize } = packages.find(({ name }) => name === 'openrc') ?? { installedSize: 0 }
    expect(told['openrc']?.bytes.unpacked).toBeGreaterThan(installedSize / 2)
    expect(told['openrc']).toMatchObject({ license: 'BSD-2-Clause', why: 'asked for' })
    expect(parts.every(({ packed, unpacked }) => packed >= 0 && unpacked >= 0)).toBe(true)
  })

  test('tells the steps and their times, and that nothing was compared', async () => {
    const { steps, comparison } = dataOf(page)
    expect(steps.map(({ name }) => name)).toEqual([
      ...['recipe', 'agent', 'locks', 'fetch', 'base', 'packages', 'overlay', 'services'],
      ...['manifests', 'images', 'normalise', 'verify', 'pack', 'describe'],
    ])
    expect(steps.find(({ name }) => name === 'packages')?.seconds).toBeGreaterThan(0)
    expect(steps.at(-1)).toMatchObject({ outcome: 'running' })
    expect(comparison).toBeNull()
  })

  test('stays when everything stands, and is made again when it is gone', async () => {
    const flags = { out: former, offline: true }
    await succeed(place, { flags })
    expect(await pageIn(former)).toBe(page)
    await rm(join(former, 'report.html'))
    await succeed(place, { flags })
    expect(dataOf(await pageIn(former)).packages).toEqual(dataOf(page).packages)
  })

  test('tells what changed since another build, to programs and to people', async () => {
    const flags = { since: former, offline: true, 'rootfs-version': '1.2.3' }
    await succeed(place, { flags })
    const { comparison } = dataOf(await pageIn(place.out))
    expect(comparison).toMatchObject({ old: 'minimal 0.0.0-dev' })
    expect(JSON.stringify(comparison?.sections[0])).toContain('1.2.3')
  })

  test('is not written where it would compare a build with itself', async () => {
    const flags = { out: former, since: former, offline: true }
    expect(await runPipeline(place, { flags })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is the folder that the build writes to'),
    })
    const nowhere = { since: join(place.folder, 'nowhere'), offline: true }
    expect(await runPipeline(place, { flags: nowhere })).toMatchObject({ status: 2 })
  })

  describeBrowser('in a browser', () => {
    test('shows the packages, the changes and the steps of the build', async () => {
      await using browser = await startBrowser()
      await using look = await lookAt(browser, { file: join(place.out, 'report.html') })
      const { page, said, asked, url } = look
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toMatch(/^minimal\s+1\.2\.3/)
      expect(await page.getByRole('tabpanel').locator('strong').allInnerTexts()).toContain('openrc')
      await page.getByRole('tab', { name: 'Changes' }).click()
      expect(await page.getByRole('tabpanel').innerText()).toContain('0.0.0-dev → 1.2.3')
      await page.getByRole('tab', { name: 'Build' }).click()
      expect(await page.getByRole('tabpanel').innerText()).toContain('Pack the rootfs')
      expect(said).toEqual([])
      expect(asked).toEqual([url])
      await keepScreenshot(page, 'report-real', place.folder)
    })
  })
})

/** What a page was written from. */
function dataOf(page: string): Report {
  return JSON.parse(
    /<script type="application\/json" id="report">(.*)<\/script>\n<script>/s.exec(page)?.[1] ?? '',
  )
}
