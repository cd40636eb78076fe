import { fileURLToPath } from 'node:url'
import t from 'tap'
import { CommandProcess } from '../faults/support/process.ts'
import { openRoom, temporaryFolder } from '../support/room.ts'
import { openChromium } from './chromium.ts'
import { buildPage, messageIn, messagesIn, Person, titleBecomes } from './support/page.ts'

const webAppDirectory = await buildPage(t)
const browser = await openChromium(t)
const tuning = { http: { webAppDirectory } }

t.test('two browsers and an API client in one conversation', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'Ann')
  const bob = await Person.join(browser, room.url, 'Bob')
  const curl = await room.join('curl')
  await ann.send('hello from a browser')
  await bob.message('hello from a browser').waitFor()
  await bob.send('and from another')
  await curl.broadcast('and from a shell')
  for (const person of [ann, bob]) {
    await person.message('and from a shell').waitFor()
    t.strictSame(await person.messages(), [
      'hello from a browser',
      'and from another',
      'and from a shell',
    ])
    await person.page.getByText('3 people online').waitFor()
  }

  await curl.direct('Bob', 'between us')
  await bob.page.locator('.item', { hasText: 'curl' }).getByText('1 unread').waitFor()
  t.equal(await bob.page.title(), '(1) Obrol')
  await bob.openConversation('curl')
  await bob.message('between us').waitFor()
  await titleBecomes(bob.page, 'Obrol')
  await bob.send('I see')
  const seen = await curl.stream.next('message', ({ text }) => text === 'I see')
  t.equal(seen.data.to, 'curl')
  t.notOk((await ann.messages()).includes('between us'))

  await bob.page.getByRole('button', { name: 'People' }).click()
  await bob.page.locator('#find').fill('nobody')
  await bob.page.locator('#find').press('Enter')
  await bob.page.getByText('Nobody has this name.').waitFor()
  await bob.page.locator('#find').fill('ANN')
  await bob.page.locator('#find').press('Enter')
  await bob.page.locator('h2', { hasText: 'Ann' }).waitFor()
  t.strictSame([...ann.consoleErrors, ...bob.consoleErrors], [])
})

t.test('drafts and read markers survive a reload', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  const bob = await room.join('bob')
  await bob.broadcast('hi')
  await ann.message('hi').waitFor()
  await bob.direct('ann', 'psst')
  await ann.page.getByText('1 unread').waitFor()
  await ann.page.locator('#composer').fill('half a thou')
  await ann.page.reload()
  await ann.waitUntilLive()
  t.equal(await ann.page.locator('#composer').inputValue(), 'half a thou')
  t.equal(await ann.page.locator('.item .badge').count(), 1, 'only bob’s message is unread')
  await ann.page.goto(`${room.url}/#with/bob`)
  await ann.message('psst').waitFor()
  t.equal(await ann.page.locator('#composer').inputValue(), '')
  await ann.page.locator('.new').waitFor()
})

t.test('signing in and signing out', async (t) => {
  const room = await openRoom(t, { tuning })
  await room.register('ann', 'tall-ships')
  const ann = await Person.open(browser, room.url, 'ann', { locale: 'id-ID' })
  await ann.page.locator('#username').fill('anne')
  await ann.page.locator('#password').fill('tall-ships')
  await ann.page.getByRole('button', { name: 'Masuk' }).click()
  await ann.page.locator('#username-note', { hasText: 'Tidak ada yang bernama ini' }).waitFor()
  await ann.page.getByRole('radio', { name: 'English' }).check()
  await ann.page.locator('#username-note', { hasText: 'Nobody has this name' }).waitFor()
  t.equal(await ann.page.locator('#username').getAttribute('aria-invalid'), 'true')
  await ann.fill()
  await ann.waitUntilLive()
  const tab = await ann.tab(room.url)

  await ann.page.getByRole('button', { name: 'Settings' }).click()
  await ann.page.getByRole('button', { name: 'Sign out' }).click()
  await ann.page.getByText('You have signed out.').waitFor()
  await tab.getByText('You were signed out in another window').waitFor()
  t.equal(await ann.page.evaluate(() => Object.keys(localStorage).join()), 'obrol.language')

  await ann.fill()
  await ann.waitUntilLive()
  await tab.locator('.chat').waitFor()
  const { token } = await ann.page.evaluate(() => JSON.parse(localStorage['obrol.session']))
  await room.call('POST', '/v1/logout', { token })
  await ann.page.getByText('You were signed out').waitFor()

  await tab.close()
  await ann.page.evaluate(() => {
    const session = { token: 'long.dead.token', user: { username: 'ann' } }
    localStorage.setItem('obrol.session', JSON.stringify(session))
  })
  await ann.page.reload()
  await ann.page.getByText('Your session has ended.').waitFor()
})

t.test('no message is missing or repeated after the server was killed and restarted', async (t) => {
  const folder = await temporaryFolder(t)
  const serve = async (port: string) => {
    const args = [fileURLToPath(new URL('support/serve-page.ts', import.meta.url))]
    const server = new CommandProcess({
      folder,
      args,
      env: { PORT: port, PAGE_FOLDER: webAppDirectory },
    })
    t.teardown(() => server.end('SIGKILL'))
    return { server, url: await server.listening() }
  }
  let { server, url } = await serve('0')
  const ann = await Person.join(browser, url, 'ann')
  const bob = await Person.join(browser, url, 'bob')
  const said: string[] = []
  for (let round = 1; round <= 3; round++) {
    for (const [person, text] of [
      [ann, `ann ${round}`],
      [bob, `bob ${round}`],
    ] as const) {
      await person.send(text)
      said.push(text)
    }
    for (const person of [ann, bob]) await person.message(`bob ${round}`).waitFor()
    await server.end('SIGKILL')
    for (const person of [ann, bob])
      await person.page.getByText('The connection is lost.', { exact: true }).waitFor()
    await ann.send(`while it was gone ${round}`)
    await ann.page.locator('.pending, .failed').waitFor()
    said.push(`while it was gone ${round}`)
    await bob.page.getByRole('button', { name: 'Try now' }).click()
    ;({ server } = await serve(new URL(url).port))
    for (const person of [ann, bob]) {
      await person.page.evaluate(() => dispatchEvent(new Event('online')))
      await person.message(`while it was gone ${round}`).waitFor()
    }
  }
  for (const person of [ann, bob]) t.strictSame((await person.messages()).sort(), [...said].sort())
  t.equal(await ann.page.locator('.pending, .failed').count(), 0)
  const order = await ann.messages()
  t.strictSame(await bob.messages(), order, 'both have the same order')
  await ann.page.reload()
  await ann.waitUntilLive()
  await ann.message('while it was gone 3').waitFor()
  t.strictSame(await ann.messages(), order, 'the log has the same order')
})

t.test('tabs share one stream; without shared workers each tab has its own', async (t) => {
  const room = await openRoom(t, { tuning, settings: { streamsPerUser: 1 } })
  const ann = await Person.join(browser, room.url, 'ann')
  const tab = await ann.tab(room.url)
  const bob = await room.join('bob')
  await bob.broadcast('to both')
  for (const page of [ann.page, tab]) {
    await messageIn(page, 'to both').waitFor()
    t.equal(
      await page.getByText('The connection is lost.').count(),
      0,
      'no tab replaces the stream of the other',
    )
  }
  await ann.send('from the first')
  await messageIn(tab, 'from the first').waitFor()
  t.strictSame(await messagesIn(tab), ['to both', 'from the first'])
  await ann.page.locator('#composer').fill('begun here')
  await tab.waitForFunction(() => document.querySelector('textarea')?.value === 'begun here')
  await ann.page.close()
  await bob.broadcast('to the one that is left')
  await messageIn(tab, 'to the one that is left').waitFor()

  const alone = await openRoom(t, { tuning })
  const before = () => {
    Reflect.deleteProperty(globalThis, 'SharedWorker')
  }
  const cid = await Person.join(browser, alone.url, 'cid', { before })
  const other = await cid.tab(alone.url)
  await cid.send('one for each')
  await messageIn(other, 'one for each').waitFor()
})

t.test('a refused message can be retried or edited', async (t) => {
  const room = await openRoom(t, { tuning, settings: { messageMaxChars: 20 } })
  const ann = await Person.open(browser, room.url, 'ann')
  // A page that does not know the server's limit.
  await ann.page.route('**/openapi.json', (route) => route.abort())
  await ann.page.reload()
  await ann.page.getByRole('button', { name: 'Create account' }).click()
  await ann.fill()
  await ann.waitUntilLive()
  await ann.send('this is far longer than it may be')
  const failed = ann.page.locator('.failed')
  await failed.getByText('at most 20 characters').waitFor()
  await failed.getByRole('button', { name: 'Edit' }).click()
  t.equal(await ann.page.locator('#composer').inputValue(), 'this is far longer than it may be')
  t.equal(await failed.count(), 0)

  const refuse = (retryAfter: string) =>
    ann.page.route('**/v1/messages/broadcast', (route) =>
      route.fulfill({
        status: 429,
        contentType: 'application/problem+json',
        headers: { 'retry-after': retryAfter },
        body: JSON.stringify({
          type: '/problems/too-many-requests',
          title: 'Too many requests',
          status: 429,
          detail: 'Wait.',
          requestId: '0',
        }),
      }),
    )
  await refuse('60')
  await ann.send('hurry')
  await failed.getByText('Too many requests.').waitFor()
  await ann.page.unroute('**/v1/messages/broadcast')
  await failed.getByRole('button', { name: 'Try again' }).click()
  await ann.message('hurry').waitFor()

  await refuse('4')
  await ann.send('in its turn')
  await ann.page.getByText(/Too many requests\..* Sending again in \d s\./).waitFor()
  await ann.page.unroute('**/v1/messages/broadcast')
  await ann.message('in its turn').waitFor()
  t.strictSame(await ann.messages(), ['hurry', 'in its turn'])
})

t.test('limits are shown in advance, and errors at their fields', async (t) => {
  const room = await openRoom(t, {
    tuning,
    settings: { messageMaxChars: 300, passwordMinChars: 12, messagesPerMinute: 10 },
  })
  const ann = await Person.open(browser, room.url, 'ann')
  const { page } = ann
  const note = (field: string) => page.locator(`#${field}-note`)
  await page.getByRole('button', { name: 'Create account' }).click()
  await note('password').getByText('At least 12 characters, at most 256').waitFor()
  await page.getByRole('button', { name: 'Create account' }).click()
  for (const field of ['username', 'password'])
    await note(field).getByText('Fill this in').waitFor()
  await page.locator('#username').fill('-')
  await page.locator('#password').fill('short')
  await page.getByRole('button', { name: 'Create account' }).click()
  await note('username').getByText('A name is 2 to 32 letters').waitFor()
  await note('password').getByText('A password is 12 to 256 characters long').waitFor()
  await page.locator('#username').fill('ann')
  await page.locator('#password').fill('tall-ships-at-sea')
  await page.getByRole('button', { name: 'Create account' }).click()
  await ann.waitUntilLive()

  const composer = page.locator('#composer')
  await composer.fill('x'.repeat(290))
  await note('composer').getByText('10 characters left').waitFor()
  await composer.fill('x'.repeat(302))
  await note('composer').getByText('2 too many: a message has at most 300 characters').waitFor()
  await composer.press('Enter')
  t.equal(await composer.inputValue(), 'x'.repeat(302), 'it is not sent')
  for (let said = 0; said < 11; said++) {
    await composer.fill(`line ${said}`)
    await composer.press('Enter')
  }
  await page.getByText('Too many requests').waitFor()
  t.equal((await ann.messages()).filter((line) => line.startsWith('line')).length, 10)

  await page.getByText('1 person online').waitFor()
  await room.stop()
  await page.getByText('The connection is lost.').waitFor()
  t.equal(await page.getByText('online', { exact: false }).count(), 0, 'nobody knows who is online')
  t.equal(await page.locator('.is-online').count(), 0)
})
