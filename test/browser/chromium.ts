import { type Browser, chromium } from 'playwright-core'
import type { Test } from 'tap'

/** The environment variable `CHROMIUM` names another browser. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Turn off the browser's own requests. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/**
 * A headless Chromium, closed after the test. Use a context for each user.
 *
 * @param more further flags
 */
export async function openChromium(t: Test, more: string[] = []): Promise<Browser> {
  const args = [...flags, ...more]
  const browser = await chromium.launch({ executablePath, headless: true, args })
  t.teardown(() => browser.close())
  return browser
}
