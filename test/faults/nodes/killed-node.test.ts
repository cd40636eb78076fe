import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import { words } from '../support/books.ts'
import { full } from '../support/deadline.ts'
import { connections } from '../support/fleet.ts'
import { Load } from '../support/load.ts'
import { openCluster } from './support/cluster.ts'
import { holdsOnNodes } from './support/holds-on-nodes.ts'

const nodes = full ? 3 : 2
const kills = full ? 20 : 2
t.setTimeout(full ? 300_000 : 60_000)

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a node that is killed under load loses no message and duplicates none', async (t) => {
    const cluster = await openCluster(t, { nodes, people: ['ann', 'bob', 'cid', 'dan'] })
    const { people } = cluster
    const chains = cluster.openChains(t, people)
    const habits = { people, lanes: 32, pauseMs: full ? 0 : 200, directEvery: 5, keylessEvery: 3 }
    const load = new Load(cluster.door(), habits).start()

    let inFlight = 0
    for (let kill = 0; kill < kills; kill++) {
      const node = cluster.node(kill % nodes)
      await load.more(30 + Math.floor(Math.random() * 50))
      await load.until(() => load.inFlight.size >= 8, 'posts to be in flight')
      inFlight += load.inFlight.size
      await node.stop('SIGKILL')
      // Its clients go on with other nodes before it starts again.
      await load.more(20)
      // After the last kill it stays down.
      if (kill < kills - 1) await node.start()
    }
    await load.stop()
    const log = await cluster.settle(chains)

    const aside = {
      kills,
      'in flight at a kill': Math.round(inFlight / kills),
      streams: connections(chains),
    }
    holdsOnNodes(t, log, load, chains, words(aside))
    for (const { resets, newEpochs } of chains) {
      t.same([resets, newEpochs], [[], []], 'no cursor was refused')
    }
  })
}
