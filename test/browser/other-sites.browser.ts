import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { LogLines } from '../e2e/support/log-lines.ts'
import { openRoom, temporaryFolder } from '../support/room.ts'
import { openChromium } from './chromium.ts'
import { buildPage, Person } from './support/page.ts'

// Host names that all resolve to this machine. For the browser they are not loopback names: over
// plain http it sends them no Sec-Fetch-Site.
const browser = await openChromium(t, [
  '--host-resolver-rules=MAP chat.lan 127.0.0.1, MAP evil.example 127.0.0.1',
])
const webAppDirectory = await buildPage(t)

/** The default instead of the setting of the tests: loopback names only. */
const asInstalled = { allowedHosts: undefined }

/** Another site, with one empty page. */
async function openSite(t: Test): Promise<string> {
  const site: Server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>')
  }).listen(0, '127.0.0.1')
  t.teardown(() => site.close())
  await once(site, 'listening')
  return `http://evil.example:${(site.address() as { port: number }).port}`
}

/** The server's URL with another host name. */
function as(name: string, url: string): string {
  return `http://${name}:${new URL(url).port}`
}

/** Every kind of request that a page can make a browser send. Returns the readable responses. */
async function attack(page: Page, url: string): Promise<string[]> {
  return page.evaluate(async (url) => {
    const read: string[] = []
    const form = new URLSearchParams({ username: 'ann', password: 'wrong-password' })
    for (let time = 0; time < 15; time++)
      await fetch(`${url}/v1/login`, { method: 'POST', mode: 'no-cors', body: form }).catch(
        () => {},
      )
    for (const path of ['/', '/healthz', '/v1/messages'])
      await fetch(url + path).then(
        ({ status }) => read.push(`${path} ${status}`),
        () => {},
      )
    await fetch(`${url}/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"username":"ann","password":"tall-ships"}',
    }).then(
      ({ status }) => read.push(`login ${status}`),
      () => {},
    )
    const source = new EventSource(`${url}/v1/events`)
    const opened = await new Promise((resolve) => {
      source.onopen = () => resolve(true)
      source.onerror = () => resolve(false)
    })
    source.close()
    if (opened) read.push('events')
    return read
  }, url)
}

t.test('the page works with each of its host names, also over plain http', async (t) => {
  const tuning = { http: { webAppDirectory } }
  const room = await openRoom(t, { settings: asInstalled, tuning })
  for (const [at, name] of ['localhost', '127.0.0.1', 'chat.localhost'].entries()) {
    const person = await Person.join(browser, as(name, room.url), `ann${at}`)
    t.strictSame(person.consoleErrors, [], name)
  }
  const lan = await openRoom(t, { settings: { allowedHosts: ['*'] }, tuning })
  const person = await Person.join(browser, as('chat.lan', lan.url), 'ann')
  t.equal(await person.page.evaluate('isSecureContext'), false, 'as on a LAN')
  t.strictSame(person.consoleErrors, [])
})

t.test('the API’s pages work with each host name', async (t) => {
  const room = await openRoom(t, { settings: { allowedHosts: ['*'] } })
  for (const name of ['localhost', '127.0.0.1', 'chat.lan'])
    for (const path of ['/docs', '/docs/']) {
      const context = await browser.newContext()
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))
      await page.goto(as(name, room.url) + path)
      await page.locator('a[href="#/Server/getHealth"]').click()
      await page.getByRole('button', { name: 'Execute' }).click()
      await page.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor()
      t.strictSame(complaints, [], `${name}${path}`)
      await context.close()
    }
})

t.test('a page of another site cannot call the server', async (t) => {
  const site = await openSite(t)
  const log = new LogLines()
  const room = await openRoom(t, {
    settings: { ...asInstalled, logLevel: 'info' },
    tuning: { http: { webAppDirectory, logStream: log } },
  })
  await room.register('ann')
  const page = await browser.newPage()
  await page.goto(site)
  t.strictSame(await attack(page, as('localhost', room.url)), [])
  t.strictSame(log.of('login refused'), [], 'no login was tried')
  const password = 'ann-password'
  const login = await room.call('POST', '/v1/login', { body: { username: 'ann', password } })
  t.equal(login.status, 200, 'nobody is locked out')

  // A local file, which has an opaque origin.
  const file = join(await temporaryFolder(t), 'evil.html')
  await writeFile(file, '<!doctype html><title>evil</title>')
  await page.goto(pathToFileURL(file).href)
  t.strictSame(await attack(page, as('127.0.0.1', room.url)), [])
  t.strictSame(log.of('login refused'), [])

  // Links from other sites work.
  await page.goto(site)
  await page.evaluate((url) => location.assign(url), `${as('localhost', room.url)}/`)
  await page.locator('#username').waitFor()
  await page.context().close()
})

t.test('nor over plain http, where browsers send fewer headers', async (t) => {
  const site = await openSite(t)
  const log = new LogLines()
  const room = await openRoom(t, {
    settings: { allowedHosts: ['*'], logLevel: 'info' },
    tuning: { http: { webAppDirectory, logStream: log } },
  })
  const page = await browser.newPage()
  await page.goto(site)
  t.strictSame(await attack(page, as('chat.lan', room.url)), [])
  t.strictSame(log.of('login refused'), [])
  await page.context().close()
})

t.test('a host name of DNS rebinding is rejected', async (t) => {
  const log = new LogLines()
  const room = await openRoom(t, {
    settings: { ...asInstalled, logLevel: 'info' },
    tuning: { http: { webAppDirectory, logStream: log } },
  })
  await room.register('ann')
  const page = await browser.newPage()
  const rebound = as('evil.example', room.url)
  const answer = await page.goto(rebound)
  t.equal(answer?.status(), 421)
  t.match(await page.textContent('body'), /ALLOWED_HOSTS/)
  // For the page the responses are same-origin: it can read them, and they are errors.
  const read = await attack(page, rebound)
  t.strictSame(read, ['/ 421', '/healthz 421', '/v1/messages 421', 'login 421'])
  t.strictSame(log.of('login refused'), [])
  await page.context().close()
})

t.test('pages of a configured origin can make calls and open streams', async (t) => {
  const site = await openSite(t)
  const room = await openRoom(t, { settings: { ...asInstalled, corsOrigins: [site] } })
  const { token } = await room.register('ann')
  const page = await browser.newPage()
  await page.goto(site)
  const ready = await page.evaluate(
    async ({ url, token }) => {
      const answer = await fetch(`${url}/v1/events/token`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      })
      const source = new EventSource(`${url}/v1/events?token=${(await answer.json()).token}`)
      const data = await new Promise<string>((resolve, reject) => {
        source.addEventListener('ready', (event) => resolve((event as MessageEvent).data))
        source.onerror = () => reject(new Error('refused'))
      })
      source.close()
      return JSON.parse(data).user
    },
    { url: as('localhost', room.url), token },
  )
  t.equal(ready, 'ann')
  await page.context().close()
})
