import type { Locator, Page } from 'playwright-core'
import t from 'tap'
import { openRoom } from '../support/room.ts'
import { openChromium } from './chromium.ts'

t.test('at /docs each call works as it is filled in, on any server', async (t) => {
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
    t.match(await tried('getMe'), { status: 200, body: '"username": "dewi"' }, 'still authorized')
    t.equal((await tried('logout')).status, 204)
    await page.close()
  }
})

/** Presses "Execute" under an operation, as it is filled in, and gives what is answered. */
async function execute(page: Page, operation: string) {
  const block = page.locator(`[id$="-${operation}"].opblock`)
  await block.locator('.opblock-summary-control').click()
  await block.getByRole('button', { name: 'Execute' }).click()
  const response = block.locator('.live-responses-table .response')
  const status = Number.parseInt(await response.locator('.response-col_status').innerText(), 10)
  return { status, body: await textOf(response.locator('.highlight-code code')) }
}

/** What an answer holds; nothing where it has no body. */
async function textOf(code: Locator): Promise<string> {
  return (await code.count()) === 0 ? '' : code.first().innerText()
}

/** Enters a token into the first field that is offered. */
async function authorize(page: Page, token: string): Promise<void> {
  await page.getByRole('button', { name: 'Authorize' }).first().click()
  const dialog = page.locator('.dialog-ux')
  await dialog.locator('input').first().fill(token)
  await dialog.getByRole('button', { name: 'Apply credentials' }).first().click()
  await dialog.getByRole('button', { name: 'Close' }).first().click()
}
