import t from 'tap'
import { openRoom } from '../support/room.ts'
import { openChromium } from './chromium.ts'
import { buildPage, Person } from './support/page.ts'

const webAppDirectory = await buildPage(t)
const browser = await openChromium(t)
const tuning = { http: { webAppDirectory } }

t.test('a room is made, found, joined and left', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  const bob = await Person.join(browser, room.url, 'bob')
  await ann.makeRoom('Tea & biscuits', { topic: 'Leaves and kettles' })
  await ann.page.getByText('Welcome to').waitFor()
  await ann.send('Is the kettle on?')
  await ann.message('Is the kettle on?').waitFor()

  await bob.page.getByRole('button', { name: 'Rooms' }).click()
  await bob.page.locator('#find').fill('te')
  await bob.page.locator('.dialog .item', { hasText: 'Leaves and kettles' }).click()
  await bob.page.getByText('Join to read and write here.').waitFor()
  t.equal(await bob.page.locator('#composer').count(), 0)
  await bob.page.getByRole('button', { name: 'Join' }).click()
  await bob.message('Is the kettle on?').waitFor()
  await bob.send('It is.')
  await ann.message('It is.').waitFor()
  await ann.page.getByText('2 members · Leaves and kettles').waitFor()

  await bob.page.locator('.about-button').click()
  await bob.page.getByRole('button', { name: 'Leave' }).click()
  await bob.page.locator('.dialog .danger', { hasText: 'Leave' }).click()
  await bob.page.getByRole('button', { name: 'Join' }).waitFor()
  t.equal(await bob.page.locator('.item', { hasText: 'Tea' }).count(), 0, 'it is off the list')
  await ann.page.getByText('1 member ·').waitFor()

  await bob.page.getByRole('button', { name: 'Rooms' }).click()
  await bob.page.getByRole('button', { name: 'Make a room' }).click()
  await bob.page.locator('#room-title').fill('TEA & biscuits')
  await bob.page.locator('#room-title').press('Enter')
  await bob.page.getByText('There is a room with this name already').waitFor()
  t.strictSame([...ann.consoleErrors, ...bob.consoleErrors], [])
})

t.test('a private room: adding, roles, removing, banning, changing and deleting', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  const bob = await Person.join(browser, room.url, 'bob')
  await room.register('cid')
  await ann.makeRoom('Plans', { isPrivate: true })
  await bob.page.goto(`${room.url}/#room/plans`)
  await bob.page.getByText('There is no such room, or it is private.').waitFor()

  const dialog = ann.page.locator('.dialog')
  const member = (name: string) => dialog.locator('.member', { hasText: name })
  await ann.page.locator('.about-button').click()
  await dialog.getByRole('button', { name: 'Add someone' }).click()
  await dialog.locator('.add-member .item', { hasText: 'bob' }).click()
  await member('bob').getByText('Member', { exact: true }).waitFor()
  await bob.page.locator('#composer').waitFor()
  await dialog.locator('#find').fill('nobody')
  await dialog.locator('#find').press('Enter')
  await dialog.getByText('Nobody has this name.').waitFor()
  await dialog.locator('#find').fill('cid')
  await dialog.locator('#find').press('Enter')
  await member('cid').waitFor()

  await member('bob').getByRole('button').click()
  await dialog.getByRole('button', { name: 'Make moderator' }).click()
  await member('bob').getByText('Moderator', { exact: true }).waitFor()
  await bob.page.locator('.about-button').click()
  await bob.page.locator('.dialog .member', { hasText: 'cid' }).getByRole('button').click()
  await bob.page.getByRole('button', { name: 'Ban', exact: true }).click()
  await bob.page.locator('.dialog .danger', { hasText: 'Ban' }).click()
  await member('cid').waitFor({ state: 'detached' })
  await bob.page.locator('.about-button').click()
  const ban = bob.page.locator('.dialog .item', { hasText: 'by ⁨bob⁩' })
  await ban.waitFor()
  await bob.page.getByRole('button', { name: 'Lift the ban' }).click()
  await ban.waitFor({ state: 'detached' })
  await bob.page.keyboard.press('Escape')

  await dialog.getByRole('button', { name: 'Change this room' }).click()
  await dialog.locator('#room-title').fill('Plans for spring')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await bob.page.locator('.conversation-title h2', { hasText: 'Plans for spring' }).waitFor()
  await dialog.getByRole('button', { name: 'Change this room' }).click()
  await dialog.getByRole('button', { name: 'Archive this room' }).click()
  await bob.page.getByText('This room is archived: nobody can write here.').waitFor()
  await dialog.getByRole('button', { name: 'Take it out of the archive' }).click()
  await bob.page.locator('#composer').waitFor()
  await dialog.getByRole('button', { name: 'Delete this room' }).click()
  await dialog.locator('.danger').click()
  await bob.page.getByText('There is no such room, or it is private.').waitFor()
  t.strictSame([...ann.consoleErrors, ...bob.consoleErrors], [])
})

t.test('long names and texts fit a phone’s screen', async (t) => {
  const room = await openRoom(t, { tuning })
  const long = `${'Wolfeschlegelstein'.repeat(2).slice(0, 32)}`
  const title = 'Donaudampfschifffahrtsgesellschaftskapitaen'.padEnd(80, 'x')
  const bob = await room.join(long)
  await bob.call('POST', '/v1/rooms', { name: 'long', title, topic: 'y'.repeat(500) })
  const ann = await Person.join(browser, room.url, 'ann', {
    viewport: { width: 360, height: 640 },
  })
  await bob.call('PUT', '/v1/rooms/long/members/ann', {})
  const { body } = await bob.call('POST', '/v1/rooms/long/messages', { text: 'z'.repeat(900) })
  await bob.call('POST', '/v1/rooms/long/messages', {
    text: `@ann ${'w'.repeat(99)}`,
    replyTo: body.id,
  })
  const fits = async (view: string) =>
    t.equal(
      await ann.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      0,
      view,
    )
  await ann.page.goto(`${room.url}/#people`)
  await ann.page.locator('.item .badge').first().waitFor()
  await fits('the list')
  await ann.page.locator('.item', { hasText: 'Donau' }).click()
  await ann.page.locator('.quote').waitFor()
  await fits('the room')
  await ann.page.locator('.about-button').click()
  await ann.page.locator('.member').nth(1).waitFor()
  await fits('its members')
  const dialog = ann.page.locator('.dialog')
  t.equal(await dialog.evaluate((each) => each.scrollWidth - each.clientWidth), 0)
})
