import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { openPostgres, postgresRuns } from '../../support/postgres.ts'
import { words } from '../support/books.ts'
import { full, within } from '../support/deadline.ts'
import { Load } from '../support/load.ts'
import { openCluster } from './support/cluster.ts'
import type { ClusterNode } from './support/cluster-node.ts'
import { holdsOnNodes } from './support/holds-on-nodes.ts'

/** In ms: those of production, or about a fifth of them in the short form. */
const times = full
  ? { unreachableMs: 5_000, disconnectAfterMs: 10_000, graceMs: 10_000, awayMs: 60_000 }
  : { unreachableMs: 1_000, disconnectAfterMs: 2_000, graceMs: 2_000, awayMs: 4_000 }
const { unreachableMs, disconnectAfterMs, graceMs, awayMs } = times
const tuning = full ? {} : { postgres: { queryTimeoutMs: 600, unreachableMs, disconnectAfterMs } }
t.setTimeout(full ? 200_000 : 60_000)

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('while PostgreSQL is away nodes refuse everything, and then all goes on', async (t) => {
    const server = await openPostgres(t)
    const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal'] as const
    const cluster = await openCluster(t, {
      databaseUrl: await server.emptyDatabase(),
      people: names,
      nodes: 2,
      inProcess: !full,
      env: { PRESENCE_GRACE_MS: `${graceMs}` },
      tuning,
    })
    const { people } = cluster
    const chains = cluster.openChains(t, people, { obedient: true })
    const [ann] = people
    const gus = chains[6]
    const everyone = () => chains.every(({ online }) => online.size === names.length)
    await Promise.all(chains.map((chain) => chain.until(everyone, 'everyone to see everyone')))
    const [stricken, other] = [cluster.node(0), cluster.node(1)]
    const load = new Load(stricken, { people: [ann], lanes: 4, pauseMs: 20 }).start()
    await load.more(20)

    const awayAt = performance.now()
    await server.stop('immediate')
    const since = () => Math.round(performance.now() - awayAt)
    const unready = await Promise.all(
      cluster.nodes.map((node) => untilReadiness(node, 503).then(since)),
    )
    await Promise.all(chains.map((chain) => chain.come('bye')))
    const ended = since()
    // None of these is in flight when PostgreSQL stops, so no outcome is unknown.
    const later = new Load(other, { name: 'later-', people: [ann], lanes: 2, pauseMs: 100 }).start()
    await Promise.all(chains.map((chain) => chain.refused(503)))
    await gus.close()
    await delay(Math.max(0, awayMs - since()))
    await server.start()
    const backAt = performance.now()

    await Promise.all([load.more(20), later.more(20)])
    await Promise.all([load.stop(), later.stop()])
    const back = chains.filter((chain) => chain !== gus)
    await Promise.all(back.map((chain) => chain.come('ready', 2)))
    await Promise.all(cluster.nodes.map((node) => untilReadiness(node, 200)))
    const backMs = Math.round(performance.now() - backAt)
    // Only gus stays away. Had anyone else been missed, they would have left by now as well.
    await Promise.all(
      back.map((chain) => chain.until(() => !chain.online.has('gus'), 'gus to leave')),
    )
    for (const node of cluster.nodes) t.equal(node.countLogEvent('store disconnected'), 1)
    gus.open()
    const log = await cluster.settle(chains)

    const retries = back.flatMap(({ byes }) => byes.map(({ retryMs }) => retryMs as number))
    const aside = {
      'ms until not ready': unready.join(' '),
      'ms until all streams ended': ended,
      'come back in ms': retries.sort((one, other) => one - other).join(' '),
      'ms until all are back': backMs,
      'posts refused meanwhile': later.count('503 unavailable'),
    }
    holdsOnNodes(t, log, [load, later], chains, words(aside), { refused: [503] })
    for (const ms of unready) t.ok(ms < unreachableMs + 3_000, `not ready after ${ms} ms`)
    t.ok(ended < disconnectAfterMs + 3_000, `ended after ${ended} ms`)
    for (const { resets, newEpochs } of chains) {
      t.same(resets, [], 'no cursor was refused')
      t.equal(newEpochs.length, 1, 'one new epoch for the restart')
    }
    for (const { byes } of back) t.match(byes, [{ reason: 'unavailable' }])
    t.ok(Math.max(...retries) <= graceMs / 2 && new Set(retries).size > 3, 'reconnects are spread')
    for (const { farewells } of back) t.same(farewells, ['gus'], 'nobody else was missed')
    t.ok(later.count('503 unavailable') > 0, 'posts were refused meanwhile')
    const answers = [...load.outcomes.keys(), ...later.outcomes.keys()]
    const others = answers.filter((answer) => !/^2|^503 (unavailable|outcome-unknown)/.test(answer))
    t.same(others, [], 'no other answers')
  })
}

async function untilReadiness(node: ClusterNode, status: number): Promise<void> {
  const poll = async () => {
    while ((await node.call('GET', '/readyz')).status !== status) await delay(20)
  }
  await within(30_000, `readyz to answer ${status}`, poll())
}
