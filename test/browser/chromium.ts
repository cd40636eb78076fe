import { type Browser, chromium } from 'playwright-core'
import type { Test } from 'tap'

/** Where the browser is; `CHROMIUM` names another. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** What a browser does on its own besides showing pages is off: tests are to be alone with it. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/**
 * A headless Chromium, closed after the test. Give each person a context of their own.
 *
 * @param more flags of this test
 */
export async function openChromium(t: Test, more: string[] = []): Promise<Browser> {
  const args = [...flags, ...more]
  const browser = await chromium.launch({ executablePath, headless: true, args })
  t.teardown(() => browser.close())
  return browser
}
