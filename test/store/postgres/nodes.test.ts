import postgres from 'postgres'
import t from 'tap'
import type { Entry } from '../../../src/store/message-log.ts'
import { openPostgresStore } from '../../../src/store/postgres/open.ts'
import { urlVia } from '../../support/database-url.ts'
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
    const boundss = await Promise.all(nodes.map(({ store }) => store.log.bounds()))
    t.equal(new Set(boundss.map(({ epoch }) => epoch)).size, 1)
    await Promise.all(nodes.map(({ store }) => store.close()))
  })

  t.test('a node publishes what another did: messages, ended sessions, presence', async (t) => {
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
    await here.store.presence.change({ enter: [ann], leave: [] })
    await there.updates.until(({ sessions }) => sessions.length === 1)
    t.same(
      await there.store.log.append(
        [draft(bob, 'hi', { to: 'ann', whenOffline: 'reject' })],
        newBatchId(),
      ),
      [{ kind: 'appended', entry: (await there.store.log.message(42, bob.account.id)) as never }],
    )
    await here.store.sessions.end(ann.id)
    await there.updates.until(({ ended }) => ended.length === 1)
    t.same([there.updates.ended, there.updates.sessions], [[ann.id], [`+${ann.id}`, `-${ann.id}`]])
    t.ok(there.store.isUpToDate)
    t.same(await there.store.log.append([draft(ann, 'late')], newBatchId()), [
      { kind: 'session-ended' },
    ])
  })

  t.test('a node publishes the messages of others as they can be read from the log', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await registerUser(here.store, 'ann')
    const bob = await registerUser(here.store, 'bob')
    const published: Entry[] = []
    const { promise: all, resolve } = Promise.withResolvers<void>()
    const ignore = () => {}
    there.store.subscribe({
      updated: ({ entries }) => {
        published.push(...entries)
        if (published.length === 4) resolve()
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
      published,
      await Promise.all([1, 2, 3, 4].map((id) => here.store.log.message(id, ann.account.id))),
    )
  })

  t.test('plans that were made for a short log never scan all of it', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await registerUser(here.store, 'ann')
    for (let nth = 1; nth <= 20; nth++) {
      await appendMessage(here.store, ann, 'x')
      await there.updates.until(({ ids }) => ids.length === nth)
      await there.store.log.read(nth - 1, ann.account.id)
      await there.store.log.page(ann.account.id, { limit: 10 })
    }
    const sql = postgres(server.superuserUrl(databaseUrl), { max: 1 })
    t.teardown(() => sql.end())
    const scans = () => sql`
      SELECT pg_stat_clear_snapshot(), seq_scan AS scans FROM pg_stat_user_tables
      WHERE relname = 'entries'`
    // A session reports its statistics when it ends.
    await Promise.all([here.store.close(), there.store.close()])
    t.match(await scans(), [{ scans: '0' }])
  })

  t.test('one idempotency key on two nodes at once is one message', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await registerUser(here.store, 'ann')
    for (let at = 0; at < 20; at += 1) {
      const same = draft(ann, 'once', { key: `${at}` })
      const kinds = await Promise.all(
        [here, there].map(
          async ({ store }) => (await store.log.append([same], newBatchId()))[0]?.kind,
        ),
      )
      t.same(kinds.sort(), ['appended', 'replayed'])
    }
    t.match(await here.store.log.bounds(), { head: 20 })
  })

  t.test('a node that is behind a cursor first catches up with it', async (t) => {
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
    const { epoch } = await here.store.log.bounds()
    t.match(await there.store.log.resolveCursor({ id: 1_500, epoch }), {
      position: 1_500,
      reset: null,
    })
    t.equal(there.updates.ids.length, 1_500)
    await here.store.presence.change({ enter: [ann], leave: [] })
    t.match(await there.store.presence.list(), [{ session: ann.id }])
  })

  t.test('a session that moves between nodes does not leave', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await registerUser(here.store, 'ann')
    await here.store.presence.change({ enter: [ann], leave: [] })
    for (let moves = 0; moves < 10; moves += 1) {
      const [from, to] = moves % 2 === 0 ? [here, there] : [there, here]
      await to.store.presence.change({ enter: [ann], leave: [] })
      await from.store.presence.change({ enter: [], leave: [ann.id] })
    }
    t.same(await there.store.presence.list(), await here.store.presence.list())
    await here.store.presence.change({ enter: [], leave: [ann.id] })
    for (const { updates } of [here, there]) {
      await updates.until(({ sessions }) => sessions.length === 2)
      t.same(updates.sessions, [`+${ann.id}`, `-${ann.id}`])
    }
  })

  t.test('several nodes delete what has expired at once', async (t) => {
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
        while ((await store.retention.deleteExpired(future)).more);
      }),
    )
    while ((await store.retention.deleteExpired(future)).more);
    t.match(await store.log.bounds(), { oldest: 2_500, head: 2_500 })
    t.same(idsOf((await store.log.read(0, ann.account.id)).entries), [2_500])
  })

  t.test('a closed store rejects every call', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const options = { databaseUrl, presenceLeaseMs: 15_000, graceMs: 0 }
    const store = await openPostgresStore(options)
    const busy = store.log.bounds()
    await store.close()
    await t.resolves(busy)
    await t.rejects(store.log.append([], newBatchId()), { name: 'Unavailable' })
    await t.rejects(store.presence.list(), { name: 'Unavailable' })
  })
}
