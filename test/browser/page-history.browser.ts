import t from 'tap'
import { openRoom } from '../support/room.ts'
import { openChromium } from './chromium.ts'
import { buildPage, Person } from './support/page.ts'

const webAppDirectory = await buildPage(t)
const browser = await openChromium(t)

/** Measurements of scrolling. All times in ms. */
interface ScrollMetrics {
  frames: number
  medianMs: number
  worstMs: number
  /** How many frames took longer than 50 ms, which is visible. */
  late: number
  /** The largest movement of a visible message against the scrolling, in px. */
  jumpPx: number
}

t.test('2,000 messages of history scroll smoothly', { timeout: 90_000 }, async (t) => {
  const room = await openRoom(t, { tuning: { http: { webAppDirectory } } })
  const bob = await room.register('bob')
  const words = 'the quick brown fox jumps over the lazy dog and runs on '
  for (let done = 0; done < 2000; done += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        bob.broadcast(`${done + at + 1}: ${words.repeat(1 + ((done + at) % 5))}`),
      ),
    )
  const ann = await Person.join(browser, room.url, 'ann')
  const devtools = await ann.context.newCDPSession(ann.page)
  await devtools.send('Performance.enable')
  const metrics = await ann.page.evaluate(scrollToTheTop)
  const { metrics: devtoolsMetrics } = await devtools.send('Performance.getMetrics')
  const own = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'].map(
    (wanted) => (devtoolsMetrics.find(({ name }) => name === wanted)?.value ?? 0) * 1000,
  )
  const ownMs = own.reduce((all, ms) => all + ms, 0) / metrics.frames
  t.comment(`on the way up: ${JSON.stringify({ ...metrics, ownMs })}`)
  t.equal(await ann.page.locator('.message').count(), 2000)
  const ids = await ann.page
    .locator('.message')
    .evaluateAll((items) => items.map((item) => Number((item as HTMLElement).dataset.id)))
  t.strictSame(
    ids,
    Array.from({ length: 2000 }, (_, at) => at + 1),
  )
  t.ok(metrics.frames > 50)
  t.ok(metrics.medianMs < 34, 'the median frame takes no longer than two refreshes')
  t.ok(ownMs < 8, 'script, style and layout take less than half of a frame')
  t.ok(metrics.jumpPx <= 2, 'messages added above do not move the visible ones')

  // A new message does not move a reader who has scrolled up.
  const place = () =>
    ann.page
      .locator('.message')
      .nth(3)
      .evaluate((item) => item.getBoundingClientRect().top)
  const before = await place()
  await bob.broadcast('something new')
  await ann.message('something new').waitFor({ state: 'attached' })
  t.ok(Math.abs((await place()) - before) <= 1)
  await ann.page.locator('.item .badge', { hasText: '1' }).waitFor()
  await ann.page.getByRole('button', { name: 'To the newest' }).click()
  await ann.message('something new').waitFor()
  await ann.page.locator('.item .badge').waitFor({ state: 'detached' })
})

/** Scrolls up frame by frame to the beginning, and measures. Runs in the page. */
async function scrollToTheTop(): Promise<ScrollMetrics> {
  const log = document.querySelector('.messages') as HTMLElement
  const stepPx = 200
  const times: number[] = []
  let jumpPx = 0
  let stillFrames = 0
  let last = await frame()
  while (stillFrames < 120) {
    const middle = log.getBoundingClientRect().top + log.clientHeight / 2
    const watched = document.elementFromPoint(log.getBoundingClientRect().left + 60, middle)
    const top = watched?.getBoundingClientRect().top ?? 0
    const from = log.scrollTop
    log.scrollTop -= stepPx
    const now = await frame()
    times.push(now - last)
    last = now
    const scrolled = from - log.scrollTop
    if (watched?.isConnected && watched !== log)
      jumpPx = Math.max(jumpPx, Math.abs(watched.getBoundingClientRect().top - top - scrolled))
    const done =
      scrolled === 0 && !document.querySelector('.messages-top')?.textContent?.includes('…')
    stillFrames = done ? stillFrames + 1 : 0
  }
  times.sort((a, b) => a - b)
  return {
    frames: times.length,
    medianMs: times[times.length >> 1] as number,
    worstMs: times.at(-1) as number,
    late: times.filter((ms) => ms > 50).length,
    jumpPx,
  }

  function frame(): Promise<number> {
    return new Promise((resolve) => requestAnimationFrame(resolve))
  }
}
