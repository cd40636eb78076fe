import t from 'tap'
import { holds, words } from './support/books.ts'
import { full } from './support/deadline.ts'
import { connections, openChains, settle } from './support/fleet.ts'
import { Load } from './support/load.ts'
import { openSite } from './support/site.ts'

const restarts = full ? 10 : 2
const graceMs = 3_000
t.setTimeout(full ? 200_000 : 100_000)

t.test('plain restarts are nobody’s exit, and no cursor’s end', async (t) => {
  const site = await openSite(t, { env: { PRESENCE_GRACE_MS: `${graceMs}` } })
  const names = ['ann', 'bob', 'cid', 'dan'] as const
  const people = await site.registerAll(...names)
  const chains = openChains(t, site, people, { obedient: true })
  const [ann, bob, cid, dan] = chains
  const everyone = () => chains.every(({ online }) => online.size === names.length)
  await Promise.all(chains.map((chain) => chain.until(everyone, 'everyone to see everyone')))
  const told = chains.map(({ presence }) => presence.length)

  const load = new Load(site, { people, lanes: 2, directEvery: 3 }).start()
  const downtimes: number[] = []
  for (let restart = 0; restart < restarts; restart++) {
    await load.more(20)
    const signal = restart % 2 === 0 ? 'SIGTERM' : 'SIGKILL'
    const start = Date.now()
    const ending = await site.stop(signal)
    if (signal === 'SIGTERM') t.equal(ending.code, 0, ending.stderr)
    await site.start()
    downtimes.push(Date.now() - start)
    await Promise.all(chains.map((chain) => chain.come('ready', restart + 2)))
    for (const { online } of chains) t.same([...online].sort(), names)
  }
  await load.more(20)
  await load.stop()

  for (const { byes } of chains) {
    t.ok(byes.length >= Math.ceil(restarts / 2), `${byes.length} times bye`)
    for (const { reason, retryMs } of byes) {
      t.equal(reason, 'shutting-down')
      t.ok((retryMs as number) <= graceMs / 2, `reconnect in ${retryMs} ms`)
    }
  }
  t.equal(load.count('503 unavailable'), 0, 'no request was refused for a restart')

  // The one who really goes is told of; had anyone else been missed, that would have come before.
  await dan.close()
  const others = [ann, bob, cid]
  await Promise.all(
    others.map((chain) => chain.until(() => !chain.online.has('dan'), 'dan to leave')),
  )
  for (const [at, { presence }] of others.entries()) {
    t.same(presence.slice(told[at]), [{ joined: [], left: ['dan'], onlineCount: 3 }])
  }
  dan.open()
  const log = await settle(site, chains)
  const aside = { restarts, 'ms down': Math.max(...downtimes), streams: connections(chains) }
  holds(t, log, load, chains, words(aside))
  for (const { resets, newEpochs } of chains) {
    t.same(resets, [], 'no cursor was ever refused')
    t.equal(newEpochs.length, restarts, 'each start is told of once')
  }
})
