import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import { openProxy } from '../e2e/support/proxy.ts'
import { openRoom } from '../support/room.ts'
import { openChromium } from './chromium.ts'

const folder = new URL('../../examples/event-source/', import.meta.url)
const types = { 'index.html': 'text/html', 'room.js': 'text/javascript' }

/** Serves the example on an origin of its own. */
async function serveExample(t: Test): Promise<string> {
  const server = createServer(async (request, response) => {
    const name = request.url === '/' ? 'index.html' : (request.url as string).slice(1)
    const type = types[name as keyof typeof types]
    if (type === undefined) response.writeHead(404).end()
    else
      response.writeHead(200, { 'content-type': type }).end(await readFile(new URL(name, folder)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

t.test('a page with a plain EventSource shows each message once, over restarts', async (t) => {
  const origin = await serveExample(t)
  const settings = { corsOrigins: [origin], presenceGraceMs: 600 }
  const room = await openRoom(t, { settings })
  const proxy = await openProxy(t, room.url)
  const bob = await room.join('bob')

  const browser = await openChromium(t)
  const page = await browser.newPage()
  const failures: string[] = []
  page.on('pageerror', ({ message }) => failures.push(message))
  await page.goto(origin)
  await page.getByLabel('Server').fill(proxy.url)
  await page.getByLabel('Name').fill('ann')
  await page.getByLabel('Password').fill('ann-password')
  await page.getByRole('button', { name: 'Come in' }).click()
  await page.getByText('ann is here, 2 online').waitFor()

  await page.getByLabel('Message').fill('Hello from the page')
  await page.getByRole('button', { name: 'Say' }).click()
  await bob.stream.next('message', ({ from }) => from === 'ann')
  await bob.direct('ann', 'Hello, Ann')
  await page.getByText('[bob → ann] Hello, Ann').waitFor()

  await room.restart()
  await bob.broadcast('while the page was away')
  proxy.target = room.url
  await page.getByText('while the page was away').waitFor()
  t.strictSame(await page.getByRole('listitem').allTextContents(), [
    '[ann] Hello from the page',
    '[bob → ann] Hello, Ann',
    '[bob] while the page was away',
  ])

  // Where nobody knows its token an EventSource ends for good, and the page finds out why.
  const elsewhere = await openRoom(t, { settings })
  proxy.target = elsewhere.url
  await room.stop()
  await page.getByText('The session is over').waitFor()
  t.strictSame(failures, [])
})
