import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { displayText } from '../../src/web/text/display-text.ts'
import { openRoom } from '../support/room.ts'
import { openChromium } from './chromium.ts'
import { buildPage, Person } from './support/page.ts'

const webAppDirectory = await buildPage(t)
const browser = await openChromium(t)
const tuning = { http: { webAppDirectory } }
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const attacks = [
  '<script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 2">',
  '<svg onload="window.hacked = 3"><a href="javascript:window.hacked=4">x</a></svg>',
  'javascript:window.hacked=5',
  '[x](javascript:window.hacked=6) **bold** &lt;b&gt; &#x3c;b&#x3e;',
  'https://example.org/"onmouseover="window.hacked=7',
  '{{constructor.constructor("window.hacked=8")()}} #{window.hacked=9}',
  '\u202egnp.exe\u202c \u2067x\u2069 z\u0300\u0301\u0302\u0303\u0304\u0305',
]

t.test('messages and names are shown as text, never as markup', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  const bob = await room.join('bob')
  const expected = attacks.map(displayText)
  for (const attack of attacks) {
    await bob.broadcast(attack)
    await bob.direct('ann', attack)
  }
  await ann.message(expected.at(-1) as string).waitFor()
  t.strictSame(await ann.messages(), expected)
  await ann.openConversation('bob')
  await ann.message(expected.at(-1) as string).waitFor()
  t.strictSame(await ann.messages(), expected)
  const inside = ann.page.locator('.text :not(a)')
  t.equal(await inside.count(), 0, 'a text has no elements but links')
  for (const link of await ann.page.locator('.text a').all()) {
    t.match(await link.getAttribute('href'), /^https?:\/\/example\.org\//)
    t.equal(await link.getAttribute('rel'), 'noopener noreferrer nofollow ugc')
    t.strictSame(await link.evaluate((a) => a.getAttributeNames().sort()), [
      'href',
      'rel',
      'target',
    ])
  }
  t.equal(await ann.page.evaluate('window.hacked'), undefined)
  t.strictSame(ann.consoleErrors, [])

  await ann.page.goto(`${room.url}/#with/${encodeURIComponent('<img src=x onerror=alert(1)>')}`)
  await ann.page.getByText('Nobody has this name.').waitFor()
  t.equal(await ann.page.locator('img').count(), 0)
})

t.test('the content security policy blocks injected code', async (t) => {
  const room = await openRoom(t, { tuning })
  const ann = await Person.join(browser, room.url, 'ann')
  t.strictSame(ann.consoleErrors, [], 'the page itself does not violate it')
  const broken = await ann.page.evaluate(async () => {
    const broken: string[] = []
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      broken.push(effectiveDirective)
    })
    const script = document.createElement('script')
    script.textContent = 'window.hacked = 1'
    const away = document.createElement('script')
    away.src = 'https://example.org/x.js'
    const box = document.createElement('div')
    box.innerHTML =
      '<b onclick="window.hacked = 2" style="color:red">x</b><iframe src="/docs"></iframe>'
    document.body.append(script, away, box)
    box.querySelector('b')?.click()
    await fetch('https://example.org/').catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 100))
    return broken.sort()
  })
  for (const directive of [
    'script-src-elem',
    'script-src-attr',
    'style-src-attr',
    'frame-src',
    'connect-src',
  ])
    t.ok(broken.includes(directive), directive)
  t.equal(await ann.page.evaluate('window.hacked'), undefined)
})

t.test(
  'axe finds no violations, light and dark, wide and narrow',
  { timeout: 180_000 },
  async (t) => {
    const room = await openRoom(t, { tuning, settings: { messageMaxChars: 300 } })
    const bob = await room.join('bob')
    const ann = await Person.open(browser, room.url, 'ann')
    // Without the server's limits the page sends messages that are refused.
    await ann.page.route('**/openapi.json', (route) => route.abort())
    await ann.page.reload()
    await ann.page.emulateMedia({ reducedMotion: 'reduce' })
    await inLightAndDark(t, ann.page, 'signing in')
    await ann.page.getByRole('button', { name: 'Create account' }).click()
    await ann.page.getByRole('button', { name: 'Create account' }).click()
    await inLightAndDark(t, ann.page, 'creating an account, with an error')
    await ann.fill()
    await ann.waitUntilLive()
    await inLightAndDark(t, ann.page, 'the empty room')
    await bob.broadcast('see https://example.org')
    await bob.broadcast(`${'a long text\n'.repeat(22)}`)
    await bob.direct('ann', 'hi')
    await ann.send('an answer')
    await ann.send('x'.repeat(301))
    await ann.page.locator('.failed').waitFor()
    await ann.page.locator('.item .badge').waitFor()
    await ann.page.locator('#composer').fill('x'.repeat(4_001))
    await inLightAndDark(t, ann.page, 'the room, with a text that is too long')
    await ann.openConversation('bob')
    await inLightAndDark(t, ann.page, 'a person')
    await bob.broadcast('@ann hello')
    await bob.call('POST', '/v1/rooms', { name: 'tea', topic: 'Leaves' })
    await ann.page.getByRole('button', { name: 'People' }).click()
    await inLightAndDark(t, ann.page, 'people')
    await ann.page.keyboard.press('Escape')
    await ann.page.getByRole('button', { name: 'Rooms' }).click()
    await ann.page.locator('.dialog .item').waitFor()
    await inLightAndDark(t, ann.page, 'rooms')
    await ann.page.getByRole('button', { name: 'Make a room' }).click()
    await inLightAndDark(t, ann.page, 'making a room')
    await ann.page.goto(`${room.url}/#room/tea`)
    await ann.page.reload()
    await ann.page.getByRole('button', { name: 'Join' }).waitFor()
    await inLightAndDark(t, ann.page, 'a room that is not joined')
    await ann.page.getByRole('button', { name: 'Join' }).click()
    await ann.send('tea?')
    await ann.message('tea?').hover()
    await ann.page.locator('.message-tools').waitFor()
    await inLightAndDark(t, ann.page, 'a message under the mouse')
    await ann.page.getByRole('button', { name: 'Reply', exact: true }).click()
    await ann.page.locator('#composer').pressSequentially('@b')
    await ann.page.locator('.mentions .item').waitFor()
    await inLightAndDark(t, ann.page, 'a reply with a mention')
    await bob.call('PUT', '/v1/rooms/tea/members/ann', { role: 'owner' })
    await ann.page.locator('.about-button').click()
    await ann.page.locator('.member').nth(1).getByRole('button').click()
    await inLightAndDark(t, ann.page, 'a room’s members')
    await ann.page.getByRole('button', { name: 'Change this room' }).click()
    await inLightAndDark(t, ann.page, 'changing a room')
    await ann.page.getByRole('button', { name: 'Delete this room' }).click()
    await inLightAndDark(t, ann.page, 'a question')
    await ann.page.locator('.dialog').getByRole('button', { name: 'Cancel' }).click()
    await ann.page.locator('.messages').focus()
    await ann.page.keyboard.press('ArrowUp')
    await ann.page.keyboard.press('Enter')
    await ann.page.locator('.dialog').waitFor()
    await inLightAndDark(t, ann.page, 'what can be done with a message')
    await ann.page.keyboard.press('Escape')
    await ann.openConversation('bob')
    await ann.page.getByRole('button', { name: 'Settings' }).click()
    await inLightAndDark(t, ann.page, 'settings')
    await ann.page.keyboard.press('Escape')
    await ann.page.setViewportSize({ width: 360, height: 640 })
    await inLightAndDark(t, ann.page, 'a person on a phone')
    await ann.page.goto(`${room.url}/#people`)
    await inLightAndDark(t, ann.page, 'the list on a phone')
    t.equal(
      await ann.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      0,
      'nothing is wider than the screen',
    )
    await room.stop()
    await ann.page.goto(`${ann.page.url().split('#')[0]}#`)
    await ann.page.getByText('The connection is lost.').waitFor()
    await inLightAndDark(t, ann.page, 'a lost connection')
  },
)

async function inLightAndDark(t: Test, page: Page, view: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // Evaluated from outside, because the policy forbids a script tag.
    await page.evaluate(`typeof axe === 'undefined' && (() => { ${await source()} })()`)
    const { violations } = (await page.evaluate('axe.run()')) as AxeResults
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 150))}`,
    )
    t.strictSame(found, [], `${view}, ${colorScheme}`)
  }
}

let axeSource: string | undefined
async function source(): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  axeSource ??= await readFile(axe, 'utf8')
  return axeSource
}

t.test('the page can be used with the keyboard alone', async (t) => {
  const room = await openRoom(t, { tuning })
  const bob = await room.join('bob')
  const { page } = await Person.open(browser, room.url, 'ann')
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const focused = () =>
    page.evaluate(() => {
      const { activeElement: at } = document
      return at?.getAttribute('aria-label') ?? at?.id ?? ''
    })
  /** Presses Tab until the element has the focus. @throws {Error} if it cannot be reached */
  const reach = async (fits: () => Promise<boolean>, key = 'Tab') => {
    for (let steps = 0; steps < 40; steps++) {
      if (await fits()) return
      await press(key)
    }
    throw new Error(`not in reach of the keyboard; at ${await focused()}`)
  }
  /** The focused element when another conversation is rendered, before it is painted. */
  const focusedAtOnce = () =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          const changed = () => resolve(document.activeElement?.id)
          new MutationObserver(changed).observe(document.querySelector('main.chat') as Element, {
            childList: true,
          })
        }),
    )
  const isOn = (selector: string) => () =>
    page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, selector)

  t.equal(await focused(), 'username', 'the first field has the focus')
  await reach(isOn('.sign-in-switch .link'))
  await press('Enter')
  t.equal(await focused(), 'username')
  await page.keyboard.type('ann')
  await press('Tab')
  await page.keyboard.type('tall-ships')
  await press('Enter')
  await page.locator('.messages[aria-busy="false"]').waitFor()
  t.equal(await focused(), 'composer')
  await page.keyboard.type('first')
  await press('Shift+Enter')
  await page.keyboard.type('second')
  await press('Enter')
  await page.locator('p.text', { hasText: 'first' }).waitFor()

  await bob.direct('ann', 'over here')
  await page
    .locator('.visually-hidden[role="log"]')
    .getByText('wrote to you')
    .waitFor({ state: 'attached' })
  await reach(isOn('.item[href="#with/bob"]'), 'Shift+Tab')
  const [atOnce] = await Promise.all([focusedAtOnce(), press('Enter')])
  t.equal(atOnce, 'composer', 'the composer has the focus at once')
  await page.locator('.text', { hasText: 'over here' }).waitFor()
  await page.keyboard.type('coming')
  await press('Enter')
  await bob.stream.next('message', ({ text }) => text === 'coming')
  await bob.direct('ann', 'good')
  await page
    .locator('.visually-hidden[role="log"]')
    .getByText(': good')
    .waitFor({ state: 'attached' })

  await page.reload()
  await page.locator('.messages[aria-busy="false"]').waitFor()
  await reach(isOn('.skip'), 'Shift+Tab')
  await press('Enter')
  t.equal(await page.evaluate(() => document.activeElement?.id), 'messages')

  await reach(isOn('.settings-button'), 'Shift+Tab')
  await press('Enter')
  await reach(isOn('input[value="auto"]'))
  await press('ArrowRight', 'ArrowRight')
  t.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark')
  await reach(isOn('input[value="en"]'))
  await press('ArrowRight')
  await page.getByRole('heading', { name: 'Pengaturan' }).waitFor()
  t.equal(await page.evaluate(() => document.documentElement.lang), 'id')
  await press('Escape')
  t.ok(await isOn('.settings-button')(), 'the focus returns to the button')
  await press('Enter')
  await reach(isOn('.settings-who .button'))
  await press('Enter')
  await page.getByText('Kamu sudah keluar.').waitFor()
  t.equal(await focused(), 'username')
})
