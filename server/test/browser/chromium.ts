// A real browser for tests of the console, and what every page of it must keep to.
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll } from 'vitest'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = places.find((place) => existsSync(place))

/** False on a machine without one: its tests are skipped there, and say so by their title. */
export const hasChromium = executablePath !== undefined

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let browser: Browser | undefined
afterAll(() => browser?.close())

export interface Visit {
  readonly page: Page
  /** What went wrong so far: errors in the console, exceptions, failed requests, requests to other hosts. */
  readonly faults: readonly string[]
}

/** A page of a fresh browser profile that notes everything it does wrong. */
export async function visit(origin: string, options: BrowserContextOptions = {}): Promise<Visit> {
  browser ??= await chromium.launch({ executablePath, args: quiet })
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`))
  page.on('console', (message) => {
    // Asking whether somebody is signed in answers 401 when nobody is; the browser reports that as an error.
    const expected = message.location().url.endsWith('/api/v1/session')
    if (message.type() === 'error' && !expected) faults.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url())
    if (protocol.startsWith('http') && asked !== origin) faults.push(`request to ${request.url()}`)
  })
  page.on('requestfailed', (request) => {
    // Now and then Chromium tells of a request that the page's own policy has stopped. It never left the browser.
    const told = faults.indexOf(`request to ${request.url()}`)
    if (request.failure()?.errorText === 'csp' && told >= 0) faults.splice(told, 1)
  })
  page.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} of ${response.url()}`)
  })
  return { page, faults }
}

/** How many pixels the page can be scrolled sideways. */
export function sidewaysScroll(page: Page): Promise<number> {
  // As text: the server's types know no browser.
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
