import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Locator, Page } from 'playwright-core'
import t from 'tap'
import { openRoom } from '../support/room.ts'
import { openChromium } from './chromium.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const axeSource = readFileSync(axe, 'utf8')

t.test('at /docs each call works with its prefilled values', async (t) => {
  const browser = await openChromium(t)
  for (const before of ['fresh', 'has run the README']) {
    const room = await openRoom(t)
    if (before !== 'fresh')
      for (const guest of [await room.register('ann'), await room.register('bob')])
        await guest.broadcast('Hello')
    const page = await browser.newPage()
    page.setDefaultTimeout(20_000)
    await page.goto(`${room.url}/docs`)
    const tried = (operation: string) => execute(page, operation)

    t.equal((await tried('register')).status, 201)
    const { status, body } = await tried('login')
    t.equal(status, 200)
    await authorize(page, JSON.parse(body).token)
    t.equal((await tried('sendBroadcast')).status, 201)
    t.equal((await tried('sendDirect')).status, 201)
    t.equal((await tried('listMessages')).status, 200)
    t.equal((await tried('getMessage')).status, 200)
    t.equal((await tried('listOnlineUsers')).status, 200)

    await page.reload()
    await page.locator('.opblock').first().waitFor()
    t.match(await tried('getMe'), { status: 200, body: '"username": "dewi"' }, 'still authorized')
    await page.goto(`${room.url}/docs`)
    await page.locator('.opblock').first().waitFor()
    t.equal((await tried('logout')).status, 204)
    await page.close()
  }
})

t.test('Swagger UI is loaded only when a call is opened', async (t) => {
  const browser = await openChromium(t)
  const room = await openRoom(t)
  const page = await browser.newPage()
  page.setDefaultTimeout(20_000)
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const isAsked = () => asked.some((path) => path.includes('swagger-ui-bundle'))
  await page.goto(`${room.url}/docs`, { waitUntil: 'networkidle' })
  t.notOk(isAsked(), 'to read the list needs none of it')
  await page.getByRole('link', { name: 'Try it out' }).click()
  await page.getByRole('button', { name: 'Authorize' }).waitFor()
  t.ok(isAsked())
  t.equal(await page.locator('#calls').count(), 0, 'in the place of the list')

  const byLink = await browser.newPage()
  await byLink.goto(`${room.url}/docs#/Messages/listMessages`)
  const button = byLink.locator('#operations-Messages-listMessages .opblock-summary-control')
  await byLink.locator('#operations-Messages-listMessages.is-open').waitFor()
  await byLink.locator('.opblock-summary-control:focus').waitFor()
  t.equal(await button.getAttribute('aria-expanded'), 'true', 'an address opens its operation')
  t.ok(await button.evaluate((element) => element === document.activeElement))
  t.ok(((await button.boundingBox())?.y ?? -1) >= 0, 'and brings it into view')
})

t.test('if Swagger UI cannot be loaded, the list stays and shows an error', async (t) => {
  const browser = await openChromium(t)
  const room = await openRoom(t)
  const page = await browser.newPage()
  page.setDefaultTimeout(20_000)
  await page.route('**/swagger-ui-bundle*', (route) => route.abort())
  await page.goto(`${room.url}/docs`)
  await page.locator('a[href$="/getMe"]').click()
  await page.getByRole('status').getByText('could not be loaded').waitFor()
  t.ok(await page.locator('a[href$="/getMe"]').isVisible())
  await page.unroute('**/swagger-ui-bundle*')
  await page.locator('a[href$="/login"]').click()
  await page.locator('#operations-Accounts-login.is-open').waitFor()
})

t.test('axe finds no violations in the list, and in Swagger UI only its own', async (t) => {
  const browser = await openChromium(t)
  const room = await openRoom(t)
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    const viewport = { width, height: 900 }
    const page = await browser.newPage({ colorScheme, viewport })
    page.setDefaultTimeout(20_000)
    await page.goto(`${room.url}/docs`)
    t.strictSame(await violations(page), [], `${colorScheme}, ${width} wide`)
    t.ok((await pageWidth(page)) <= width, 'nothing has to be scrolled sideways')
    await page.locator('a[href$="/sendBroadcast"]').click()
    await page.locator('.opblock-summary-control:focus').waitFor()
    // Buttons within buttons, and what is beside its landmarks.
    const known = ['nested-interactive', 'region']
    const found = (await violations(page)).filter((id) => !known.includes(id))
    t.strictSame(found, [], `Swagger UI, ${colorScheme}`)
    t.ok((await pageWidth(page)) <= width, 'in Swagger UI neither')
    await page.close()
  }
})

function pageWidth(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth)
}

/** The ids of the axe rules that the page violates. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(`typeof axe === 'undefined' && (() => { ${axeSource} })()`)
  const result = (await page.evaluate('axe.run()')) as AxeResults
  return result.violations.map(({ id }) => id)
}

/** Executes an operation with its prefilled values. Returns the response. */
async function execute(page: Page, operation: string) {
  const block = page.locator(`[id$="-${operation}"].opblock`)
  // The first one is opened in the list, which Swagger UI takes the place of.
  const inList = page.locator(`a[href$="/${operation}"]`)
  if ((await page.locator('.opblock').count()) === 0) await inList.click()
  else await block.locator('.opblock-summary-control').click()
  await block.getByRole('button', { name: 'Execute' }).click()
  const response = block.locator('.live-responses-table .response')
  const status = Number.parseInt(await response.locator('.response-col_status').innerText(), 10)
  return { status, body: await textOf(response.locator('.highlight-code code')) }
}

/** Empty if the response has no body. */
async function textOf(code: Locator): Promise<string> {
  return (await code.count()) === 0 ? '' : code.first().innerText()
}

/** Enters a token into the first field of the dialog. */
async function authorize(page: Page, token: string): Promise<void> {
  await page.getByRole('button', { name: 'Authorize' }).first().click()
  const dialog = page.locator('.dialog-ux')
  await dialog.locator('input').first().fill(token)
  await dialog.getByRole('button', { name: 'Apply credentials' }).first().click()
  await dialog.getByRole('button', { name: 'Close' }).first().click()
}
