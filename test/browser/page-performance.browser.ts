import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { type Guest, openRoom } from '../support/room.ts'
import { openChromium } from './chromium.ts'
import { buildPage, Person } from './support/page.ts'

/** Of the page's scripts and styles, gzipped, in bytes. */
const maxPageBytes = 120 * 1024

const webAppDirectory = await buildPage(t)
const browser = await openChromium(t)
const tuning = { http: { webAppDirectory } }

t.test('the size of the page', async (t) => {
  const assets = join(webAppDirectory, 'assets')
  let all = 0
  for (const name of (await readdir(assets)).filter((name) => /\.(js|css)$/.test(name))) {
    const packed = gzipSync(await readFile(join(assets, name)), { level: 9 }).length
    t.comment(`${name}: ${packed} bytes packed`)
    all += packed
  }
  t.comment(`all: ${all} bytes packed`)
  t.ok(all < maxPageBytes)
  t.notMatch(
    await readFile(join(webAppDirectory, 'index.html'), 'utf8'),
    /<style|<script(?![^>]* src=)| style=| on\w+=/,
  )
})

t.test('the page’s loading time', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  const bob = await room.register('bob')
  await Promise.all(Array.from({ length: 200 }, (_, at) => bob.broadcast(`message ${at}`)))
  // Records the long tasks from the beginning.
  await ann.context.addInitScript(() => {
    const tasks: number[] = []
    Object.assign(window, { tasks })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration)
    }).observe({ type: 'longtask', buffered: true })
  })
  await ann.page.reload()
  await ann.waitUntilLive()
  await ann.page.locator('.message').first().waitFor()
  const { firstPaint, tasks } = await ann.page.evaluate(() => ({
    firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
    tasks: (window as unknown as { tasks: number[] }).tasks,
  }))
  const blockedMs = tasks.reduce((all, ms) => all + Math.max(0, ms - 50), 0)
  t.comment(
    `first contentful paint: ${Math.round(firstPaint)} ms; blocked: ${Math.round(blockedMs)} ms`,
  )
  t.ok(firstPaint < 10_000)
})

t.test('screenshots', { timeout: 120_000 }, async (t) => {
  const folder = process.env.SCREENSHOTS ?? t.testdir({})
  await mkdir(folder, { recursive: true })
  const room = await openRoom(t, { tuning })
  const guests = new Map<string, Guest>()
  for (const name of ['Sari', 'budi', 'Wayan', 'Мария', 'نور'])
    guests.set(name, await room.join(name))
  const wide = { viewport: { width: 1180, height: 760 }, reducedMotion: 'reduce' as const }
  const ann = await Person.open(browser, room.url, 'Ann', wide)
  const shoot = async (person: Person, name: string) => {
    const path = join(folder, `${name}.png`)
    t.ok((await person.page.screenshot({ path, animations: 'disabled' })).length > 5000, name)
  }
  await shoot(ann, 'sign-in')
  await ann.page.getByRole('button', { name: 'Create account' }).click()
  await ann.fill()
  await ann.waitUntilLive()
  await shoot(ann, 'room-empty')
  const say = async (name: string, text: string) => {
    await guests.get(name)?.broadcast(text)
    await ann.message(text).waitFor()
  }
  await say('budi', 'Selamat pagi semuanya! Kopi sudah siap di dapur.')
  await say('budi', 'Rapat jam sepuluh, ya?')
  await say('Sari', 'Morning! Here are my notes of yesterday: https://example.org/notes/11-23')
  await say('نور', 'صباح الخير، سأنضم بعد قليل.')
  await ann.send('Good morning! Ten works for me.\nI will bring the figures of last week.')
  await say('Wayan', 'Does anyone know whether the printer on the second floor works again?')
  await ann.send('It does, since yesterday.')
  await ann.message('It does, since yesterday.').waitFor()
  await guests.get('budi')?.direct('Ann', 'Do you have a minute?')
  await guests.get('budi')?.direct('Ann', 'It is about the figures.')
  await ann.page.locator('.badge', { hasText: '2' }).waitFor()
  await shoot(ann, 'everyone-light')
  const sari = guests.get('Sari') as Guest
  const sayInRoom = (text: string, more = {}) =>
    sari.call('POST', '/v1/rooms/launch/messages', { text, ...more })
  await sari.call('POST', '/v1/rooms', {
    name: 'launch',
    title: 'Launch in spring',
    topic: 'What is still to do',
    access: 'private',
  })
  for (const name of ['Wayan', 'budi', 'Ann'])
    await sari.call('PUT', `/v1/rooms/launch/members/${name}`, { role: 'moderator' })
  const { body } = await sayInRoom('Shall we meet on Friday?')
  await guests.get('Wayan')?.call('POST', '/v1/rooms/launch/messages', { text: 'Fine with me.' })
  for (const name of ['Wayan', 'budi'])
    await guests.get(name)?.call('PUT', `/v1/messages/${body.id}/reactions/❤️`)
  const wrong = await sayInRoom('At nien')
  await sari.call('DELETE', `/v1/messages/${wrong.body.id}`)
  await sayInRoom('At nine, if @Ann can come that early.', { replyTo: body.id })
  await ann.openConversation('Launch in spring')
  await ann.page.locator('.quote').waitFor()
  await ann.page.locator('.badge.at').waitFor({ state: 'detached' })
  await shoot(ann, 'room-light')
  await ann.message('Fine with me.').hover()
  await ann.page.locator('.message-tools').waitFor()
  await shoot(ann, 'tools-light')
  await ann.page.emulateMedia({ colorScheme: 'dark' })
  await ann.page.locator('#composer').pressSequentially('Nine it is. @w')
  await ann.page.locator('.mentions .item').waitFor()
  await shoot(ann, 'room-dark')
  await ann.page.locator('.about-button').click()
  await ann.page.locator('.member').nth(3).waitFor()
  await shoot(ann, 'members-dark')
  await ann.page.keyboard.press('Escape')
  await ann.openConversation('budi')
  await ann.send('Of course. Now?')
  await ann.message('Of course. Now?').waitFor()
  await shoot(ann, 'person-dark')

  const narrow = {
    viewport: { width: 390, height: 780 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
  }
  const storageState = await ann.context.storageState()
  const phone = await Person.open(browser, room.url, 'Ann', {
    ...narrow,
    storageState,
    locale: 'id-ID',
  })
  await phone.waitUntilLive()
  await phone.message('It does, since yesterday.').waitFor()
  await shoot(phone, 'phone-everyone')
  await phone.page.goto(`${room.url}/#room/launch`)
  await phone.page.locator('.quote').waitFor()
  await shoot(phone, 'phone-room')
  await phone.page.goto(`${room.url}/#people`)
  await shoot(phone, 'phone-list')
  await phone.page.emulateMedia({ colorScheme: 'dark' })
  await phone.page.goto(`${room.url}/#with/budi`)
  await phone.message('Of course. Now?').waitFor()
  await shoot(phone, 'phone-person-dark')
  await room.stop()
  await phone.page.getByText('Sambungan terputus.').waitFor()
  await shoot(phone, 'phone-lost')
})
