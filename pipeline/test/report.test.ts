import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { printPage } from '../src/report/print-page.ts'
import { aReport } from '../src/report/report.fixture.ts'
import { bundlePage } from '../src/report-page/bundle-page.ts'
import { browserMissing, keepScreenshot, lookAt, startBrowser } from './support/browser.ts'
import { requirement } from './support/requirement.ts'

const describeBrowser = await requirement('a browser', browserMissing)

const hostile = `</script><img src=x onerror=alert(1)>"'&<!--\u202e{{x}}`

const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const
const looks = (['wide', 'narrow'] as const).flatMap((size) =>
  (['light', 'dark'] as const).map((theme) => [size, theme] as const),
)

describeBrowser('the page about a build of 15 images and 200 packages', () => {
  let folder: string
  let browser: Browser
  let file: string
  let hostileFile: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kaweezle-report-'))
    file = join(folder, 'report.html')
    hostileFile = join(folder, 'hostile.html')
    const parts = await bundlePage()
    await writeFile(file, printPage(aReport(), parts))
    await writeFile(hostileFile, printPage(hostileReport(), parts))
    browser = await startBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true })
  })

  test.each(looks)(
    'is drawn on a %s screen in the %s theme, asks for nothing and says nothing',
    async (size, theme) => {
      await using look = await lookAt(browser, { file, size: sizes[size], theme })
      const { page, said, asked, url } = look
      expect(said).toEqual([])
      expect(asked).toEqual([url])
      expect(await backgroundOf(page)).toBe(theme === 'light' ? 'rgb(244, 246, 249)' : 'rgb(14, 18, 24)')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(sizes[size].width)
      expect(await page.locator('.tile.leaf').count()).toBeGreaterThan(250)
      // `bench/report.ts` measures; this finds what would take ages.
      expect(await page.evaluate(() => performance.getEntriesByName('drawn')[0]?.startTime)).toBeLessThan(
        20_000,
      )
      await keepScreenshot(page, `report-${size}-${theme}`, folder)
    },
  )

  test('is searched from the keyboard, in the map and in all tables, and shows all again', async () => {
    await using look = await lookAt(browser, { file })
    const { page } = look
    await page.keyboard.press('/')
    await page.keyboard.type('component-3:')
    expect(await countsOf(page)).toEqual(['0', '1', '0', '0', ''])
    expect(await page.locator('.tile.found').count()).toBe(5)
    await keepScreenshot(page, 'report-search', folder)
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('gpl package-2')
    expect(await visibleRows(page)).toContain('package-2')
    expect((await visibleRows(page)).length).toBe(Number((await countsOf(page))[0]))
    await page.keyboard.press('Escape')
    expect(await countsOf(page)).toEqual(['200', '15', '7', '4', ''])
    expect(await page.locator('.map.searched').count()).toBe(0)
  })

  test('has a map in which keys move, go in and come back to where they were', async () => {
    await using look = await lookAt(browser, { file })
    const { page } = look
    await page.locator('.switch input:checked').focus()
    await page.keyboard.press('Tab')
    expect(await focusedName(page)).toMatch(/^Packages, 304\.7 MiB, 64 % of all/)
    expect(await page.locator('.tooltip').innerText()).toMatch(/^Packages\n304\.7 MiB packed/)
    await page.keyboard.press('ArrowRight')
    expect(await focusedName(page)).toMatch(/^Images,/)
    await page.keyboard.press('Enter')
    await page.keyboard.press('ArrowRight')
    const image = await focusedName(page)
    expect(image).toMatch(/^component-\d+:/)
    await keepScreenshot(page, 'report-inside', folder)
    await page.keyboard.press('Enter')
    expect(await page.locator('.trail').innerText()).toMatch(/^All\s+Images\s+component-\d+:/)
    expect(await page.locator('.map [tabindex="0"]').count()).toBe(1)
    await page.keyboard.press('Escape')
    expect(await focusedName(page)).toBe(image)
    await page.keyboard.press('Escape')
    expect(await focusedName(page)).toMatch(/^Images,/)
    await page.keyboard.press('Escape')
    expect(await focusedName(page)).toMatch(/^Images,/)
    await page.setViewportSize(sizes.narrow)
    await expect.poll(() => page.evaluate("document.querySelector('.map').clientWidth")).toBeLessThan(390)
    expect(await focusedName(page)).toMatch(/^Images,/)
    await page.getByRole('button', { name: 'Shared layers' }).last().press('Enter')
    expect(await page.locator('.trail').innerText()).toMatch(/^All\s+Shared layers/)
  })

  test('measures what is unpacked when it is asked to, from the keyboard', async () => {
    await using look = await lookAt(browser, { file })
    const { page } = look
    expect(await page.locator('.trail').innerText()).toContain('477.8 MiB packed')
    await page.locator('.switch input:checked').focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.locator('.trail').innerText()).toContain('1.4 GiB unpacked')
  })

  test('has tabs and tables that keys choose and sort', async () => {
    await using look = await lookAt(browser, { file })
    const { page } = look
    await page.getByRole('tab', { selected: true }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tabpanel').locator('caption').innerText()).toBe('Images')
    await page.keyboard.press('ArrowLeft')
    expect((await visibleRows(page))[0]).toBe('package-0')
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe(
      'descending',
    )
    expect((await visibleRows(page)).slice(0, 2)).toEqual(['package-199', 'package-198'])
    for (const tab of ['Images', 'Licences', 'Changes', 'Build']) {
      await page.getByRole('tab', { name: tab }).click()
      await keepScreenshot(page, `report-${tab.toLowerCase()}`, folder)
    }
    expect(await page.getByRole('tabpanel').innerText()).toContain('Fetch and verify everything')
  })

  test('takes the other theme at a key, whatever the system has', async () => {
    await using look = await lookAt(browser, { file, theme: 'dark' })
    const button = look.page.getByRole('button', { name: 'Dark theme' })
    expect(await button.getAttribute('aria-pressed')).toBe('true')
    await button.press('Enter')
    expect(await button.getAttribute('aria-pressed')).toBe('false')
    expect(await backgroundOf(look.page)).toBe('rgb(244, 246, 249)')
  })

  test('shows names from outside as they are written, and nothing of them becomes the page', async () => {
    await using look = await lookAt(browser, { file: hostileFile })
    const { page, said, asked, url } = look
    expect(said).toEqual([])
    expect(asked).toEqual([url])
    expect(await page.locator('img, [onerror]').count()).toBe(0)
    expect(await page.locator('script').count()).toBe(2)
    const written = hostile.replace('\u202e', '\\u{202e}')
    expect(await visibleRows(page)).toEqual([written])
    expect(await page.title()).toContain(written)
    for (const [tab, text] of [
      ['Licences', written],
      ['Changes', written],
      ['Build', written],
    ] as const) {
      await page.getByRole('tab', { name: tab }).click()
      expect(await page.getByRole('tabpanel').innerText(), tab).toContain(text)
    }
    await page.getByRole('searchbox').fill('onerror')
    expect(await page.locator('.tile.found').count()).toBe(1)
  })

  test('would run no script and load no image that got into it all the same', async () => {
    await using look = await lookAt(browser, { file })
    const { page, said, asked, url } = look
    await page.evaluate(`
      const script = document.createElement('script')
      script.textContent = 'document.title = "ran"'
      const image = document.createElement('img')
      image.src = 'http://127.0.0.1:9/pixel.png'
      document.body.append(script, image)`)
    await expect
      .poll(() => said.toSorted())
      .toEqual([
        expect.stringMatching(/^error: .*inline script.*script-src/s),
        expect.stringMatching(/^error: .*pixel\.png.*default-src/s),
      ])
    expect(await page.title()).not.toBe('ran')
    // It is refused; still nothing that a page tries to load goes unseen here.
    expect(asked).toEqual([url, 'http://127.0.0.1:9/pixel.png'])
  })

  test('says without JavaScript where the same facts are', async () => {
    await using look = await lookAt(browser, { file, withScripts: false })
    expect(await look.page.locator('body').innerText()).toContain('The same facts are in the manifest')
  })
})

function hostileReport() {
  const report = aReport({ packages: 1, images: 1 })
  const [one] = report.packages
  const section = {
    title: hostile,
    columns: [''],
    rows: [{ tone: 'risk', cells: [[{ name: hostile }]] }],
  } as const
  return {
    ...report,
    rootfs: { ...report.rootfs, name: hostile },
    packages: one === undefined ? [] : [{ ...one, name: hostile, license: hostile }],
    images: report.images.map((image) => ({ ...image, name: 'a.example/b', tag: '1' })),
    comparison: { old: hostile, bytes: report.rootfs.bytes, sections: [section], notes: [hostile] },
    steps: report.steps.map((step) => ({ ...step, message: hostile })),
  }
}

/** What stands behind the titles of the tabs. */
function countsOf(page: Page): Promise<string[]> {
  return page.locator('[role="tab"] .count').allInnerTexts()
}

/** The names of the packages that are listed. */
function visibleRows(page: Page): Promise<string[]> {
  return page.locator('#panel-packages tbody tr:not([hidden]) strong').allInnerTexts()
}

function focusedName(page: Page): Promise<string> {
  return page.evaluate("document.activeElement?.getAttribute('aria-label') ?? ''")
}

function backgroundOf(page: Page): Promise<string> {
  return page.evaluate('getComputedStyle(document.body).backgroundColor')
}
