import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import { words } from '../support/books.ts'
import { Chain } from '../support/chain.ts'
import { full } from '../support/deadline.ts'
import { Load } from '../support/load.ts'
import { openCluster } from './support/cluster.ts'
import { holdsOnNodes } from './support/holds-on-nodes.ts'
import { LoadBalancer } from './support/load-balancer.ts'

/** In ms: longer than the timeouts of production, or than a fifth of them in the short form. */
const freezeMs = full ? 20_000 : 3_500
const shortTimeouts = {
  queryTimeoutMs: 1_000,
  pollIntervalMs: 100,
  unreachableMs: 1_000,
  disconnectAfterMs: 2_000,
}
const nodes = full ? 3 : 2
const options = full
  ? {}
  : { env: { PRESENCE_LEASE_MS: '2500' }, tuning: { postgres: shortTimeouts } }
t.setTimeout(full ? 150_000 : 60_000)

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a frozen node delays nobody, and sends nothing stale afterwards', async (t) => {
    const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'hal'] as const
    const cluster = await openCluster(t, { nodes, people: names, ...options })
    const [ann, bob, cid, dan, eve, hal] = cluster.people
    const [first, still] = [cluster.node(0), cluster.node(nodes - 1)]
    const others = new LoadBalancer(cluster.nodes.slice(0, -1))
    // After three missing heartbeats this client reconnects to another node.
    const mover = new Chain(cluster.door(nodes - 1), eve, { silentMs: 1_500 })
    const [stuck, ended] = [new Chain(still, cid), new Chain(still, dan)]
    const watchers = [new Chain(others, ann), new Chain(others, bob)]
    const chains = [...watchers, stuck, mover, new Chain(others, hal)]
    const opened = [...watchers, stuck, ended, mover]
    t.teardown(() => Promise.all([ended, ...chains].map((chain) => chain.close())))
    for (const chain of opened) chain.open()
    const sees = (...names: string[]) => {
      const same = ({ online }: Chain) => [...online].sort().join() === names.join()
      return (chain: Chain) => chain.until(() => same(chain), `${names} to be online`)
    }
    await Promise.all(opened.map(sees('ann', 'bob', 'cid', 'dan', 'eve')))
    const load = new Load(others, { people: [ann, bob], lanes: 8, pauseMs: 50, directEvery: 5 })
    const caught = new Load(still, { name: 'caught-', people: [cid], lanes: 8, pauseMs: 50 })
    load.start()
    caught.start()
    await Promise.all([load.more(40), caught.more(40)])
    await caught.until(() => caught.inFlight.size > 3, 'posts to be in flight')

    still.freeze()
    const frozenAt = performance.now()
    const unanswered = caught.inFlight.size
    await first.call('POST', '/v1/logout', { person: dan })
    chains[4]?.open()
    await Promise.all(watchers.map((chain) => chain.until(() => chain.online.has('hal'), 'hal')))
    const { body: page } = await first.call('GET', '/v1/messages?limit=1', { person: ann })
    // These requests wait in its socket when it continues.
    const asked = Promise.all([
      still.call('GET', '/v1/me', { person: dan }),
      still.call('POST', '/v1/messages/broadcast', {
        person: dan,
        body: { text: 'from the dead' },
      }),
      still.call('GET', '/v1/messages?limit=1', { person: cid }),
      still.call('GET', '/v1/users/online', { person: cid }),
    ])
    await mover.come('ready', 2)
    await delay(freezeMs - (performance.now() - frozenAt))
    await load.more(20)
    const held = load.slowestMs
    still.thaw()

    const [me, post, history, online] = await asked
    // Until it has reached the database again it answers 503.
    t.ok([401, 503].includes(me.status), `a session that ended elsewhere: ${me.status}`)
    t.ok([401, 503].includes(post.status), `a post of that session: ${post.status}`)
    await still.answers('/readyz', 200)
    t.equal((await still.call('GET', '/v1/me', { person: dan })).status, 401)
    if (history.status === 200) {
      t.ok(
        idOf(history.body.cursor) >= idOf(page.cursor),
        'the page is not older than one of before',
      )
    } else t.equal(history.status, 503)
    if (online.status === 200) {
      const listed = online.body.users.map(({ username }: { username: string }) => username)
      t.ok(listed.includes('hal') && !listed.includes('dan'), `online were ${listed}`)
    } else t.equal(online.status, 503)
    await ended.refused(401)
    await Promise.all([load.more(20), caught.more(20)])
    await Promise.all([load.stop(), caught.stop()])
    await Promise.all(chains.map(sees('ann', 'bob', 'cid', 'eve', 'hal')))
    const lost = still.countLogEvent('store disconnected')
    await ended.close()
    const log = await cluster.settle(chains)

    const aside = {
      'worst ms of an append elsewhere': Math.round(held),
      'posts in flight there': unanswered,
      'streams it ended': stuck.byes.map(({ reason }) => reason).join() || 'none',
      'ms of the longest break': Math.round(Math.max(0, ...stuck.breaks)),
    }
    holdsOnNodes(t, log, [load, caught], chains, words(aside), { refused: [503] })
    t.ok(held < 3_000, 'no append was delayed')
    t.equal(lost, 1, 'it noticed that it was disconnected')
    for (const { farewells } of watchers) t.notOk(farewells.includes('eve'), 'eve never left')
  })
}

function idOf(cursor: string): number {
  return Number(cursor.split('-')[0])
}
