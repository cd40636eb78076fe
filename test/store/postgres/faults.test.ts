import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { AppendBatcher } from '../../../src/store/append-batcher.ts'
import { AppendLockProbe } from '../../../src/store/postgres/append-lock-probe.ts'
import { Pool } from '../../../src/store/postgres/pool.ts'
import type { Store } from '../../../src/store/store.ts'
import { databaseNameOf, urlVia } from '../../support/database-url.ts'
import { openPostgres, postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import {
  appendMessage,
  appendMessages,
  draft,
  hour,
  newBatchId,
  registerUser,
} from '../fixtures.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

const short = {
  queryTimeoutMs: 1_000,
  pollIntervalMs: 50,
  maxStalenessMs: 1_000,
  unreachableMs: 1_200,
  disconnectAfterMs: 1_500,
}

function suite(): void {
  t.test('an answer that was lost is asked for again, and was given once', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const { store, updates } = await openNode(t, urlVia(databaseUrl, proxy), {
      queryTimeoutMs: 1_000,
    })
    const ann = await registerUser(store, 'ann')
    for (const [at, then] of (['cut', 'hang', 'cut', 'hang'] as const).entries()) {
      const batch = [draft(ann, `number ${at}`)]
      const swallowed = proxy.swallow(`number ${at}`, then)
      const once = newBatchId()
      await t.rejects(store.append(batch, once), { name: 'OutcomeUnknown' })
      await swallowed
      t.match(await store.append(batch, once), [{ kind: 'appended', entry: { id: at + 1 } }])
      t.match(await store.append(batch, once), [{ kind: 'appended', entry: { id: at + 1 } }])
    }
    await updates.until(({ ids }) => ids.length === 4)
    t.same(updates.ids, [1, 2, 3, 4])
    const appender = new AppendBatcher(store)
    void proxy.swallow('through the appender', 'hang')
    t.match(await appender.append(draft(ann, 'through the appender')), { entry: { id: 5 } })
  })

  t.test('a node that is cut off says so, and takes up again where it was', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const { store, updates } = await openNode(t, urlVia(databaseUrl, proxy), short)
    const other = await openNode(t, databaseUrl)
    const ann = await registerUser(store, 'ann')
    await store.changePresence({ enter: [ann], leave: [] })
    await appendMessage(store, ann, 'a')
    await t.resolves(store.ping())
    t.ok(store.isUpToDate)

    for (const fault of ['refuse', 'hang'] as const) {
      proxy[fault]()
      const began = performance.now()
      await t.rejects(store.append([draft(ann, 'x')], newBatchId()))
      await t.rejects(store.bounds(), { name: 'Unavailable' })
      t.ok(performance.now() - began < 5_000, 'in time')
      await updates.until(({ transitions }) => transitions.at(-1) === 'disconnected')
      await t.rejects(store.ping(), { name: 'Unavailable' })
      t.notOk(store.isUpToDate)
      await appendMessage(other.store, ann, 'meanwhile')
      const told = updates.ids.length
      proxy.heal()
      await updates.until(({ transitions }) => transitions.at(-1) === 'reconnected')
      t.ok(updates.ids.length > told, 'all news is told by then')
      t.ok(store.isUpToDate)
      await t.resolves(store.ping())
    }
    t.same(updates.transitions, ['disconnected', 'reconnected', 'disconnected', 'reconnected'])
    t.same(updates.sessions, [`+${ann.id}`], 'nobody left meanwhile')
    const { head } = await store.bounds()
    await updates.until(({ ids }) => ids.length === head)
    t.same(
      updates.ids,
      Array.from({ length: head }, (_, at) => at + 1),
    )
  })

  t.test('a node that was away for longer than its lease enters again', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const leased = { ...short, presenceLeaseMs: 1_000 }
    const { store } = await openNode(t, urlVia(databaseUrl, proxy), leased)
    const other = await openNode(t, databaseUrl, leased)
    const ann = await registerUser(store, 'ann')
    await store.changePresence({ enter: [ann], leave: [] })
    proxy.refuse()
    await other.updates.until(({ sessions }) => sessions.at(-1) === `-${ann.id}`)
    proxy.heal()
    await other.updates.until(({ sessions }) => sessions.at(-1) === `+${ann.id}`)
    t.same(other.updates.sessions, [`+${ann.id}`, `-${ann.id}`, `+${ann.id}`])
  })

  t.test('a ring that does not come through costs time, never news', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    proxy.dropNotifications()
    const warnings: string[] = []
    const { promise: warned, resolve } = Promise.withResolvers<void>()
    const unnotified = await openNode(t, urlVia(databaseUrl, proxy), {
      notificationTimeoutMs: 50,
      presenceLeaseMs: 1_000,
      pollIntervalMs: 60_000,
      fallbackPollIntervalMs: 20,
      onWarning(warning) {
        warnings.push(warning)
        resolve()
      },
    })
    await warned
    t.match(warnings, [/pooler/])
    await unnotified.store.bounds()
    await unnotified.store.presentSessions()
    const other = await openNode(t, databaseUrl)
    const ann = await registerUser(other.store, 'ann')
    await appendMessages(other.store, [draft(ann, 'a'), draft(ann, 'b')])
    await unnotified.updates.until(({ ids }) => ids.length === 2)
    t.equal(warnings.length, 1)
  })

  t.test('a restart of PostgreSQL is a new epoch, and no cursor is void', async (t) => {
    const server = await openPostgres(t)
    const databaseUrl = await server.freshDatabase()
    const { store, updates } = await openNode(t, databaseUrl, short)
    const ann = await registerUser(store, 'ann')
    await store.changePresence({ enter: [ann], leave: [] })
    await appendMessages(store, [draft(ann, 'a'), draft(ann, 'b')])
    const before = await store.bounds()
    await server.stop('immediate')
    await updates.until(({ transitions }) => transitions.includes('disconnected'))
    await server.start()
    await updates.until(({ transitions }) => transitions.includes('reconnected'))
    t.same(updates.transitions.filter((turn) => turn === 'diverged').length, 1)
    const bounds = await store.bounds()
    t.ok(bounds.epoch > before.epoch)
    t.same(updates.bounds, bounds)
    t.match(await store.resolveCursor({ id: 2, epoch: before.epoch }), {
      position: 2,
      reset: { reason: 'new-epoch', from: 2 },
    })
    t.match(await store.resolveCursor({ id: 3, epoch: before.epoch }), {
      reset: { reason: 'rewound', from: 2 },
    })
    await appendMessage(store, ann, 'c')
    t.equal(updates.ids.at(-1), 3)
    t.same(updates.sessions, [`+${ann.id}`])

    server.freeze()
    const append = store.append([draft(ann, 'frozen')], newBatchId())
    await t.rejects(append, { name: 'OutcomeUnknown' })
    await t.rejects(store.bounds(), { name: 'Unavailable' })
    server.thaw()
    await server.stop('fast')
    await t.rejects(store.session(ann.id), { name: 'Unavailable' })
  })

  t.test('a database that went back under a running node', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const name = databaseNameOf(databaseUrl)
    const first = await openNode(t, databaseUrl)
    const ann = await registerUser(first.store, 'ann')
    await appendMessages(
      first.store,
      ['a', 'b', 'c'].map((text) => draft(ann, text)),
    )
    await first.store.close()
    await server.copyDatabase(name, `${name}_backup`)

    const { store, updates } = await openNode(t, databaseUrl, short)
    await appendMessages(
      store,
      ['d', 'e', 'f'].map((text) => draft(ann, text)),
    )
    const bob = await registerUser(store, 'bob')
    await store.changePresence({ enter: [bob], leave: [] })
    const { epoch } = await store.bounds()
    await server.copyDatabase(`${name}_backup`, name)
    await updates.until(({ transitions }) => transitions.includes('diverged'))
    t.match(updates.bounds, { head: 3 })
    await updates.until(({ sessions }) => sessions.includes(`-${bob.id}`))
    t.match(await store.resolveCursor({ id: 3, epoch }), {
      position: 3,
      reset: { reason: 'new-epoch', from: 3 },
    })
    t.match(await store.resolveCursor({ id: 5, epoch }), {
      position: 3,
      reset: { reason: 'rewound', from: 3 },
    })
    t.equal((await appendMessage(store, ann, 'another d')).id, 4)
    t.equal(updates.ids.at(-1), 4)
    t.ok((await store.bounds()).epoch > epoch)
  })

  t.test('a node whose place in the log was trimmed away says that the log diverged', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const here = await openNode(t, databaseUrl)
    const ann = await registerUser(here.store, 'ann')
    await appendMessage(here.store, ann, 'a')
    proxy.dropNotifications()
    const behind = await openNode(t, urlVia(databaseUrl, proxy), {
      pollIntervalMs: 60_000,
      notificationTimeoutMs: 1,
    })
    await appendMessages(
      here.store,
      Array.from({ length: 1_200 }, () => draft(ann, 'x')),
    )
    while ((await here.store.deleteExpired(Date.now() + hour)).more);
    t.match(await behind.store.bounds(), { oldest: 1_201, head: 1_201 })
    t.same(behind.updates.transitions, ['diverged'])
    t.same(behind.updates.ids, [])
    await appendMessage(here.store, ann, 'on')
    await behind.store.bounds()
    t.same(behind.updates.ids, [1_202])
  })

  t.test('a node that was away for longer than changes are kept reads all anew', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    proxy.dropNotifications()
    const behind = await openNode(t, urlVia(databaseUrl, proxy), { pollIntervalMs: 60_000 })
    const here = await openNode(t, databaseUrl)
    const [ann, bob] = [
      await registerUser(here.store, 'ann'),
      await registerUser(here.store, 'bob'),
    ]
    await here.store.changePresence({ enter: [ann], leave: [] })
    t.match(await behind.store.presentSessions(), [{ session: ann.id }])
    await here.store.changePresence({ enter: [bob], leave: [ann.id] })
    const name = databaseNameOf(databaseUrl)
    await server.run('UPDATE changes SET at = 0', name)
    await here.store.deleteExpired(undefined)
    t.match(await behind.store.presentSessions(), [{ session: bob.id }])
    t.same(behind.updates.sessions, [`+${ann.id}`, `+${bob.id}`, `-${ann.id}`])
  })

  t.test('a lock that is not to be had is unavailable', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const ann = await registerUser(store, 'ann')
    await t.resolves(store.ping())
    const sql = postgres(databaseUrl, { max: 1 })
    t.teardown(() => sql.end())
    await sql.begin(async (sql) => {
      await sql`SELECT pg_advisory_xact_lock(1331851887, 1)`
      await t.rejects(store.append([draft(ann, 'x')], newBatchId()), { name: 'Unavailable' })
      await t.rejects(store.ping(), { name: 'Unavailable' }, 'the store is not well')
    })
    t.match(await store.bounds(), { head: 0 })
    while (!(await writes(store))) await delay(20)
  })

  t.test('however often a store is asked, it takes the lock once a second', async (t) => {
    const server = await sharedPostgres()
    const pool = new Pool({
      serverUrls: [await server.freshDatabase()],
      maxConnections: 1,
      queryTimeoutMs: 3_000,
    })
    t.teardown(() => pool.close())
    const takenAt: number[] = []
    const proof = new AppendLockProbe({
      read(ask) {
        takenAt.push(performance.now())
        return pool.read(ask)
      },
    })
    let asked = 0
    for (const until = Date.now() + 10_000; takenAt.length < 3 && Date.now() < until; asked++) {
      await Promise.all(Array.from({ length: 20 }, () => proof.check()))
      await delay(5)
    }
    const [first, second, third] = takenAt as [number, number, number]
    // It is asked a moment after the second has begun to run.
    t.ok(second - first >= 990 && third - second >= 990, `asked ${asked} times`)
  })

  t.test('one draft that PostgreSQL does not take spoils no other', async (t) => {
    const server = await sharedPostgres()
    const { store } = await openNode(t, await server.freshDatabase())
    const ann = await registerUser(store, 'ann')
    const appender = new AppendBatcher(store)
    const texts = ['a', 'b\0', 'c', '\ud800', 'e']
    const outcomes = await Promise.allSettled(
      texts.map((text) => appender.append(draft(ann, text))),
    )
    t.same(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    )
    t.match(await store.bounds(), { head: 3 })
  })

  t.test('calls wait for a connection, but not for ever', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const { store } = await openNode(t, urlVia(databaseUrl, proxy), {
      queryTimeoutMs: 1_000,
      maxConnections: 1,
    })
    await Promise.all(Array.from({ length: 20 }, () => store.bounds()))
    proxy.hang()
    const calls = await Promise.allSettled(Array.from({ length: 4 }, () => store.session(1)))
    t.ok(calls.every((call) => call.status === 'rejected' && call.reason.name === 'Unavailable'))
    proxy.heal()
    await t.resolves(store.session(1))
  })

  t.test('a cursor is placed on the log as it is, not as it was last looked at', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store, updates } = await openNode(t, databaseUrl, { pollIntervalMs: 60_000 })
    const { epoch } = await store.bounds()
    await server.run('VACUUM FULL entries', databaseNameOf(databaseUrl))
    const { bounds } = await store.resolveCursor({ id: 0, epoch })
    t.ok(bounds.epoch > epoch)
    t.same(updates.transitions, ['diverged'])
  })

  t.test('what cannot be told in time is not answered for ever', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const other = await openNode(t, databaseUrl)
    proxy.dropNotifications()
    const { store, updates } = await openNode(t, urlVia(databaseUrl, proxy), {
      queryTimeoutMs: 4_000,
      pollIntervalMs: 60_000,
    })
    const ann = await registerUser(other.store, 'ann')
    // The number of bytes that a look asks for.
    const swallowed = proxy.swallow('262144', 'hang', 'often')
    const look = store.presentSessions().catch((error: Error) => error.name)
    await swallowed
    await appendMessage(other.store, ann, 'hi')
    await t.rejects(store.bounds(), { name: 'Unavailable' })
    t.equal(await look, 'Unavailable')
    proxy.heal()
    t.match(await store.bounds(), { head: 1 })
    t.same(updates.ids, [1])
  })

  t.test('a database that can be read and not written to is not well', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl, {
      queryTimeoutMs: 1_000,
      presenceLeaseMs: 1_000,
    })
    const sql = postgres(databaseUrl, { max: 1 })
    t.teardown(() => sql.end())
    await sql.begin(async (sql) => {
      await sql`LOCK TABLE nodes IN EXCLUSIVE MODE`
      while (await writes(store)) await delay(50)
      await t.rejects(store.ping(), { name: 'Unavailable' })
    })
    await t.resolves(store.ping())
  })

  t.test('nobody leaves because nobody could renew a lease', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const options = { presenceLeaseMs: 2_000, queryTimeoutMs: 300, pollIntervalMs: 20 }
    const [here, there] = [
      await openNode(t, databaseUrl, options),
      await openNode(t, urlVia(databaseUrl, proxy), options),
    ]
    const [ann, bob] = [
      await registerUser(here.store, 'ann'),
      await registerUser(here.store, 'bob'),
    ]
    await here.store.changePresence({ enter: [ann], leave: [] })
    await there.store.changePresence({ enter: [bob], leave: [] })
    await here.updates.until(({ sessions }) => sessions.includes(`+${bob.id}`))
    const sql = postgres(databaseUrl, { max: 1 })
    t.teardown(() => sql.end())
    await sql.begin(async (sql) => {
      await sql`LOCK TABLE nodes IN EXCLUSIVE MODE`
      // What it has asked by now waits for the lock no longer than 2 s.
      proxy.hang()
      const [last] = await sql`SELECT max(lease_until) AS until FROM nodes`
      while ((await sql`SELECT 1 WHERE obrol_now() < ${last?.until}::bigint + 1000`).length > 0)
        await delay(20)
    })
    // The other one renews its lease a little later, which tells nothing of whether it is there.
    while (!(await writes(here.store))) await delay(20)
    await delay(300)
    proxy.heal()
    while (!(await writes(there.store))) await delay(20)
    await there.store.changePresence({ enter: [], leave: [bob.id] })
    await here.updates.until(({ sessions }) => sessions.includes(`-${bob.id}`))
    for (const { updates } of [here, there]) {
      t.same(updates.sessions, [`+${ann.id}`, `+${bob.id}`, `-${bob.id}`])
    }
  })

  t.test('a pool that is busy is not taken for rings that do not come', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const warnings: string[] = []
    const { store } = await openNode(t, databaseUrl, {
      maxConnections: 1,
      presenceLeaseMs: 1_000,
      notificationTimeoutMs: 300,
      onWarning: (warning) => warnings.push(warning),
    })
    const sql = postgres(databaseUrl, { max: 1 })
    t.teardown(() => sql.end())
    await sql.begin(async (sql) => {
      await sql`LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE`
      const busy = store.credentials('ann')
      await sql`SELECT pg_sleep(1)`
      await sql`COMMIT`
      await busy
    })
    await store.ping()
    t.same(warnings, [])
  })

  t.test('a pool that is closed answers what is under way, and nothing more', async (t) => {
    const server = await sharedPostgres()
    const serverUrls = [await server.freshDatabase()]
    const pool = new Pool({ serverUrls, maxConnections: 1, queryTimeoutMs: 3_000 })
    const asked = pool.read((sql) => sql`SELECT 1 AS one FROM pg_sleep(0.1)`)
    const waiting = pool.read((sql) => sql`SELECT 2`)
    const refused = t.rejects(waiting, { name: 'Unavailable' })
    await pool.close()
    t.match(await asked, [{ one: 1 }])
    await refused
  })
}

function writes(store: Store): Promise<boolean> {
  return store.ping().then(
    () => true,
    () => false,
  )
}
