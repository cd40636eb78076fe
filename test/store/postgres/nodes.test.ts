import postgres from 'postgres'
import t from 'tap'
import { openPostgresStore } from '../../../src/store/postgres/store.ts'
import type { Entry } from '../../../src/store/store.ts'
import { databaseNameOf, urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import {
  appendMessage,
  appendMessages,
  draft,
  hour,
  idsOf,
  newBatchId,
  registerUser,
} from '../fixtures.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('six nodes start at once on an empty database: one schema, one key', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.emptyDatabase()
    const nodes = await Promise.all(Array.from({ length: 6 }, () => openNode(t, databaseUrl)))
    const keys = await Promise.all(nodes.map(({ store }) => store.signingKey()))
    t.equal(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size, 1)
    t.ok((keys[0] as Uint8Array).length >= 32)
    const boundss = await Promise.all(nodes.map(({ store }) => store.bounds()))
    t.equal(new Set(boundss.map(({ epoch }) => epoch)).size, 1)
    await Promise.all(nodes.map(({ store }) => store.close()))
  })

  t.test('a node tells what another did: said, ended, came and went', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await registerUser(here.store, 'ann')
    const bob = await registerUser(there.store, 'bob')
    await appendMessage(here.store, ann, 'a')
    await there.updates.until(({ ids }) => ids.length === 1)
    await Promise.all([
      ...Array.from({ length: 20 }, () => appendMessage(here.store, ann, 'x')),
      ...Array.from({ length: 20 }, () => appendMessage(there.store, bob, 'x')),
    ])
    for (const { updates } of [here, there]) {
      await updates.until(({ ids }) => ids.length === 41)
      t.same(
        updates.ids,
        Array.from({ length: 41 }, (_, at) => at + 1),
      )
    }
    await here.store.changePresence({ enter: [ann], leave: [] })
    await there.updates.until(({ sessions }) => sessions.length === 1)
    t.same(
      await there.store.append(
        [draft(bob, 'hi', { to: 'ann', whenOffline: 'reject' })],
        newBatchId(),
      ),
      [{ kind: 'appended', entry: (await there.store.entry(42, bob.account.id)) as never }],
    )
    await here.store.endSession(ann.id)
    await there.updates.until(({ ended }) => ended.length === 1)
    t.same([there.updates.ended, there.updates.sessions], [[ann.id], [`+${ann.id}`, `-${ann.id}`]])
    t.ok(there.store.isUpToDate)
    t.same(await there.store.append([draft(ann, 'late')], newBatchId()), [
      { kind: 'session-ended' },
    ])
  })

  t.test(
    'what others said is told as it is read: who said it, to whom, what and when',
    async (t) => {
      const server = await sharedPostgres()
      const databaseUrl = await server.freshDatabase()
      const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
      const ann = await registerUser(here.store, 'ann')
      const bob = await registerUser(here.store, 'bob')
      const told: Entry[] = []
      const { promise: all, resolve } = Promise.withResolvers<void>()
      const ignore = () => {}
      there.store.subscribe({
        updated: ({ entries }) => {
          told.push(...entries)
          if (told.length === 4) resolve()
        },
        diverged: ignore,
        disconnected: ignore,
        reconnected: ignore,
      })
      await appendMessages(here.store, [
        draft(ann, 'a "quoted" \\ {1,2}, NULL 🙂'),
        draft(bob, 'b', { to: 'ann', whenOffline: 'keep' }),
        draft(ann, 'c', { to: 'bob', whenOffline: 'keep' }),
        draft(bob, 'd'),
      ])
      await all
      t.same(
        told,
        await Promise.all([1, 2, 3, 4].map((id) => here.store.entry(id, ann.account.id))),
      )
    },
  )

  t.test(
    'a log that was short when plans were made is never read from its beginning',
    async (t) => {
      const server = await sharedPostgres()
      const databaseUrl = await server.freshDatabase()
      const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
      const ann = await registerUser(here.store, 'ann')
      for (let nth = 1; nth <= 20; nth++) {
        await appendMessage(here.store, ann, 'x')
        await there.updates.until(({ ids }) => ids.length === nth)
        await there.store.read(nth - 1, ann.account.id)
        await there.store.page(ann.account.id, { limit: 10 })
      }
      const sql = postgres(server.superuserUrl(databaseUrl), { max: 1 })
      t.teardown(() => sql.end())
      const scans = () => sql`
      SELECT pg_stat_clear_snapshot(), seq_scan AS scans FROM pg_stat_user_tables
      WHERE relname = 'entries'`
      // Each session tells of what it did when it has done nothing for a while.
      await Promise.all([here.store.close(), there.store.close()])
      t.match(await scans(), [{ scans: '0' }])
    },
  )

  t.test('one key on two nodes at once stands for one message', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await registerUser(here.store, 'ann')
    for (let at = 0; at < 20; at += 1) {
      const same = draft(ann, 'once', { key: `${at}` })
      const kinds = await Promise.all(
        [here, there].map(async ({ store }) => (await store.append([same], newBatchId()))[0]?.kind),
      )
      t.same(kinds.sort(), ['appended', 'replayed'])
    }
    t.match(await here.store.bounds(), { head: 20 })
  })

  t.test('a node that is behind a cursor follows the log to it first', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const here = await openNode(t, databaseUrl)
    proxy.dropNotifications()
    const there = await openNode(t, urlVia(databaseUrl, proxy), { pollIntervalMs: 60_000 })
    const ann = await registerUser(here.store, 'ann')
    await appendMessages(
      here.store,
      Array.from({ length: 1_500 }, () => draft(ann, 'x')),
    )
    const { epoch } = await here.store.bounds()
    t.match(await there.store.resolveCursor({ id: 1_500, epoch }), { position: 1_500, reset: null })
    t.equal(there.updates.ids.length, 1_500)
    await here.store.changePresence({ enter: [ann], leave: [] })
    t.match(await there.store.presentSessions(), [{ session: ann.id }])
  })

  t.test('a session that moves between nodes does not leave', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await registerUser(here.store, 'ann')
    await here.store.changePresence({ enter: [ann], leave: [] })
    for (let moves = 0; moves < 10; moves += 1) {
      const [from, to] = moves % 2 === 0 ? [here, there] : [there, here]
      await to.store.changePresence({ enter: [ann], leave: [] })
      await from.store.changePresence({ enter: [], leave: [ann.id] })
    }
    t.same(await there.store.presentSessions(), await here.store.presentSessions())
    await here.store.changePresence({ enter: [], leave: [ann.id] })
    for (const { updates } of [here, there]) {
      await updates.until(({ sessions }) => sessions.length === 2)
      t.same(updates.sessions, [`+${ann.id}`, `-${ann.id}`])
    }
  })

  t.test('the people of a node that died leave when its lease runs out', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const lease = { presenceLeaseMs: 1_000, queryTimeoutMs: 400, pollIntervalMs: 100 }
    const here = await openNode(t, databaseUrl, lease)
    const there = await openNode(t, urlVia(databaseUrl, proxy), lease)
    const ann = await registerUser(here.store, 'ann')
    const bob = await registerUser(here.store, 'bob')
    await here.store.changePresence({ enter: [bob], leave: [] })
    await there.store.changePresence({ enter: [ann, bob], leave: [] })
    const hungAt = performance.now()
    proxy.hang()
    await here.updates.until(({ sessions }) => sessions.includes(`-${ann.id}`))
    t.ok(performance.now() - hungAt > 600, 'not before')
    t.match(await here.store.presentSessions(), [{ session: bob.id }])

    proxy.heal()
    await here.updates.until(({ sessions }) => sessions.length === 4)
    t.same(
      here.updates.sessions.slice(2),
      [`-${ann.id}`, `+${ann.id}`],
      'it was not dead: they enter again',
    )
    t.equal((await here.store.presentSessions()).length, 2)
  })

  t.test('a node that lost its lease enters again with whom it holds', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const [ann, bob] = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
    await store.changePresence({ enter: [ann], leave: [] })
    await server.run('DELETE FROM nodes; DELETE FROM presence', databaseNameOf(databaseUrl))
    await store.changePresence({ enter: [bob], leave: [] })
    const present = await store.presentSessions()
    t.same(present.map(({ session }) => session).sort(), [ann.id, bob.id].sort())
  })

  t.test('the people of a node that is shut down have their grace', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const options = { graceMs: 2_000, pollIntervalMs: 100 }
    const before = await openNode(t, databaseUrl, options)
    const ann = await registerUser(before.store, 'ann')
    await before.store.changePresence({ enter: [ann], leave: [] })
    await before.store.close()
    const openedAt = performance.now()
    const after = await openNode(t, databaseUrl, options)
    t.match(await after.store.presentSessions(), [{ session: ann.id }])
    await after.updates.until(({ sessions }) => sessions.length === 1)
    t.same(after.updates.sessions, [`-${ann.id}`])
    t.ok(performance.now() - openedAt > 1_500)
  })

  t.test('counts are one for all nodes', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const [one, other] = [here.store.counts, there.store.counts]
    if (!one || !other) throw new Error('they count together')
    const allowance = { limit: 2, windowMs: hour }
    t.same(await one.increment('ann', allowance), { counted: true })
    t.same(await other.increment('ann', allowance), { counted: true })
    const refused = await one.increment('ann', allowance)
    t.match(refused, { counted: false })
    if (!refused.counted) t.ok(refused.retryAfterMs > hour - 60_000 && refused.retryAfterMs <= hour)
    await other.decrement('ann')
    t.same(await one.increment('ann', allowance), { counted: true })
    await one.increment('bob', { limit: 1, windowMs: 0 })
    t.same(
      await one.increment('bob', { limit: 1, windowMs: 0 }),
      { counted: true },
      'its time is over',
    )
    t.match(await here.store.deleteExpired(undefined), { more: false })
  })

  t.test('a clock that is set back makes no window longer', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const { counts } = store
    if (!counts) throw new Error('it counts')
    const allowance = { limit: 1, windowMs: 60_000 }
    const database = databaseNameOf(databaseUrl)
    const setBack = (ms: number) =>
      server.run(`UPDATE counts SET ends_at = ends_at + ${ms}`, database)
    t.same(await counts.increment('ann', allowance), { counted: true })
    await setBack(30_000)
    const refused = await counts.increment('ann', allowance)
    t.match(refused, { counted: false, retryAfterMs: 60_000 }, 'no more than the window is told')
    await setBack(3_600_000)
    t.same(
      await counts.increment('ann', allowance),
      { counted: true },
      'what was begun by it is over',
    )
    t.match(await counts.increment('ann', allowance), { counted: false })
  })

  t.test('several nodes sweep at once', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const nodes = await Promise.all([0, 1, 2].map(() => openNode(t, databaseUrl)))
    const { store } = nodes[0] as (typeof nodes)[0]
    const ann = await registerUser(store, 'ann')
    await appendMessages(
      store,
      Array.from({ length: 2_500 }, () => draft(ann, 'x')),
    )
    const future = Date.now() + hour
    await Promise.all(
      nodes.map(async ({ store }) => {
        while ((await store.deleteExpired(future)).more);
      }),
    )
    while ((await store.deleteExpired(future)).more);
    t.match(await store.bounds(), { oldest: 2_500, head: 2_500 })
    t.same(idsOf((await store.read(0, ann.account.id)).entries), [2_500])
  })

  t.test('a closed store takes nothing', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const options = { databaseUrl, presenceLeaseMs: 15_000, graceMs: 0 }
    const store = await openPostgresStore(options)
    const busy = store.bounds()
    await store.close()
    await t.resolves(busy)
    await t.rejects(store.append([], newBatchId()), { name: 'Unavailable' })
    await t.rejects(store.presentSessions(), { name: 'Unavailable' })
  })
}
