import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { databaseNameOf } from '../../support/database-url.ts'
import { openPostgres, type PostgresServer, postgresRuns } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { words } from '../support/books.ts'
import { Chain } from '../support/chain.ts'
import { full } from '../support/deadline.ts'
import { Load } from '../support/load.ts'
import { type Cluster, openCluster } from './support/cluster.ts'
import { holdsOnNodes } from './support/holds-on-nodes.ts'
import { readLog } from './support/read-log.ts'
import { openStandby } from './support/standby.ts'

const settings = { nodes: 2, proxied: true, inProcess: !full, people: ['ann', 'bob'] as const }
const lag = full ? 2_000 : 20
t.setTimeout(full ? 200_000 : 60_000)

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a standby takes over', async (t) => {
    const first = await openPostgres(t)
    const second = await openStandby(t, first)

    t.test('a synchronous one takes over under load: nothing is lost', async (t) => {
      const primary = first
      const databaseUrl = await primary.emptyDatabase()
      const standby = second
      await primary.run("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
      await primary.run('SELECT pg_reload_conf()')
      const cluster = await openCluster(t, { ...settings, databaseUrl })
      const { people } = cluster
      const chains = cluster.openChains(t, people)
      const habits = { people, lanes: 16, pauseMs: 40, directEvery: 5, keylessEvery: 3 }
      const load = new Load(cluster.door(), habits).start()
      await load.more(full ? 2_000 : 100)
      await takeOver(cluster, primary, standby)
      await load.more(100)
      await load.stop()
      const log = await settle(cluster, standby, chains)
      holdsOnNodes(t, log, load, chains, words({ 'slowest 201 ms': Math.round(load.slowestMs) }))
      for (const { resets, newEpochs } of chains) {
        t.same(resets, [], 'no cursor was refused')
        t.equal(newEpochs.length, 1, 'one new epoch for the other server')
      }
    })

    t.test(
      'then one that lags takes over: streams past its head are rewound to that',
      async (t) => {
        const primary = second
        const replication = await openTcpProxy(t, primary.port)
        const standby = await openStandby(t, primary, replication.port)
        await primary.run('CREATE DATABASE lagging')
        const cluster = await openCluster(t, { ...settings, databaseUrl: primary.url('lagging') })
        const [ann, bob] = cluster.people
        // The rooms of each are its own, so that what is lost of one is not missed by another.
        const load = (name: string) =>
          new Load(cluster.door(), { name, people: [ann, bob], lanes: 1, directEvery: 4 })
        const [kept, lost, later] = [load('kept-'), load('lost-'), load('later-')]
        const chains: Chain[] = []
        t.teardown(() => Promise.all(chains.map((chain) => chain.close())))
        const chain = (at = chains.length) => {
          const node = cluster.node(at % 2)
          return chains[chains.push(new Chain(node, ann).open()) - 1] as Chain
        }

        const head = async () => (await cluster.log()).length
        await kept.run(30)
        const before = await head()
        const below = chain()
        await below.reach(before)
        await below.close()
        await kept.run(20)
        const edge = await head()
        const atHead = chain()
        await atHead.reach(edge)
        await atHead.close()
        const [here, there] = [chain(), chain()]
        await hasEntries(standbyUrl(cluster, standby), edge)
        replication.hang()
        await lost.run(1)
        const justPast = chain()
        await justPast.reach(edge + 1)
        await justPast.close()
        await lost.run(lag)
        const past = [here, there, justPast]
        const end = await head()
        await Promise.all([here, there].map((stream) => stream.reach(end)))
        const gone = [...here.kept.keys()].filter((id) => id > edge).length

        await takeOver(cluster, primary, standby)
        for (const again of [below, atHead, justPast]) again.open()
        await Promise.all(past.map((stream) => stream.come('reset')))
        await later.run(lag + 10)
        const log = await settle(cluster, standby, chains)

        for (const { resets, newEpochs } of past) {
          t.match(resets, [{ reason: 'rewound', from: edge, oldest: 1, head: edge }])
          t.same([resets.length, newEpochs], [1, []])
        }
        for (const { resets } of [below, atHead])
          t.same(resets, [], 'no reset at or below that head')
        t.same(
          [below.newEpochs, atHead.newEpochs],
          [[before], [edge]],
          'but one new epoch for the other server',
        )
        for (const { discarded } of [here, there])
          t.equal(discarded, gone, 'everything past it is discarded')
        t.equal(justPast.discarded, 1)
        t.equal(log[edge]?.text, later.acts[0]?.text, 'the ids past it were given out again')
        holdsOnNodes(t, log, [kept, later], chains, words({ 'messages that were lost': gone }))
      },
    )
  })
}

function standbyUrl({ databaseUrl }: Cluster, standby: PostgresServer): string {
  return standby.url(databaseNameOf(databaseUrl))
}

/** Resolves once a database has this many entries. */
async function hasEntries(url: string, count: number): Promise<void> {
  while ((await readLog(url)).length < count) await delay(100)
}

/** The primary crashes, and the standby takes its place at the address that the nodes know. */
async function takeOver(cluster: Cluster, primary: PostgresServer, standby: PostgresServer) {
  await primary.stop('immediate')
  for (const { proxy } of cluster.nodes) if (proxy) proxy.target = standby.port
  await standby.run('SELECT pg_promote()')
}

async function settle(cluster: Cluster, standby: PostgresServer, chains: readonly Chain[]) {
  return cluster.settle(chains, standbyUrl(cluster, standby))
}
