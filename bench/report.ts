/**
 * Measures the page about a build of 15 images and 200 packages: how long its program takes to be bundled and the page
 * to be printed, and how soon all of it is on the screen of Debian's chromium (the goal is under a second), at a wide and a
 * narrow window. Each round opens the page in a context of its own. Medians, with the quarter and three quarters of the runs.
 *
 *   node bench/report.ts [ROUNDS]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { printPage } from '../pipeline/src/report/print-page.ts'
import { aReport } from '../pipeline/src/report/report.fixture.ts'
import { bundlePage } from '../pipeline/src/report-page/bundle-page.ts'
import { lookAt, startBrowser } from '../pipeline/test/support/browser.ts'

const rounds = Number(process.argv[2] ?? 11)
/** Milliseconds until the page is drawn. */
const goal = 1000
const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const

process.exitCode = await main()

async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-bench-report-'))
  const browser = await startBrowser()
  try {
    const file = join(folder, 'report.html')
    const written = await measure(async () => {
      const begin = performance.now()
      await writeFile(file, printPage(aReport(), await bundlePage()))
      return performance.now() - begin
    })
    process.stdout.write(row('bundle and print', written))
    let misses = 0
    for (const [name, size] of Object.entries(sizes)) {
      const drawn = await measure(() => drawTime(browser, { file, size }))
      process.stdout.write(row(`drawn, ${name}`, drawn))
      if (quantile(drawn, 0.5) > goal) misses += 1
    }
    process.stdout.write(
      `Node ${process.versions.node}, chromium ${browser.version()}, ${cpus()[0]?.model}\n`,
    )
    if (misses > 0) process.stderr.write(`missed: the page should be drawn within ${goal} ms\n`)
    return misses === 0 ? 0 : 1
  } finally {
    await browser.close()
    await rm(folder, { recursive: true })
  }
}

async function drawTime(browser: Browser, look: Parameters<typeof lookAt>[1]): Promise<number> {
  await using looked = await lookAt(browser, look)
  return await looked.page.evaluate(() => performance.getEntriesByName('drawn')[0]?.startTime ?? Number.NaN)
}

/** Milliseconds of each round; the first, which fills caches, does not count. */
async function measure(run: () => Promise<number>): Promise<number[]> {
  const samples: number[] = []
  for (let round = 0; round <= rounds; round++) samples.push(await run())
  return samples.slice(1)
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN
}

function row(name: string, all: readonly number[]): string {
  const cells = [0.5, 0.25, 0.75].map((part) => `${quantile(all, part).toFixed(0)} ms`.padStart(10))
  return `${name.padEnd(18)}${cells.join('')}\n`
}
