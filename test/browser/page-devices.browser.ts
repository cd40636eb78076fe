import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { CommandProcess } from '../faults/support/process.ts'
import { openRoom, temporaryFolder } from '../support/room.ts'
import { openChromium } from './chromium.ts'
import { buildPage, Person, titleBecomes } from './support/page.ts'

const webAppDirectory = await buildPage(t)
const browser = await openChromium(t)
const tuning = { http: { webAppDirectory } }

t.test('nothing that was said to someone is off the list, on any device', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  const bob = await room.join('bob')
  await bob.direct('ann', 'kept for later')
  await ann.page.getByText('1 unread').waitFor()
  await ann.page.getByRole('button', { name: 'Settings' }).click()
  await ann.page.getByRole('button', { name: 'Sign out' }).click()
  await ann.page.getByText('You have signed out.').waitFor()
  for (let said = 0; said < 210; said += 30)
    await Promise.all(Array.from({ length: 30 }, (_, at) => bob.broadcast(`line ${said + at}`)))
  const phone = await Person.signIn(browser, room.url, 'ann')
  await phone.page.locator('.item', { hasText: 'kept for later' }).getByText('1 unread').waitFor()
  await ann.fill()
  await ann.waitUntilLive()
  await ann.page.locator('.item', { hasText: 'kept for later' }).getByText('1 unread').waitFor()

  await phone.openConversation('bob')
  await phone.message('kept for later').waitFor()
  for (const device of [ann, phone])
    await device.page
      .locator('.item', { hasText: 'kept for later' })
      .getByText('unread')
      .waitFor({ state: 'detached' })
  await phone.page.locator('.item', { hasText: 'Everyone' }).click()
  for (const device of [ann, phone]) await titleBecomes(device.page, 'Obrol')
})

t.test(
  'two people, three rooms, two devices each: killed, offline, edited, deleted',
  {
    timeout: 180_000,
  },
  async (t) => {
    const { url, kill, start } = await killable(t)
    const ann = await Person.join(browser, url, 'ann')
    const bob = await Person.join(browser, url, 'bob')
    const rooms = ['Tea', 'Trains', 'Garden']
    for (const title of rooms) {
      await ann.makeRoom(title)
      await ann.send(`welcome to ${title}`)
      await ann.message(`welcome to ${title}`).waitFor()
      await bob.page.goto(`${url}/#room/${title.toLowerCase()}`)
      await bob.page.getByRole('button', { name: 'Join' }).click()
      await bob.message(`welcome to ${title}`).waitFor()
    }
    const annsPhone = await Person.signIn(browser, url, 'ann')
    const bobsPhone = await Person.signIn(browser, url, 'bob')
    const everywhere = [ann, bob, annsPhone, bobsPhone]
    const inRoom = async (title: string, people = everywhere) => {
      for (const { page } of people) {
        await page.goto(`${url}/#room/${title.toLowerCase()}`)
        await page.locator('.conversation-title h2', { hasText: title }).waitFor()
      }
    }
    await inRoom('Tea')
    await bob.send('green or black?')
    await ann.message('green or black?').waitFor()

    // Bob's phone is away while messages are edited and deleted, and while the server is killed.
    await bobsPhone.message('green or black?').waitFor()
    await bobsPhone.context.setOffline(true)
    await ann.tool('welcome to Tea', 'Edit')
    await ann.send('welcome to the Tea room')
    await bob.message('welcome to the Tea room').waitFor()
    await bob.tool('green or black?', 'Delete')
    await bob.page.locator('.dialog .danger').click()
    await annsPhone.page.locator('.deleted').waitFor()
    await annsPhone.tool('welcome to the Tea room', 'React')
    await annsPhone.page.getByRole('button', { name: 'React with 👍' }).click()
    await bob.page.getByRole('button', { name: '👍 1: ann' }).waitFor()

    await kill()
    await ann.page.getByText('The connection is lost.', { exact: true }).waitFor()
    await ann.send('said while it was gone')
    await ann.page.locator('.pending, .failed').waitFor()
    await start()
    await bobsPhone.context.setOffline(false)
    for (const { page } of everywhere) {
      await page.evaluate(() => dispatchEvent(new Event('online')))
      await page.locator('.sidebar-foot .is-online').waitFor({ state: 'attached' })
    }
    for (const person of everywhere) {
      await person.message('said while it was gone').waitFor()
      await person.message('welcome to the Tea room').waitFor()
      await person.page.locator('.deleted').waitFor()
      await person.page.getByRole('button', { name: '👍 1: ann' }).waitFor()
      t.strictSame(await person.messages(), ['welcome to the Tea room', 'said while it was gone'])
    }
    t.equal(await ann.page.locator('.pending, .failed').count(), 0)

    // What is read on one device is read on the other.
    await inRoom('Trains', [bob, bobsPhone])
    await ann.page.goto(`${url}/#room/garden`)
    await ann.send('@bob come and see')
    for (const { page } of [bob, bobsPhone]) {
      const item = page.locator('.item', { hasText: 'Garden' })
      await item.getByText('mentions you').waitFor({ state: 'attached' })
    }
    await bob.page.goto(`${url}/#room/garden`)
    await bob.message('@bob come and see').waitFor()
    await bobsPhone.page
      .locator('.item', { hasText: 'Garden' })
      .getByText('unread')
      .waitFor({ state: 'detached' })
    for (const { consoleErrors } of everywhere) t.strictSame(consoleErrors, [])
  },
)

/** A server in a process of its own, which keeps its address when it is started again. */
async function killable(t: Test) {
  const folder = await temporaryFolder(t)
  const script = fileURLToPath(new URL('support/serve-page.ts', import.meta.url))
  let port = '0'
  let server: CommandProcess
  const start = async () => {
    const env = { PORT: port, PAGE_FOLDER: webAppDirectory }
    server = new CommandProcess({ folder, args: [script], env })
    const url = await server.listening()
    port = new URL(url).port
    return url
  }
  t.teardown(() => server.end('SIGKILL'))
  const url = await start()
  return { url, kill: () => server.end('SIGKILL'), start }
}
