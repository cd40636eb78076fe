import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import t, { type Test } from 'tap'
import { Connection } from '../../../src/store/postgres/connection.ts'
import { migrate } from '../../../src/store/postgres/migrate.ts'
import { databaseNameOf, urlVia } from '../../support/database-url.ts'
import { growing, growthOfPostgres, type Size } from '../../support/large-database.ts'
import { faultsOf, readPlans, scannedWhole, tellingPlans } from '../../support/plans.ts'
import { type PostgresServer, postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { everyCall } from '../every-call.ts'
import { appendMessages, draft, hour, registerUser } from '../fixtures.ts'
import { create, deleteRoom, put, remove } from '../room-commands.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

const size: Size = {
  messages: 60_000,
  accounts: 20_000,
  sessions: 5_000,
  present: 2_000,
  keys: 700,
}

/** After so many executions on one connection a statement has its generic plan. */
const rounds = 8

function suite(): void {
  for (const known of ['nothing', 'all tables'] as const) {
    t.test(`no statement scans a whole table, with statistics of ${known}`, async (t) => {
      const server = await sharedPostgres()
      const databaseUrl = await grown(server, known)
      const reader = await readPlans(t, server.port)
      const { store } = await openNode(t, urlVia(databaseUrl, reader), {
        maxConnections: 1,
        presenceLeaseMs: 1_000,
      })
      for (let round = 1; round <= rounds; round++) await everyCall(store, round)
      await reapOne(t, server, databaseUrl)
      await store.close()

      const { plans } = reader
      t.same(faultsOf(plans), [])
      const read = new Set(plans.flatMap(({ Plan }) => tablesIn(Plan)))
      t.same(
        [...growing].filter((table) => !read.has(table)),
        [],
        'all tables were read',
      )
      t.same(await neverCalled(databaseUrl), [], 'and all functions called')
    })
  }

  t.test('plans for a short table are discarded', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await grown(server, 'nothing', { ...size, messages: 50, keys: 5 })
    const name = databaseNameOf(databaseUrl)
    await server.run('ANALYZE', name)
    const reader = await readPlans(t, server.port)
    const address = urlVia(databaseUrl, reader)
    const [keeps, replans] = [Number.POSITIVE_INFINITY, 0].map(
      (replanMs) => new Connection(address, undefined, replanMs),
    ) as [Connection, Connection]
    const queryOn = (connection: Connection) =>
      connection.run((sql) => sql`SELECT sent_at FROM entries WHERE id = ${7}`, 5_000)
    for (let nth = 0; nth < 8; nth++) await Promise.all([queryOn(keeps), queryOn(replans)])
    await server.run(
      `INSERT INTO entries (id, kind, audience_id, actor_id, text, sent_at)
       SELECT n, 'message', 1, 1, 'x', 0 FROM generate_series(51, 20000) AS n`,
      name,
    )
    for (const [connection, scanned] of [
      [keeps, ['entries']],
      [replans, []],
    ] as const) {
      reader.plans.length = 0
      t.match(await queryOn(connection), { length: 1 })
      const [plan] = reader.plans
      t.same(plan && scannedWhole(plan), scanned)
    }
    await server.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    )
    await t.rejects(queryOn(replans), 'as the query that is sent with it')
    await t.rejects(queryOn(replans), { message: 'The connection was closed' }, 'and at once')
    await keeps.close()
  })

  t.test('an idempotency key is looked up by one entry of an index, no key by none', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const ann = await registerUser(store, 'ann')
    for (let nth = 0; nth < 4; nth++) {
      await appendMessages(
        store,
        Array.from({ length: 500 }, (_, at) => draft(ann, 'x', { key: `${nth} ${at}` })),
      )
    }
    // Most accounts have one key, so by the statistics the account alone would do.
    await server.run(
      `INSERT INTO entries (id, kind, audience_id, actor_id, text, sent_at)
       SELECT n, 'message', 1, n, 'x', obrol_now() FROM generate_series(2001, 6000) AS n;
       INSERT INTO idempotency_keys (entry_id, account_id, key, digest)
       SELECT n, n, 'one', 'digest' FROM generate_series(2001, 6000) AS n`,
      databaseNameOf(databaseUrl),
    )
    await server.run('ANALYZE', databaseNameOf(databaseUrl))
    await store.close()
    const sql = connectedTo(t, databaseUrl)
    const before = await indexEntriesRead(sql, 'idempotency_keys')
    const { store: later } = await openNode(t, databaseUrl, { maxConnections: 1 })
    for (let nth = 0; nth < 10; nth++) {
      await appendMessages(later, [
        draft(ann, 'no key'),
        draft(ann, 'a new key', { key: `new ${nth}` }),
      ])
      await appendMessages(later, [draft(ann, 'x', { key: `1 ${nth}` })])
    }
    await later.close()
    t.equal((await indexEntriesRead(sql, 'idempotency_keys')) - before, 10, 'the known keys')
  })

  for (const known of ['nothing', 'all tables'] as const) {
    t.test(`reactions cost who reads messages nothing, with statistics of ${known}`, async (t) => {
      const server = await sharedPostgres()
      const databaseUrl = await server.freshDatabase()
      const { store } = await openNode(t, databaseUrl)
      const [ann, bob] = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
      for (const history of ['all', 'since-joined'] as const) {
        await store.rooms.execute(ann.id, create(history, { history }), null)
        await store.rooms.execute(bob.id, put(history, 'bob'), null)
        await appendMessages(store, [draft(ann, 'said', { room: history })])
        await store.rooms.execute(bob.id, remove(history, 'bob'), null)
        await store.rooms.execute(bob.id, put(history, 'bob'), null)
      }
      await appendMessages(store, [draft(ann, 'said', { to: 'bob' }), draft(ann, 'said')])
      const sql = connectedTo(t, databaseUrl)
      // 100,000: of a log of some 20,000 entries the planner may rather walk all ids, which takes 2 ms.
      await sql`
        INSERT INTO entries (id, kind, audience_id, actor_id, text, sent_at, ref_id)
        SELECT head + n, 'reaction-added', audience_id, 1, '👍', obrol_now(), id FROM (
          SELECT *, row_number() OVER (ORDER BY id) - 1 AS nth FROM entries WHERE kind = 'message'
        ) AS said
        CROSS JOIN (SELECT max(id) AS head FROM entries) AS log
        CROSS JOIN LATERAL generate_series(1 + nth * 25000, 25000 + nth * 25000) AS n`
      if (known === 'all tables') await sql`ANALYZE`
      await store.close()

      const before = await indexEntriesRead(sql, 'entries')
      const { store: later } = await openNode(t, databaseUrl, { pollIntervalMs: 60_000 })
      for (const viewer of [ann.account, bob.account]) {
        const { conversations } = await later.conversations.list(viewer, { before: null, limit: 9 })
        t.same(
          conversations.map(({ last }) => last?.text),
          ['said', 'said', 'said', 'said'],
        )
        const key = { type: 'room', key: 'since-joined' } as const
        t.match(await later.conversations.find(viewer, key), { conversation: { unread: 0 } })
        const withAccount = viewer === ann.account ? bob.account.id : ann.account.id
        for (const where of [{}, { inRoom: 'all' }, { inRoom: 'since-joined' }, { withAccount }])
          for (const edge of [{}, { after: 0 }])
            t.ok((await later.log.page(viewer.id, { limit: 9, ...edge, ...where }))?.entries.length)
      }
      await later.rooms.execute(ann.id, deleteRoom('all'), null)
      while ((await later.retention.eraseDeleted()).more);
      await later.close()
      const read = (await indexEntriesRead(sql, 'entries')) - before
      t.ok(read < 500, `${read} entries of the indexes`)
    })
  }

  t.test('a database of 0.1 is read from its oldest rows on', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.emptyDatabase()
    const migrations = new URL('../../../migrations/postgres/', import.meta.url)
    const first = '0001-log-people-presence.sql'
    const folder = t.testdir({ [first]: readFileSync(new URL(first, migrations), 'utf8') })
    const connection = new Connection(databaseUrl)
    await migrate(connection, folder)
    const epochs = () =>
      connection.run(
        (sql) => sql`SELECT born, incarnation = obrol_incarnation() AS "isCurrent" FROM epochs`,
        1_000,
      )
    await connection.run((sql) => sql`SELECT obrol_begin_epoch()`, 1_000)
    const before = await epochs()
    await server.run(
      `INSERT INTO entries (id, sender_id, text, sent_at)
       SELECT n, 1, 'x', obrol_now() FROM generate_series(11, 40) AS n;
       UPDATE trimmed SET up_to = 10;
       INSERT INTO idempotency_keys (entry_id, account_id, key, digest) VALUES (21, 1, 'key', '-');
       INSERT INTO changes (seq, kind, session_id, at) VALUES (31, 'left', 1, 0), (32, 'left', 2, 0)`,
      databaseNameOf(databaseUrl),
    )
    await migrate(connection)
    t.match(before, [{ isCurrent: true }])
    t.same(await epochs(), before, 'the migration begins no epoch')
    t.same(await connection.run((sql) => sql`SELECT * FROM swept`, 1_000), [
      { keys_up_to: 20, changes_up_to: 30 },
    ])
    await connection.close()
    const { store, updates } = await openNode(t, databaseUrl)
    t.match(await store.log.bounds(), { oldest: 11, head: 40 })
    t.same(await store.presence.list(), [])
    while ((await store.retention.deleteExpired(Date.now() + hour)).more);
    t.match(updates.bounds, { oldest: 40, head: 40 })
    const sql = connectedTo(t, databaseUrl)
    t.match(await sql`SELECT * FROM swept`, [{ keys_up_to: '20', changes_up_to: '31' }])
  })

  t.test('deleted rows are not scanned, even while a snapshot keeps them', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const ann = await registerUser(store, 'ann')
    for (let nth = 0; nth < 4; nth++) {
      await appendMessages(
        store,
        Array.from({ length: 1_000 }, (_, at) =>
          draft(ann, 'x', at % 2 === 0 ? { key: `${nth} ${at}` } : { to: 'ann' }),
        ),
      )
    }
    const sql = connectedTo(t, databaseUrl)
    await sql`
      INSERT INTO changes (seq, kind, session_id, account_id, since, at)
      SELECT n, 'left', n, 1, 0, 0 FROM generate_series(1, 3000) AS n`
    const keeping = connectedTo(t, databaseUrl)
    await keeping.begin('ISOLATION LEVEL REPEATABLE READ', async (keeping) => {
      await keeping`SELECT up_to FROM trimmed`
      while ((await store.retention.deleteExpired(Date.now() + hour)).more);
      await store.close()
      const tables = ['entries', 'idempotency_keys', 'changes']
      const before = await Promise.all(tables.map((table) => indexEntriesRead(sql, table)))
      const { store: later } = await openNode(t, databaseUrl, { pollIntervalMs: 60_000 })
      const viewer = ann.account.id
      t.match(await later.log.bounds(), { oldest: 4_000, head: 4_000 })
      await later.log.page(viewer, { after: 0, limit: 10 })
      await later.log.page(viewer, { limit: 10 })
      await later.log.page(viewer, { after: 0, limit: 10, withAccount: viewer })
      await later.log.page(viewer, { limit: 10, withAccount: viewer })
      await later.log.read(0, viewer)
      await later.receipts.readUndelivered(0, 4_000, viewer)
      await later.receipts.undelivered(viewer)
      await later.presence.list()
      await later.retention.deleteExpired(Date.now() + hour)
      await later.close()
      for (const [at, table] of tables.entries()) {
        const read = (await indexEntriesRead(sql, table)) - (before[at] as number)
        t.ok(read < 200, `${read} entries of the indices of ${table}`)
      }
    })
  })
}

/** A large database that logs its plans. */
async function grown(
  server: PostgresServer,
  known: 'nothing' | 'all tables',
  large = size,
): Promise<string> {
  const databaseUrl = await server.freshDatabase()
  const name = databaseNameOf(databaseUrl)
  await server.run(growthOfPostgres(large, 'hash'), name)
  if (known === 'all tables') await server.run('ANALYZE', name)
  for (const setting of [...tellingPlans, "track_functions = 'all'"]) {
    await server.run(`ALTER DATABASE ${name} SET ${setting}`)
  }
  return databaseUrl
}

/** Makes a dead node, and waits until it is reaped. */
async function reapOne(t: Test, server: PostgresServer, databaseUrl: string): Promise<void> {
  const name = databaseNameOf(databaseUrl)
  await server.run(
    `INSERT INTO nodes (id, lease_until, version) VALUES ('dead', 0, 6);
     INSERT INTO presence (session_id, node_id, account_id, since) VALUES (1, 'dead', 1, 0)`,
    name,
  )
  const sql = connectedTo(t, databaseUrl)
  const deadline = Date.now() + 20_000
  while ((await sql`SELECT FROM nodes WHERE id = 'dead'`).length > 0) {
    if (Date.now() > deadline) throw new Error('it was not reaped')
    await delay(20)
  }
}

/** Functions in PL/pgSQL that were never called. Those in SQL may be inlined, and are not counted. */
async function neverCalled(databaseUrl: string): Promise<string[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  await othersGone(sql)
  const rows = await sql<{ name: string }[]>`
    SELECT proname AS name FROM pg_proc
    WHERE proname LIKE 'obrol\\_%' AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')
      AND NOT EXISTS (SELECT FROM pg_stat_user_functions WHERE funcid = pg_proc.oid AND calls > 0)`
  await sql.end()
  return rows.map(({ name }) => name)
}

/** How many index entries of a table were read, by sessions that have ended. */
async function indexEntriesRead(sql: postgres.Sql, table: string): Promise<number> {
  await othersGone(sql)
  const [row] = await sql<{ read: string }[]>`
    SELECT pg_stat_clear_snapshot(), sum(idx_tup_read) AS read
    FROM pg_stat_user_indexes WHERE relname = ${table}`
  return Number(row?.read)
}

/** Waits for the sessions of nodes to end: only then are their statistics complete. */
async function othersGone(sql: postgres.Sql): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const others = await sql`
      SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'obrol'`
    if (others.length === 0) return
    if (Date.now() > deadline) throw new Error('sessions of nodes are still open')
    await delay(10)
  }
}

function connectedTo(t: Test, databaseUrl: string): postgres.Sql {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  t.teardown(() => sql.end())
  return sql
}

function tablesIn(node: { 'Relation Name'?: string; Plans?: unknown[] }): string[] {
  const below = (node.Plans ?? []) as (typeof node)[]
  return [node['Relation Name'] ?? '', ...below.flatMap(tablesIn)]
}
