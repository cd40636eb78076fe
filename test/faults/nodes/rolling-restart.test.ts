import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import { words } from '../support/books.ts'
import type { Chain } from '../support/chain.ts'
import { full } from '../support/deadline.ts'
import { connections } from '../support/fleet.ts'
import { Load } from '../support/load.ts'
import { openCluster } from './support/cluster.ts'
import { holdsOnNodes } from './support/holds-on-nodes.ts'

const streams = full ? 3_000 : 30
const graceMs = full ? 10_000 : 2_000
t.setTimeout(full ? 400_000 : 60_000)

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('three nodes are restarted one after another under load', async (t) => {
    const names = Array.from({ length: streams }, (_, at) => `person${at}`)
    const env = { PRESENCE_GRACE_MS: `${graceMs}`, HEARTBEAT_MS: full ? '5000' : '500' }
    const cluster = await openCluster(t, { people: names, env, inProcess: !full })
    const { people } = cluster
    const watching = people.slice(0, 6)
    const watchers = cluster.openChains(t, watching, { obedient: true })
    const rest = people.slice(6)
    const query = '?presence=none'
    const others = cluster.openChains(t, rest, { obedient: true, query })
    const chains = [...watchers, ...others]
    await allLive(chains)
    const all = (chain: Chain) => chain.onlineCount === streams
    await Promise.all(watchers.map((chain) => chain.until(() => all(chain), 'all to be online')))
    const published = watchers.map(({ presence }) => presence.length)

    const habits = { people: watching, lanes: 4, pauseMs: full ? 500 : 60, directEvery: 3 }
    const load = new Load(cluster.door(), habits).start()
    for (const node of cluster.nodes) {
      await load.more(20)
      const ending = await node.stop('SIGTERM')
      t.equal(ending.code, 0, ending.stderr)
      await node.start()
      await allLive(chains)
      // As docs/scaling.md says, so that no stream moves twice within one grace.
      if (full) await delay(graceMs)
    }
    await load.more(20)
    await load.stop()
    // Anyone who was missed would have left by now.
    await delay(graceMs)

    const log = await cluster.settle(chains)
    const breaks = chains.flatMap((chain) => chain.breaks)
    const byes = chains.flatMap((chain) => chain.byes)
    const aside = {
      'streams moved': breaks.length,
      'connections made': connections(chains),
      'ms until back, by tenths': tenths(breaks),
      'slowest 201 ms': Math.round(load.slowestMs),
    }
    holdsOnNodes(t, log, load, chains, words(aside))
    t.ok(breaks.length >= streams, 'each node’s streams moved')
    for (const { reason, retryMs } of byes) {
      if (reason !== 'shutting-down' || (retryMs as number) > graceMs / 2)
        t.fail(`${reason} ${retryMs}`)
    }
    for (const [at, { presence }] of watchers.entries()) {
      t.same(presence.slice(published[at]), [], 'nobody entered or left')
    }
    for (const { resets, newEpochs } of chains) {
      if (resets.length + newEpochs.length > 0) t.fail('a cursor was refused')
    }
    t.equal(load.count('503 unavailable'), 0, 'no request was refused for a restart')
    const retries = byes.map(({ retryMs }) => retryMs as number)
    t.ok(Math.max(...retries) - Math.min(...retries) > graceMs / 8, 'reconnects are spread')
  })
}

async function allLive(chains: readonly Chain[]): Promise<void> {
  const live = (chain: Chain) => {
    const { person, connections, counts, cursor } = chain
    const what = `${person.username} to be back: ${words({ connections, ...Object.fromEntries(counts), cursor })}`
    return chain.until(() => chain.live, what, full ? 120_000 : 30_000)
  }
  await Promise.all(chains.map(live))
}

/** The deciles. */
function tenths(times: readonly number[]): string {
  const sorted = times.map(Math.round).sort((one, other) => one - other)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
  return Array.from({ length: 11 }, (_, part) => at(part / 10)).join(' ')
}
