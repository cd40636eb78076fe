import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import { faultsOfStreams, words } from '../support/books.ts'
import type { Answer } from '../support/caller.ts'
import { Chain } from '../support/chain.ts'
import { full } from '../support/deadline.ts'
import { openCluster } from './support/cluster.ts'

const rounds = full ? 100 : 4
/** Every so many rounds the node is held until it has lost the database. */
const longEvery = full ? 20 : Number.POSITIVE_INFINITY
const longMs = 5_000
const shortTimeouts = {
  queryTimeoutMs: 1_000,
  pollIntervalMs: 100,
  unreachableMs: 1_000,
  disconnectAfterMs: 2_000,
}
const options = full ? { tuning: { postgres: shortTimeouts } } : {}
t.setTimeout(full ? 300_000 : 60_000)

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a node that is held tells nobody what was written after they were removed', async (t) => {
    const cluster = await openCluster(t, {
      nodes: 2,
      people: ['ann', 'bob', 'cid'],
      // Streams are to come to the head soon.
      env: { HEARTBEAT_MS: '100' },
      ...options,
      // Only a process can be held.
      inProcess: (at) => at === 0,
    })
    const [ann, bob, cid] = cluster.people
    const [first, held] = [cluster.node(0), cluster.node(1)]
    const done = async (answer: Promise<Answer>) => {
      const { status, body } = await answer
      if (status >= 300) t.fail(`answered ${status} ${JSON.stringify(body)}`)
      return body
    }
    const live = [new Chain(held, bob), new Chain(held, cid), new Chain(first, bob)]
    const replays: Chain[] = []
    t.teardown(() => Promise.all([...live, ...replays].map((chain) => chain.close())))
    for (const chain of live) chain.open()
    const [bobs] = live as [Chain]

    for (let round = 1; round <= rounds; round++) {
      const name = `room${round}`
      const room = `/v1/rooms/${name}`
      await done(
        first.call('POST', '/v1/rooms', { person: ann, body: { name, access: 'private' } }),
      )
      for (const { username } of [bob, cid]) {
        await done(first.call('PUT', `${room}/members/${username}`, { person: ann, body: {} }))
      }
      const say = (text: string) =>
        done(first.call('POST', `${room}/messages`, { person: ann, body: { text } }))
      await say(`early ${round}`)
      await Promise.all(live.map(async (chain) => chain.reach((await cluster.log()).length)))

      held.freeze()
      const { cursor } = bobs
      const { id } = await say(`before ${round}`)
      await done(first.call('DELETE', `${room}/members/bob`, { person: ann }))
      const edit = { person: ann, body: { text: `after ${round}` } }
      await done(first.call('PATCH', `/v1/messages/${id}`, edit))
      await say(`later ${round}`)
      // Asked for while it is held, at another node, and once it is released.
      const replay = (node: typeof held) => replays.push(new Chain(node, bob, { cursor }).open())
      replay(held)
      replay(first)
      if (round % longEvery === 0) await delay(longMs)
      else await delay(Math.random() * 20)
      held.thaw()
      replay(held)
      const head = (await cluster.log()).length
      await Promise.all([...live, ...replays.slice(-3)].map((chain) => chain.reach(head)))
      await Promise.all(replays.slice(-3).map((chain) => chain.close()))
    }

    const log = await cluster.settle(live)
    const chains = [...live, ...replays]
    const texts = chains
      .filter(({ person }) => person === bob)
      .flatMap(({ told }) => [...told.values()].flatMap(({ text = '' }) => text))
    const leaked = texts.filter((text) => /^(after|later)/.test(text))
    t.same(leaked, [], 'nothing of the edit, and nothing later')
    const ends = live.filter(
      ({ counts, person }) => person === bob && counts.get('room.left') === rounds,
    )
    t.equal(ends.length, 2, 'but that they were removed')
    const faults = faultsOfStreams(log, chains)
    const before = texts.filter((text) => text.startsWith('before')).length
    const told = chains.reduce((sum, chain) => sum + chain.told.size, 0)
    const counts = Object.entries(faults).map(([name, { length }]) => [name, length])
    const aside = { rounds, streams: chains.length, told, 'told of the message': before }
    t.comment(words({ ...aside, ...Object.fromEntries(counts) }))
    t.same(faults, { lost: [], doubled: [], void: [], leaked: [] })
  })
}
