import t from 'tap'
import { openRoom } from '../support/room.ts'
import { openChromium } from './chromium.ts'
import { buildPage, Person } from './support/page.ts'

const webAppDirectory = await buildPage(t)
const browser = await openChromium(t)
const tuning = { http: { webAppDirectory } }

t.test('messages are edited, answered, reacted to and deleted, with the mouse', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  const bob = await Person.join(browser, room.url, 'bob')
  await ann.send('Lunch at noon?')
  await bob.message('Lunch at noon?').waitFor()

  await bob.tool('Lunch at noon?', 'React')
  await bob.page.getByRole('button', { name: 'React with 👍' }).click()
  await ann.page.getByRole('button', { name: '👍 1: bob' }).click()
  await bob.page.getByRole('button', { name: '👍 2: bob, ann', pressed: true }).click()
  await ann.page.getByRole('button', { name: '👍 1: ann', pressed: true }).waitFor()

  await bob.tool('Lunch at noon?', 'Reply')
  await bob.page.getByText('Reply to').waitFor()
  await bob.send('Yes.')
  await ann.page.locator('.quote', { hasText: 'Lunch at noon?' }).waitFor()

  await ann.page.locator('#composer').fill('a draft')
  await ann.tool('Lunch at noon?', 'Edit')
  t.equal(await ann.page.locator('#composer').inputValue(), 'Lunch at noon?')
  await ann.send('Lunch at one?')
  await bob.message('Lunch at one?').waitFor()
  await bob.page.locator('.quote', { hasText: 'Lunch at one?' }).waitFor()
  await bob.page.locator('.bubble time', { hasText: 'edited' }).waitFor()
  t.equal(await ann.page.locator('#composer').inputValue(), 'a draft', 'the draft is kept')
  t.equal(await bob.page.locator('.message').count(), 2)
  t.equal(await bob.page.getByRole('button', { name: 'Edit', exact: true }).count(), 0)

  await ann.tool('Lunch at one?', 'Delete')
  await ann.page.getByText('Delete this message?').waitFor()
  await ann.page.locator('.dialog .danger').click()
  for (const person of [ann, bob]) {
    await person.page.locator('.deleted').waitFor()
    t.equal(await person.page.locator('.reaction').count(), 0)
    t.equal(await person.page.getByText('Lunch at one?').count(), 0, 'nor in the answer')
  }
  t.strictSame([...ann.consoleErrors, ...bob.consoleErrors], [])
})

t.test('the same with the keyboard alone', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  const { keyboard } = ann.page
  await ann.send('first')
  await ann.send('secnod')
  await ann.message('secnod').waitFor()
  await ann.page.locator('#composer').press('ArrowUp')
  await ann.page.getByText('Edit your message').waitFor()
  t.equal(await ann.page.locator('#composer').inputValue(), 'secnod')
  await ann.send('second')
  await ann.message('second').waitFor()

  await ann.page.locator('#messages').focus()
  await keyboard.press('ArrowUp')
  await keyboard.press('ArrowUp')
  t.equal(
    await ann.page.evaluate(() => document.activeElement?.querySelector('.text')?.textContent),
    'first',
  )
  await ann.page.locator('.message-tools').waitFor()
  await keyboard.press('Enter')
  await ann.page.locator('.dialog').waitFor()
  await ann.page.getByRole('button', { name: 'React with ☕' }).press('Enter')
  await ann.page.getByRole('button', { name: '☕ 1: ann' }).waitFor()
  t.ok(
    await ann.page.evaluate(() => document.activeElement?.matches('.message')),
    'the focus is back on the message',
  )
  await keyboard.press('Enter')
  await ann.page.locator('.dialog').getByRole('button', { name: 'Delete' }).press('Enter')
  await ann.page.locator('.dialog .danger').press('Enter')
  await ann.page.locator('.deleted').waitFor()
  t.strictSame(ann.consoleErrors, [])
})

t.test('a finger that rests on a message opens what can be done with it', async (t) => {
  const room = await openRoom(t, { tuning })
  const bob = await room.register('bob')
  await bob.broadcast('press here')
  const ann = await Person.join(browser, room.url, 'ann', {
    viewport: { width: 390, height: 780 },
    hasTouch: true,
    isMobile: true,
  })
  const bubble = await ann.page.locator('.bubble').boundingBox()
  const at = { x: (bubble?.x ?? 0) + 20, y: (bubble?.y ?? 0) + 40 }
  const devtools = await ann.context.newCDPSession(ann.page)
  const touch = (type: 'touchStart' | 'touchEnd', ...touchPoints: (typeof at)[]) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints })
  await touch('touchStart', at)
  await ann.page.locator('.dialog').waitFor()
  await touch('touchEnd')
  await ann.page.getByRole('button', { name: 'Reply' }).click()
  await ann.send('pressed')
  await ann.message('pressed').waitFor()
  t.equal(await ann.page.locator('.dialog').count(), 0)
  t.strictSame(ann.consoleErrors, [])
})

t.test('mentions are completed and marked; typing is shown', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  const bob = await Person.join(browser, room.url, 'Bob.the-builder')
  await ann.makeRoom('Works')
  await ann.page.locator('.conversation-title h2', { hasText: 'Works' }).waitFor()
  await bob.page.goto(`${room.url}/#room/works`)
  await bob.page.getByRole('button', { name: 'Join' }).click()
  await bob.page.locator('#composer').waitFor()
  await ann.page.getByText('2 members').waitFor()

  const composer = ann.page.locator('#composer')
  await composer.pressSequentially('hello @bo')
  await bob.page.getByText('is typing…').first().waitFor()
  await ann.page.getByRole('option', { name: 'Bob.the-builder' }).waitFor()
  await composer.press('Enter')
  t.equal(await composer.inputValue(), 'hello @Bob.the-builder ')
  await bob.page.goto(`${room.url}/#`)
  await composer.press('Enter')
  const item = bob.page.locator('.item', { hasText: 'Works' })
  await item.getByText('mentions you').waitFor({ state: 'attached' })
  await item.click()
  await bob.page.locator('.mention.is-me', { hasText: '@Bob.the-builder' }).waitFor()
  await item.getByText('mentions you').waitFor({ state: 'detached' })
  await bob.page.getByText('is typing…').waitFor({ state: 'detached' })

  await composer.fill('@')
  await ann.page.locator('.mentions .item').waitFor()
  await composer.press('Escape')
  await ann.page.locator('.mentions .item').waitFor({ state: 'detached' })
  t.strictSame([...ann.consoleErrors, ...bob.consoleErrors], [])
})

t.test(
  'notifications of direct messages and mentions, once the user has turned them on',
  async (t) => {
    const room = await openRoom(t, { tuning })
    const bob = await room.join('bob')
    const before = () => {
      const shown: string[] = []
      class Recorder extends EventTarget {
        static permission = 'default'
        constructor(title: string, { body }: { body: string }) {
          super()
          shown.push(`${title}: ${body}`)
        }
        static async requestPermission() {
          Recorder.permission = 'granted'
          return 'granted'
        }
      }
      Object.assign(window, { Notification: Recorder, shown })
    }
    const ann = await Person.join(browser, room.url, 'ann', { before })
    const shown = () => ann.page.evaluate(() => (window as unknown as { shown: string[] }).shown)
    await bob.direct('ann', 'not yet')
    await ann.page.locator('.item', { hasText: 'not yet' }).waitFor()
    await ann.page.getByRole('button', { name: 'Settings' }).click()
    await ann.page.getByRole('button', { name: 'Turn on' }).click()
    await ann.page.getByRole('button', { name: 'Turn off' }).waitFor()
    await ann.page.keyboard.press('Escape')
    await bob.broadcast('to all')
    await bob.broadcast('seen at once, @ann')
    await bob.direct('ann', 'psst')
    await ann.page.waitForFunction(
      () => (window as unknown as { shown: string[] }).shown.length > 0,
    )
    t.strictSame(await shown(), ['bob: psst'], 'what is on the screen needs none')

    await ann.openConversation('bob')
    await ann.page.getByRole('button', { name: 'Mute' }).click()
    await ann.page.getByRole('button', { name: 'Muted' }).waitFor()
    await ann.page.locator('.item', { hasText: 'Everyone' }).click()
    await bob.direct('ann', 'muted')
    await ann.page.locator('.badge.is-muted').waitFor()
    t.equal(await ann.page.title(), 'Obrol', 'nor is it counted in the title')
    t.strictSame(ann.consoleErrors, [])
  },
)
