import { fileURLToPath } from 'node:url'
import t from 'tap'
import { holds, words } from './support/books.ts'
import { within } from './support/deadline.ts'
import { openChains, settle } from './support/fleet.ts'
import { arrived, holdWrites } from './support/hold.ts'
import { Load } from './support/load.ts'
import { openSite } from './support/site.ts'

// What these tests do most is wait for processes to start.
t.jobs = 3

const mortal = fileURLToPath(new URL('support/mortal-threads.ts', import.meta.url))
const args = [mortal, 'serve']

/** In the middle of a commit, wherever that is; or while everyone waits for one. */
const deaths = [
  { thread: 'obrol-writer', held: false },
  { thread: 'obrol-writer', held: true },
  { thread: 'obrol-reader', held: true },
]

for (const { thread, held } of deaths) {
  const when = held ? 'while 64 calls wait' : 'under load'
  t.test(`${thread} dies ${when}: everyone gets an answer, and the process ends`, async (t) => {
    const site = await openSite(t, { args, env: { MORTAL: thread } })
    const people = await site.registerAll('ann', 'bob')
    const chains = openChains(t, site, people)
    const load = new Load(site, { people, lanes: 64, directEvery: 5, keylessEvery: 2 }).start()
    await load.more(200)
    const release = held ? holdWrites(t, site) : () => {}
    if (held) await arrived(site)

    const { process } = site
    const waiting = [...load.inFlight].map((act) => ({ act, attempt: act.outcomes.length }))
    const start = performance.now()
    const answered = () => waiting.every(({ act, attempt }) => act.outcomes.length > attempt)
    process.signal('SIGWINCH')
    // Not sooner, or the writer could be done with them before the thread is gone.
    if (held) await load.until(answered, 'an answer to each of those who wait', 10_000)
    release()
    const ending = await within(10_000, 'the process to end', process.exited)
    const ms = Math.round(performance.now() - start)
    t.match(ending, { code: 1, signal: null, stderr: '' }, 'the process says that it failed')
    t.match(ending.stdout, /"event":"store failed"/, 'and why')

    await site.start()
    await load.until(answered, 'all who waited to know')
    const answers = waiting.map(({ act, attempt }) => act.outcomes[attempt] as string)
    const others = answers.filter((answer) => !/^[24]|^503/.test(answer))
    // Under load some of the requests are still on their way to the server when it closes.
    if (held) {
      t.same(others, [], 'each of those who waited was answered')
      t.ok(load.count('503 outcome-unknown') > 0, 'the thread died in the middle of its work')
    }
    await load.more(100)
    await load.stop()
    const log = await settle(site, chains)
    const aside = { waiting: waiting.length, 'without answer': others.length, 'ms to the end': ms }
    holds(t, log, load, chains, words(aside))
    for (const { resets, newEpochs } of chains) {
      t.same(resets, [], 'no cursor was ever refused')
      t.equal(newEpochs.length, 1, 'the start is told of once')
    }
  })
}
