import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Where Debian's package has it. */
const executablePath = '/usr/bin/chromium'

/** Why there is no browser here; nothing when there is one. */
export async function browserMissing(): Promise<string | undefined> {
  try {
    await access(executablePath)
    return undefined
  } catch {
    return `there is no ${executablePath}; install chromium`
  }
}

/** A browser without a window, until it is closed. */
export function startBrowser(): Promise<Browser> {
  // Its sandbox refuses to be root's.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args })
}

export interface Look {
  readonly file: string
  readonly size?: { readonly width: number; readonly height: number }
  readonly theme?: 'light' | 'dark'
  readonly withScripts?: boolean
}

/** A page with what it said and asked for. */
export interface LookedAt extends AsyncDisposable {
  readonly page: Page
  /** Of the console, uncaught errors included. */
  readonly said: readonly string[]
  /** The addresses of all that was loaded. */
  readonly asked: readonly string[]
  readonly url: string
}

export async function lookAt(
  browser: Browser,
  { file, size = { width: 1280, height: 800 }, theme = 'light', withScripts = true }: Look,
): Promise<LookedAt> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: theme,
    javaScriptEnabled: withScripts,
  })
  const page = await context.newPage()
  const said: string[] = []
  const asked: string[] = []
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => said.push(`uncaught: ${error.message}`))
  page.on('dialog', (dialog) => {
    said.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => asked.push(request.url()))
  const url = pathToFileURL(file).href
  await page.goto(url)
  if (withScripts) await page.waitForFunction(() => performance.getEntriesByName('drawn').length > 0)
  return { page, said, asked, url, [Symbol.asyncDispose]: () => context.close() }
}

/** Keeps what is seen, in the folder that KAWEEZLE_SCREENSHOTS names, or else in `folder`. */
export async function keepScreenshot(page: Page, name: string, folder: string): Promise<void> {
  const target = process.env['KAWEEZLE_SCREENSHOTS'] || folder
  await mkdir(target, { recursive: true })
  await page.screenshot({ path: join(target, `${name}.png`) })
}
