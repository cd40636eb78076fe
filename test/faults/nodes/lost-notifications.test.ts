import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import { words } from '../support/books.ts'
import { Chain } from '../support/chain.ts'
import { full, within } from '../support/deadline.ts'
import { Load } from '../support/load.ts'
import { openCluster } from './support/cluster.ts'
import { holdsOnNodes } from './support/holds-on-nodes.ts'

const rounds = full ? 100 : 10
const posts = full ? 5_000 : 200
t.setTimeout(full ? 200_000 : 60_000)

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a node that receives no notifications is slower, and loses nothing', async (t) => {
    // It notifies itself at each third of the lease.
    const cluster = await openCluster(t, {
      people: ['ann', 'bob', 'cid'],
      nodes: 2,
      proxied: true,
      inProcess: !full,
      env: { PRESENCE_LEASE_MS: '1500' },
    })
    const { people } = cluster
    const [ann, bob, cid] = people
    const [notified, unnotified] = [cluster.node(0), cluster.node(1)]
    const [here, there] = [new Chain(notified, ann).open(), new Chain(unnotified, bob).open()]
    const chains = [here, there]
    t.teardown(() => Promise.all(chains.map((chain) => chain.close())))
    await Promise.all(chains.map((chain) => chain.come('ready')))
    const loads = new Load(notified, { name: 'single-', people: [ann], lanes: 1, roomEvery: 0 })
    const notifiedMs = await across(loads, there)

    unnotified.proxy?.dropNotifications()
    // The connections are opened again, so that the proxy reads them from the start.
    unnotified.proxy?.cut()
    await within(
      10_000,
      'the warning',
      until(() => unnotified.countLogEvent('store warning') > 0),
    )
    const unnotifiedMs = await across(loads, there)

    const load = new Load(cluster.door(), { people: [ann, bob], lanes: 8, directEvery: 5 })
    await load.run(posts)
    const gone = new Chain(unnotified, cid).open()
    await gone.come('ready')
    const endedAt = performance.now()
    await notified.call('POST', '/v1/logout', { person: cid })
    const { status } = await unnotified.call('GET', '/v1/me', { person: cid })
    await gone.come('bye')
    const goneMs = performance.now() - endedAt
    await gone.close()
    t.equal(unnotified.countLogEvent('store warning'), 1, 'it warns once')
    t.equal(notified.countLogEvent('store warning'), 0, 'the other node does not warn')

    const log = await cluster.settle(chains)
    const aside = {
      'median ms to the other node': Math.round(notifiedMs),
      'median ms to the node without notifications': Math.round(unnotifiedMs),
      'ms until a stream ended': Math.round(goneMs),
    }
    holdsOnNodes(t, log, [loads, load], chains, words(aside))
    t.ok(unnotifiedMs < 1_000, 'it polls more often')
    t.ok(goneMs < 2_000)
    t.ok(status === 200 || status === 401)
    t.match(gone.byes[0], { reason: 'logged-out' })
  })
}

/** The median time from a post at one node to its receipt by a chain at the other, in ms. */
async function across(load: Load, chain: Chain): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const sentAt = performance.now()
    await load.run(1)
    const { id } = load.acts.at(-1) as { id: number }
    await chain.until(() => chain.kept.has(id), `message ${id} to come across`)
    times.push(performance.now() - sentAt)
  }
  return times.sort((one, other) => one - other)[Math.floor(rounds / 2)] as number
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20)
}
