import { readdirSync, readFileSync } from 'node:fs'
import postgres from 'postgres'
import t, { type Test } from 'tap'
import type { Person } from '../../../src/store/person.ts'
import { classifyError } from '../../../src/store/postgres/classify-error.ts'
import { Connection } from '../../../src/store/postgres/connection.ts'
import { migrate, postgresMigrations } from '../../../src/store/postgres/migrate.ts'
import { openPostgresStore } from '../../../src/store/postgres/open.ts'
import type { Session } from '../../../src/store/session-store.ts'
import { StartError } from '../../../src/store/start-error.ts'
import type { Store } from '../../../src/store/store.ts'
import { Unavailable } from '../../../src/store/store-errors.ts'
import type { UpgradeEvent } from '../../../src/store/upgrade-event.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openRoom } from '../../support/room.ts'
import { idOf } from '../conversation-keys.ts'
import { draft, entryOf, hour, idsOf, newBatchId } from '../fixtures.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

/** The migrations before rooms, or those of 0.1. */
function migrationsTo(t: Test, last: string): string {
  const names = readdirSync(postgresMigrations).filter((name) => name <= last)
  return t.testdir(
    Object.fromEntries(
      names.map((name) => [name, readFileSync(`${postgresMigrations}/${name}`, 'utf8')]),
    ),
  )
}

/** A database as of a migration, with ann (1), bob (2) and cid (3), who each have a session of the id. */
async function oldDatabase(t: Test, last: string) {
  const url = await (await sharedPostgres()).emptyDatabase()
  const connection = new Connection(url)
  await migrate(connection, migrationsTo(t, last))
  await connection.close()
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  t.teardown(() => sql.end())
  await sql`SELECT set_config('obrol.names', 'checked', false)`
  await sql`
    INSERT INTO accounts (username, key, password_hash, created_at)
    SELECT name, name, 'hash', 1 FROM unnest(ARRAY['ann', 'bob', 'cid']) AS name`
  await sql`
    INSERT INTO sessions SELECT id, id, 0, 4000000000000 FROM generate_series(1, 3) AS id`
  return { url, sql }
}

type Said = { session: number; to?: string; text: string; key?: string; digest?: string }

/** As the server of then. */
async function appendAsBefore(sql: postgres.Sql, batch: Said[]): Promise<void> {
  const drafts = batch.map((said) => ({ keep: true, ...said }))
  await sql`SELECT obrol_append(${sql.json(drafts)}, ${newBatchId()})`
}

const said: Said[] = [
  { session: 1, text: 'trimmed' },
  { session: 1, text: 'to all', key: 'k', digest: 'd' },
  { session: 1, to: 'bob', text: 'to bob' },
  { session: 2, to: 'ann', text: 'to ann' },
  { session: 3, to: 'cid', text: 'to myself' },
  { session: 3, to: 'bob', text: 'from cid', key: 'k', digest: 'd' },
  { session: 2, text: 'to all again' },
]

/** Of bob, as 0.1 made it. */
const token =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIyIiwic2lkIjoxMTI4MjYyNTQ3LCJleHAiOjIxMTE0MDkx' +
  'MzIsImF1ZCI6Im9icm9sOnNlc3Npb24iLCJpc3MiOiJvYnJvbCIsImlhdCI6MTc5NjA0OTEzMn0._7pxXDdoQblGhS2cyc-' +
  'XHugNRlDrukqJQnl_RDPe5hc'

/** A database that a server of 0.1 has left, on the PostgreSQL that it ran on. */
async function databaseOf01(t: Test): Promise<string> {
  const url = await (await sharedPostgres()).emptyDatabase()
  const connection = new Connection(url)
  await migrate(connection, migrationsTo(t, '0001-log-people-presence.sql'))
  const data = readFileSync(new URL('data-0.1.sql', import.meta.url), 'utf8')
  await connection.run((sql) => sql.unsafe(data).simple(), 5_000)
  await connection.run((sql) => sql`UPDATE epochs SET incarnation = obrol_incarnation()`, 5_000)
  await connection.close()
  return url
}

/** What they have read of each conversation. */
async function markers(store: Store, viewer: Person): Promise<Record<string, number>> {
  const { conversations } = await store.conversations.list(viewer, { before: null, limit: 9 })
  return Object.fromEntries(conversations.map(({ ref, readUpTo }) => [idOf(ref), readUpTo]))
}

function suite(): void {
  t.test(
    'what a server of 0.1 left is read as before, and cursors and keys are good',
    async (t) => {
      const { store } = await openNode(t, await databaseOf01(t))
      t.match(await store.log.resolveCursor({ id: 4, epoch: 'mx3da24p' }), {
        bounds: { oldest: 1, head: 8 },
        position: 4,
        reset: null,
      })
      const read = async (viewer: number) => idsOf((await store.log.read(0, viewer)).entries)
      t.same(await read(1), [1, 2, 3, 5, 6, 7, 8])
      t.same(await read(2), [1, 2, 3, 5, 6, 8])
      t.same(await read(3), [1, 4, 5, 8])
      t.same(await read(4), [1, 5, 7, 8])
      t.match(await store.log.message(7, 1), {
        from: { id: 4, username: 'Straße' },
        to: { id: 1, username: 'Ann' },
        text: 'to Ann, from Straße: “é” 😀',
        sentAt: 1_796_049_134_486,
      })
      const { after, upTo } = await store.receipts.undelivered(2)
      t.same(idsOf((await store.receipts.readUndelivered(after, upTo, 2)).entries), [2, 6])
      const bob = await store.sessions.find(1_128_262_547)
      t.match(bob, { account: { username: 'bob' } })
      const digest = 'ce53c3bb7e93d8abd198a060df7a849e69b411ed42129cf9c9da31b674e98931'
      const again = draft(bob as Session, 'to Ann', { to: 'ann', key: 'answer', digest })
      t.match(await store.log.append([again], newBatchId()), [
        { kind: 'replayed', entry: { id: 3 } },
      ])
      t.match(await store.accounts.credentials('strasse'), { account: { username: 'Straße' } })
    },
  )

  t.test('tokens of 0.1 are good', async (t) => {
    const room = await openRoom(t, { settings: { databaseUrl: await databaseOf01(t) } })
    const response = await fetch(`${room.url}/v1/me`, {
      headers: { authorization: `Bearer ${token}` },
    })
    t.match(await response.json(), { user: { id: 2, username: 'bob' } })
  })

  for (const last of ['0001-log-people-presence.sql', '0005-search-path.sql']) {
    t.test(`a database as of ${last} is carried over`, async (t) => {
      const { url, sql } = await oldDatabase(t, last)
      await appendAsBefore(sql, said)
      await sql`DELETE FROM entries WHERE id = 1`
      await sql`UPDATE trimmed SET up_to = 1`
      await sql`UPDATE accounts SET reached = 3 WHERE username = 'bob'`
      const [before] = await sql`SELECT born, incarnation FROM epochs`
      const { store } = await openNode(t, url)
      t.same(
        await sql`SELECT born FROM epochs`,
        [{ born: before?.born }],
        'it is the same epoch: cursors are good',
      )
      const bounds = await store.log.bounds()
      t.match(bounds, { oldest: 2, head: 7 })
      t.match(await store.log.resolveCursor({ id: 4, epoch: bounds.epoch }), {
        position: 4,
        reset: null,
      })
      t.same(idsOf((await store.log.read(0, 1)).entries), [2, 3, 4, 7])
      t.same(idsOf((await store.log.read(0, 2)).entries), [2, 3, 4, 6, 7])
      t.same(idsOf((await store.log.read(0, 3)).entries), [2, 5, 6, 7])
      const ids = async (withAccount: number) =>
        idsOf((await store.log.page(3, { limit: 9, withAccount }))?.entries ?? [])
      t.same([await ids(1), await ids(2), await ids(3)], [[], [6], [5]])
      t.match(await store.log.message(4, 1), {
        from: { id: 2, username: 'bob' },
        to: { id: 1, username: 'ann' },
        room: null,
        text: 'to ann',
      })
      const { after, upTo } = await store.receipts.undelivered(2)
      t.same(idsOf((await store.receipts.readUndelivered(after, upTo, 2)).entries), [6])
      const [cid, ann] = [await store.sessions.find(3), await store.sessions.find(1)]
      if (!cid || !ann) throw new Error('the sessions are lost')
      const outcomes = await store.log.append(
        [
          draft(cid, 'from cid', { to: 'bob', key: 'k', digest: 'd' }),
          draft(cid, 'on', { to: 'bob' }),
          draft(ann, 'first to cid', { to: 'cid' }),
        ],
        newBatchId(),
      )
      t.same(
        outcomes.map(({ kind }) => kind),
        ['replayed', 'appended', 'appended'],
      )
      t.same(
        outcomes.map(entryOf).map(({ id }) => id),
        [6, 8, 9],
      )
      t.same([await ids(1), await ids(2)], [[9], [6, 8]], 'the conversation goes on')
      t.match(await store.rooms.memberships(3), { rooms: [], lastLeftId: 0 })
      t.same(await markers(store, { id: 1, username: 'ann' }), {
        'direct:cid': 9,
        everyone: 0,
        'direct:bob': 0,
      })
      t.same(
        await markers(store, { id: 2, username: 'bob' }),
        { 'direct:cid': 3, everyone: 3, 'direct:ann': 3 },
        'what was reached is read',
      )
      t.same(
        (
          await sql`
            SELECT account_id, joined_id, left_id, joined_by FROM members JOIN audiences ON id = audience_id
            WHERE (low_id, high_id) = (2, 3) ORDER BY account_id`
        ).map((row) => Object.values(row)),
        [
          ['2', '0', null, '3'],
          ['3', '0', null, '3'],
        ],
        'with both, from the first message on',
      )
    })
  }

  t.test('what an upgrade does and how long it takes is told', async (t) => {
    const { url } = await oldDatabase(t, '0005-search-path.sql')
    const events: UpgradeEvent[] = []
    const onUpgrade = (event: UpgradeEvent) => void events.push(event)
    await openNode(t, url, { onUpgrade })
    const migration = '0006-rooms.sql'
    t.match(events.slice(0, 2), [
      { event: 'upgrading', migration },
      { event: 'upgraded', migration, ms: Number },
    ])
    events.length = 0
    await openNode(t, url, { onUpgrade })
    await openNode(t, await (await sharedPostgres()).emptyDatabase(), { onUpgrade })
    t.same(events, [], 'nothing where there is nothing to upgrade, or nothing yet')
  })

  t.test('a restart of PostgreSQL before the upgrade begins an epoch', async (t) => {
    const { url, sql } = await oldDatabase(t, '0005-search-path.sql')
    await appendAsBefore(sql, said)
    await sql`UPDATE epochs SET incarnation = 'before the restart'`
    const { store } = await openNode(t, url)
    t.equal((await sql`SELECT FROM epochs`).length, 2)
    t.match(await store.log.bounds(), { head: 7 })
  })

  t.test('the upgrade waits for the servers of the version before to end', async (t) => {
    const { url, sql } = await oldDatabase(t, '0005-search-path.sql')
    const options = { databaseUrl: url, presenceLeaseMs: 15_000, graceMs: 0 }
    await sql`INSERT INTO nodes (id, lease_until) VALUES ('alive', obrol_now() + 10000)`
    const refused = await openPostgresStore(options).catch((error: unknown) => error)
    t.type(refused, StartError)
    t.match((refused as Error).message, /^[^\n]*older version of Obrol \(1\) are running/)
    await appendAsBefore(sql, said)
    t.equal((await sql`SELECT FROM entries WHERE sender_id = 1`).length, 3, 'nothing has changed')

    await sql`UPDATE nodes SET lease_until = 0`
    await sql`INSERT INTO nodes (id, lease_until, closed) VALUES ('stopped', obrol_now() + 10000, true)`
    await sql`
      INSERT INTO presence (session_id, node_id, account_id, since)
      VALUES (1, 'alive', 1, 0), (2, 'stopped', 2, 0)`
    const { store } = await openNode(t, url)
    t.match(await store.presence.list(), [{ session: 2 }], 'who was at a stopped one has a grace')
    t.equal((await sql`SELECT FROM nodes WHERE id = 'alive'`).length, 0)
  })

  t.test('a server of the version before that was cut off meanwhile ends', async (t) => {
    const { url, sql } = await oldDatabase(t, '0005-search-path.sql')
    await sql`INSERT INTO nodes (id, lease_until) VALUES ('cut off', 0)`
    const { store } = await openNode(t, url)
    const fails = (call: Promise<unknown>) => call.then(() => undefined).catch((error) => error)

    const append = await fails(appendAsBefore(sql, said))
    t.ok(classifyError(append, true) instanceof Unavailable, `503: ${append}`)
    t.match(await store.log.bounds(), { head: 0 })
    t.match(
      await fails(sql`SELECT sender_id FROM entries WHERE id > 0`),
      { code: '42703' },
      'a poll: so it counts as cut off from the database',
    )
    const lease = Date.now() + hour
    t.equal((await sql`UPDATE nodes SET lease_until = ${lease} WHERE id = 'cut off'`).count, 0)
    const register = fails(sql`INSERT INTO nodes (id, lease_until) VALUES ('cut off', ${lease})`)
    t.match(await register, { code: '23502' }, 'a lease')
    const [{ done } = {}] = await sql`
      SELECT obrol_change_presence('cut off', '{1}', '{}') AS done`
    t.equal(done, false, 'nobody enters there')
  })
}
