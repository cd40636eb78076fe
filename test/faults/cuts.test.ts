import t from 'tap'
import { holds, words } from './support/books.ts'
import type { Chain } from './support/chain.ts'
import { full } from './support/deadline.ts'
import { connections, openChains, settle } from './support/fleet.ts'
import { Load } from './support/load.ts'
import { openSite } from './support/site.ts'

const cuts = full ? 1_000 : 40
t.setTimeout(full ? 300_000 : 100_000)

t.test('streams cut at random bytes go on where they were', async (t) => {
  const site = await openSite(t)
  const people = await site.registerAll('ann', 'bob')
  // From the first byte of the head to far into the messages, and as often here as there.
  const anywhere = () => Math.ceil(65_536 ** Math.random())
  const cutAfter = (): number | undefined => (connections(chains) <= cuts ? anywhere() : undefined)
  const chains: Chain[] = openChains(t, site, [...people, ...people, ...people, ...people], {
    cutAfter,
  })
  const load = new Load(site, {
    people,
    lanes: 8,
    filler: '🐟 über '.repeat(15),
    directEvery: 4,
    keylessEvery: 7,
  }).start()
  const goal = cuts + chains.length
  await Promise.all(
    chains.map((chain) => chain.until(() => connections(chains) >= goal, 'cuts', 200_000)),
  )
  await load.stop()
  const log = await settle(site, chains)
  holds(t, log, load, chains, words({ cuts: connections(chains) - chains.length }))
  for (const { resets, newEpochs } of chains) {
    t.same([resets, newEpochs], [[], []], 'no cursor was ever refused')
  }
})
