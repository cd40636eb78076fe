import t from 'tap'
import { holds, words } from './support/books.ts'
import { full } from './support/deadline.ts'
import { connections, openChains, settle } from './support/fleet.ts'
import { Load } from './support/load.ts'
import { openSite } from './support/site.ts'

const kills = full ? 50 : 2
t.setTimeout(full ? 400_000 : 100_000)

t.test('a server killed under 64 posts in flight keeps its promise', async (t) => {
  const site = await openSite(t)
  const people = await site.registerAll('ann', 'bob', 'cid')
  const chains = openChains(t, site, people)
  const load = new Load(site, { people, lanes: 64, directEvery: 5, keylessEvery: 3 }).start()

  let inFlight = 0
  for (let kill = 1; kill <= kills; kill++) {
    await load.more(50 + Math.floor(Math.random() * 500))
    inFlight += load.inFlight.size
    await site.stop('SIGKILL')
    await site.start()
  }
  await load.stop()
  const log = await settle(site, chains)

  const aside = { kills, 'in flight at a kill': inFlight / kills, streams: connections(chains) }
  holds(t, log, load, chains, words(aside))
  for (const { resets, newEpochs } of chains) {
    t.same(resets, [], 'no cursor was ever refused')
    t.ok(newEpochs.length > 0 && newEpochs.length <= kills, 'each start is told of once at most')
  }
})
